"""From a database into an archive and back. Tables are taken as the database has them, not as the models say: a
backup before an upgrade is of the old schema, and an old backup is restored with its own schema and upgraded then."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url

from workspace import __version__, migrations
from workspace.clock import now
from workspace.db import make_engine
from workspace.mail import MailState
from workspace.operation.archive import Manifest, Reader, Row, TableHead, Writer, examine, hash_of

LEFT_OUT = frozenset({"alembic_version", "derived", "used_ticket", "worker"})
"""The schema stands in the first line; the others are made again by themselves, or are worth nothing a minute later."""
LEFT_OUT_PREFIX = "search_trigram"
"""SQLite's index over `search_document`, filled by triggers."""
HOUSEKEEPING = frozenset({"job", "recurring"})
"""What a server that was started once on an empty database has written."""
BATCH_ROWS = 500
BATCH_BYTES = 4_000_000
ROWS_WITH_BYTES = 4
"""Rows in memory at once where a row may be a file of 20 MB."""


class CopyFailed(Exception):  # noqa: N818 - an answer for the person at the terminal
    """Nothing was changed; `code` says why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def kind_of(column: Column[Any]) -> str:
    """How values of a column stand in an archive.

    Raises: TypeError for a type that nobody has thought of yet.
    """
    kinds: tuple[tuple[type, str], ...] = (
        (DateTime, "moment"), (LargeBinary, "bytes"), (JSON, "json"), (Boolean, "plain"), (Integer, "plain"),
        (String, "plain"), (Float, "plain"),
    )  # fmt: skip
    for type_, kind in kinds:
        if isinstance(column.type, type_):
            return kind
    raise TypeError(f"{column.table.name}.{column.name} has a type that backups do not know: {column.type}")


ENCODE: Mapping[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "json": lambda value: value,
    "bytes": lambda value: base64.b64encode(value).decode(),
    "moment": lambda value: (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat(),
}
DECODE: Mapping[str, Callable[[Any], Any]] = {
    **ENCODE,
    "bytes": base64.b64decode,
    "moment": datetime.fromisoformat,
}


def tables_of(connection: Connection) -> list[Table]:
    """What a backup holds, by name."""
    names = [
        n for n in inspect(connection).get_table_names() if n not in LEFT_OUT and not n.startswith(LEFT_OUT_PREFIX)
    ]
    found = MetaData()
    found.reflect(connection, only=names)
    tables = [found.tables[name] for name in sorted(names)]
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return tables


def head_of(table: Table) -> TableHead:
    return TableHead(table.name, tuple(sorted((column.name, kind_of(column)) for column in table.columns)))


def rows_of(connection: Connection, table: Table) -> Iterator[Row]:
    """All rows in the order of the primary key, the same on both databases."""
    head = head_of(table)
    order = []
    for column in table.primary_key.columns:
        is_text = isinstance(column.type, String) and connection.dialect.name == "postgresql"
        order.append(column.collate("C") if is_text else column)
    few = ROWS_WITH_BYTES if any(kind == "bytes" for _name, kind in head.columns) else BATCH_ROWS
    query = select(*(table.c[name] for name, _kind in head.columns)).order_by(*order)
    encoders = [ENCODE[kind] for _name, kind in head.columns]
    with connection.execute(query, execution_options={"yield_per": few}) as result:
        for row in result:
            yield [None if value is None else encode(value) for encode, value in zip(encoders, row, strict=True)]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment, while others go on writing."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(**options)
        with connection.begin():  # SQLite in WAL mode: a reading transaction is a snapshot by itself
            yield connection


def write_archive(engine: Engine, file: IO[bytes]) -> Manifest:
    """Write all of a database into an open file.

    Raises: CopyFailed when there is nothing to write; OSError.
    """
    with snapshot(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise CopyFailed("no_database")
        schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        writer = Writer(file, Manifest(schema, now().isoformat(), __version__))
        for table in tables_of(connection):
            writer.table(head_of(table), rows_of(connection, table))
        writer.finish()
        return writer.manifest


def restore_archive(path: Path, address: str, *, hold_mails: bool) -> Manifest:
    """Fill an empty place with a backup, compare every hash, and bring its schema up to date.

    Killed at any moment it leaves the place empty: SQLite is filled beside it and renamed, PostgreSQL in one
    transaction.

    Args:
        hold_mails: whether people may have gone on since the backup was made: mails that waited then are kept back,
            because they may have been sent, and every paper's epoch is raised, because browsers may hold newer text.
    Raises: BadArchive, CopyFailed, OSError.
    """
    examine(path)  # the whole file first: nothing is begun with a damaged one
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        target = Path(url.database or "")
        _require_empty_file(target)
        return _restore_beside(path, target, hold_mails)
    engine = make_engine(address)
    try:
        return _restore_into(path, engine, hold_mails)
    finally:
        engine.dispose()


def _require_empty_file(target: Path) -> None:
    if not target.exists() or target.stat().st_size == 0:
        return
    engine = make_engine(f"sqlite:///{target}")
    try:
        _require_empty(engine)
    finally:
        engine.dispose()


def _require_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in tables_of(connection):
            filled = connection.execute(select(func.count()).select_from(table)).scalar_one()
            if table.name not in HOUSEKEEPING and filled:
                raise CopyFailed("not_empty", table=table.name)


def _restore_beside(path: Path, target: Path, hold_mails: bool) -> Manifest:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + ".restoring")
    remove_database(beside)
    engine = make_engine(f"sqlite:///{beside}")
    try:
        manifest = _restore_into(path, engine, hold_mails)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        engine.dispose()
        remove_database(beside)
        raise
    engine.dispose()
    remove_database(target)
    settle(beside, target)
    remove_database(beside)
    return manifest


def remove_database(path: Path) -> None:
    """A SQLite file and what belongs to it."""
    for ending in ("-wal", "-shm", ""):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def settle(made: Path, final: Path) -> None:
    """Give a finished file its name, so that after a power cut either it or what was there before is found."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _restore_into(path: Path, engine: Engine, hold_mails: bool) -> Manifest:
    with Reader(path) as reader:
        schema = reader.manifest.schema
        if schema not in migrations.known():
            raise CopyFailed("newer_schema", schema=schema, program=reader.manifest.program)
        _require_empty(engine)
        if migrations.current(engine) not in {None, schema}:
            raise CopyFailed("other_schema", schema=schema)
        migrations.upgrade(engine, schema)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            _fill(connection, reader)
            if hold_mails:
                _hold_mails(connection)
                _raise_epochs(connection)
    migrations.upgrade(engine)
    return reader.manifest


