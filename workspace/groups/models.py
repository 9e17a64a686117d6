"""Tables of working groups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment


class Group(Base):
    """A working group; owns papers. Its name is known to all members, its papers are not."""

    __tablename__ = "working_group"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Address of the group's page: a readable slug."""
    name: Mapped[str] = mapped_column(String(120), unique=True)
    purpose: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    people: Mapped[list[GroupMember]] = relationship(back_populates="group", cascade="all, delete-orphan")

    @property
    def group_id(self) -> int:
        """A group is a thing of itself, for the rules."""
        return self.id


class GroupMember(Base):
    """A member's role in a group."""

    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(BigId, ForeignKey("working_group.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[datetime] = mapped_column(Moment)

    group: Mapped[Group] = relationship(back_populates="people")
    member: Mapped[Member] = relationship(lazy="joined")
