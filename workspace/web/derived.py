"""Derived rows: what can be made again at any time, kept so that a page is quick.

A GET may write these and nothing else: in a short transaction of its own that may fail silently.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

import zstandard
from sqlalchemy import Index, LargeBinary, String, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workspace.clock import now
from workspace.db import Base, BigId, Moment, begin_briefly, session

log = logging.getLogger(__name__)
PATIENCE = 250
"""Milliseconds a page waits for its turn to keep something: it can be made again."""


class Derived(Base):
    """A made page part, compressed."""

    __tablename__ = "derived"
    __table_args__ = (Index("ix_derived_paper", "paper_id"),)

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of what it was made from."""
    paper_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


def derived(paper_id: int, kind: str, inputs: tuple[object, ...], make: Callable[[], str]) -> str:
    """The text `make` gives for these inputs, kept from an earlier time where possible.

    Args:
        paper_id: whose text is in it; rows of a paper can be dropped together.
        inputs: everything the result depends on, with the version of the code that makes it.
    """
    found = kept(kind, {paper_id: inputs})
    if found:
        return found[paper_id]
    made = make()
    write_derived(lambda own: own.add(_row(_key(paper_id, kind, inputs), paper_id, kind, made)))
    return made


def kept(kind: str, inputs: Mapping[int, tuple[object, ...]]) -> dict[int, str]:
    """What `derived` made at an earlier time, by paper; papers for which it would have to make it now are missing.

    Args:
        inputs: paper id → the inputs that `derived` was given.
    """
    keys = {_key(paper_id, kind, given): paper_id for paper_id, given in inputs.items()}
    rows = session().execute(select(Derived.key, Derived.data).where(Derived.key.in_(keys)))
    return {keys[key]: zstandard.ZstdDecompressor().decompress(data).decode() for key, data in rows}


def _key(paper_id: int, kind: str, inputs: tuple[object, ...]) -> bytes:
    return hashlib.sha256(repr((paper_id, kind, inputs)).encode()).digest()


def _row(key: bytes, paper_id: int, kind: str, made: str) -> Derived:
    data = zstandard.ZstdCompressor(level=3).compress(made.encode())
    return Derived(key=key, paper_id=paper_id, kind=kind, data=data, made_at=now())


def write_derived(write: Callable[[Session], object]) -> None:
    """Run `write` in a transaction of its own; when the database is busy or the row is there, nothing happens."""
    current = session()
    if current.info.get("writing"):
        return  # the request holds the lock itself and would wait for itself
    bind = current.get_bind()
    try:
        with Session(bind) as own:
            begin_briefly(own, PATIENCE)
            write(own)
            own.commit()
    except SQLAlchemyError as error:
        log.debug("derived row not kept: %s", type(error).__name__)


def drop_derived(paper_id: int) -> None:
    """Forget everything made from a paper, in the caller's transaction."""
    session().execute(delete(Derived).where(Derived.paper_id == paper_id))