def _fill(connection: Connection, reader: Reader) -> None:
    tables = {table.name: table for table in tables_of(connection)}
    for name in HOUSEKEEPING & tables.keys():
        connection.execute(delete(tables[name]))
    with _references_checked_at_the_end(connection, tables.values()):
        for head, rows in reader.tables():
            if head.name not in tables or head != head_of(tables[head.name]):
                raise CopyFailed("other_columns", table=head.name)
            _insert(connection, tables[head.name], head, rows)
    for table in tables.values():
        if hash_of(head_of(table), rows_of(connection, table))[1] != reader.manifest.hashes.get(table.name):
            raise CopyFailed("other_hash", table=table.name)
        _continue_numbers(connection, table)


def _insert(connection: Connection, table: Table, head: TableHead, rows: Iterable[Row]) -> None:
    batch: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        batch.append(
            {
                name: None if value is None else DECODE[kind](value)
                for (name, kind), value in zip(head.columns, row, strict=True)
            }
        )
        size += sum(len(value) for value in row if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or size > BATCH_BYTES:
            connection.execute(table.insert(), batch)
            batch, size = [], 0
    if batch:
        connection.execute(table.insert(), batch)


@contextmanager
def _references_checked_at_the_end(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Rows come table by table and may point to rows that come later."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    keys = [(table.name, key.name) for table in tables for key in table.foreign_key_constraints]
    for table_name, key_name in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{key_name}" DEFERRABLE')
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table_name, key_name in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{key_name}" NOT DEFERRABLE')


def _continue_numbers(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = connection.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', "id"))).scalar()
    if sequence is not None:
        highest = connection.execute(select(func.max(table.c.id))).scalar()
        connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))


def _hold_mails(connection: Connection) -> None:
    for mail in (table for table in tables_of(connection) if table.name == "mail"):
        waiting = mail.c.state.in_([MailState.WAITING, MailState.SENDING, MailState.HANDING])
        connection.execute(update(mail).where(waiting).values(state=MailState.HELD))


def _raise_epochs(connection: Connection) -> None:
    """Seconds since 1970, as logs begin with: no two restores of one backup give the same number."""
    for log in (table for table in tables_of(connection) if table.name == "live_document"):
        connection.execute(update(log).values(epoch=int(now().timestamp())))
