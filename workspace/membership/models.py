"""Tables of coming in: invitations and requests to join. Rows go when they are answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment
from workspace.groups.models import Group


class Invitation(Base):
    """Somebody who was invited and has not come yet. The row goes when the person comes or the invitation does."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    organisation: Mapped[str] = mapped_column(String(120), default="")
    function: Mapped[str] = mapped_column(String(120), default="")
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("working_group.id"))
    role: Mapped[str] = mapped_column(String(20), default="")
    """In the group; empty without one."""
    invited_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    """When the newest link was made."""
    expires_at: Mapped[datetime] = mapped_column(Moment)

    group: Mapped[Group | None] = relationship(lazy="joined")
    inviter: Mapped[Member] = relationship(lazy="joined")


class InvitationToken(Base):
    """A link of an invitation; a newer one leaves the older valid, because both stand in mails."""

    __tablename__ = "invitation_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(BigId, ForeignKey("invitation.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class JoinRequest(Base):
    """Somebody who asks to join. Coordination sees it when the mail address is confirmed; answered, the row goes."""

    __tablename__ = "join_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), index=True)
    organisation: Mapped[str] = mapped_column(String(120))
    function: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(1000))
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    """For the confirmation of the address."""
