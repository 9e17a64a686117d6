"""Tables of live editing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, Moment


class UsedTicket(Base):
    """A ticket that let somebody in: none does so twice, at whichever process. Kept as long as it would be valid."""

    __tablename__ = "used_ticket"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Moment, index=True)
