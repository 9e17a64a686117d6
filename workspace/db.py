"""Engine, session, Base and column types.

SQLite: WAL, synchronous=FULL, foreign keys; a transaction that will write begins with BEGIN IMMEDIATE, so that two
writers wait for one another instead of losing an update. PostgreSQL: READ COMMITTED with row locks where an action
asks for them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, DateTime, Engine, Integer, MetaData, create_engine, event
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


BUSY_TIMEOUT = 10_000
"""Milliseconds a writer waits for its turn on SQLite."""


def make_engine(address: str, *, threads: int = 8) -> Engine:
    """An engine for SQLite or PostgreSQL.

    Args:
        threads: how many requests use it at once. Each holds one connection and may want a second one for a moment
            (`web.derived`), so that many are ready: else all could wait for each other.
    Raises: ValueError for any other database.
    """
    url: URL = make_url(address)
    room: dict[str, Any] = {"pool_size": threads, "max_overflow": threads}
    quiet: dict[str, Any] = {"hide_parameters": True}  # errors are logged, and parameters hold drafts and names
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, **quiet, **(room if url.database else {}))
        _teach_sqlite(engine)
        return engine
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **quiet, **room)
    raise ValueError("the database must be sqlite or postgresql")


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_TIMEOUT}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute("PRAGMA " + pragma)
        _switch_to_wal(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        patience = options.get("patience", BUSY_TIMEOUT)
        if connection.info.get("patience", BUSY_TIMEOUT) != patience:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience)}")
            connection.info["patience"] = patience
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def _switch_to_wal(connection: Any) -> None:
    """Where two open a new database at the same instant, SQLite answers one of them "locked" without waiting."""
    until = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def writing_connection(engine: Engine) -> Connection:
    """A connection all whose transactions write, for who needs no session; the caller closes it."""
    return engine.connect().execution_options(writes=True)


def begin_briefly(own: Session, milliseconds: int) -> None:
    """Start a writing transaction in a session of its own that gives up when it must wait longer than this.

    Raises: OperationalError when the database is busy.
    """
    connection = own.connection(execution_options={"writes": True, "patience": milliseconds})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(milliseconds)}")


class OneRowSession(Session):
    """A session whose `refresh(row, with_for_update=True)` locks that row alone.

    Rows read along with it (a paper's group) stay free for others; PostgreSQL refuses to lock them anyway.
    """

    def refresh(self, instance: object, attribute_names: Any = None, with_for_update: Any = None) -> None:
        lock = {"of": type(instance)} if with_for_update is True else with_for_update
        super().refresh(instance, attribute_names, with_for_update=lock)


Sessions = sessionmaker[Session]
_session: ContextVar[Session] = ContextVar("session")


def make_sessions(engine: Engine) -> Sessions:
    """What sessions of this database are made with."""
    return sessionmaker(engine, class_=OneRowSession, expire_on_commit=False)


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

    Whatever the transaction read before is let go, so the caller looks again at what its decision rests on. Calling it
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
