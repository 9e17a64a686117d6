"""The installation's own row, its logo, and the legal pages it wrote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment


class Network(Base):
    """Name and description of this installation; one row."""

    __tablename__ = "network"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(1000), default="")
    """Who we are, on the public start page."""
    is_sample: Mapped[bool] = mapped_column(default=False)
    """Whether the sample was loaded; such a database is served on loopback only."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    set_up_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the first start was finished."""
    logo_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the logo's bytes, part of its address; None without a logo."""
    logo_width: Mapped[int | None]
    logo_height: Mapped[int | None]
    """Pixels."""


class NetworkLogo(Base):
    """The bytes of the logo, apart from what every page reads; one row."""

    __tablename__ = "network_logo"

    id: Mapped[int] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LegalText(Base):
    """One wording of a legal page; the newest is in force, earlier ones stay."""

    __tablename__ = "legal_text"
    __table_args__ = (Index("ix_legal_text_page", "page", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page: Mapped[str] = mapped_column(String(20))
    """imprint, privacy, accessibility"""
    text: Mapped[str] = mapped_column(Text)
    """Markdown."""
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))

    author: Mapped[Member] = relationship(lazy="joined")
