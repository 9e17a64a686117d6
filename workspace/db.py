"""Engine, session, Base and column types.

SQLite: WAL, synchronous=FULL, foreign keys; a transaction that will write begins with BEGIN IMMEDIATE, so that two
writers wait for one another instead of losing an update. PostgreSQL: READ COMMITTED with row locks where an action
asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, sessionmaker
from sqlalchemy.types import TypeDecorator

MAX_ID = 2**63 - 1
"""Largest id either database can hold."""

BigId = BigInteger().with_variant(Integer, "sqlite")
"""Primary keys: 64 bit on both databases (SQLite counts only INTEGER keys by itself)."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(address: str, **options: Any) -> Engine:
    """An engine for SQLite or PostgreSQL.

    Raises: ValueError for any other database.
    """
    url: URL = make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, **options)
        _teach_sqlite(engine)
        return engine
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)
    raise ValueError("the database must be sqlite or postgresql")


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


Sessions = sessionmaker[Session]
_session: ContextVar[Session] = ContextVar("session")


def session() -> Session:
    """The session of this request, job or command.

    Raises: LookupError outside a `session_scope`.
    """
    return _session.get()


@contextmanager
def session_scope(sessions: Sessions) -> Iterator[Session]:
    """Make one session the current one; what was not committed is dropped at the end."""
    with sessions() as opened:
        token = _session.set(opened)
        try:
            yield opened
        finally:
            _session.reset(token)


def begin_writing() -> None:
    """Start the writing transaction: work first, then lock.

    Whatever the session read before is let go, so the caller looks again at what its decision rests on. Calling it
    twice in one transaction changes nothing.
    """
    current = session()
    if current.info.get("writing"):
        return
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("work first, then lock: nothing may be changed before begin_writing")
    current.rollback()
    current.connection(execution_options={"writes": True})
    current.info["writing"] = True


@event.listens_for(Session, "after_transaction_end")
def _forget_writing(ended: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        ended.info.pop("writing", None)
