"""The installation's own row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, Moment


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
