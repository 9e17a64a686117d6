"""A test's session looks again at what a client has changed meanwhile."""

from __future__ import annotations

from sqlalchemy.orm import Session


def look_again(db: Session) -> None:
    """Let go of what was read: SQLite would go on showing the state of the first look."""
    db.rollback()
    db.expire_all()
