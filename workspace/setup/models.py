"""The links that `workspace init` prints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from workspace.db import Base, Moment


class SetupLink(Base):
    """A link to the first account. All go when that account is made."""

    __tablename__ = "setup_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
