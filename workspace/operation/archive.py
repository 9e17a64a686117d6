"""The backup file: every row of every table as JSON lines, compressed, each table and the whole with a hash.

One format for both databases, so that the same file restores a SQLite installation on PostgreSQL. Lines, in order:

    {"format": "workspace-backup", "version": 1, "schema": "0005", "made_at": "2026-11-30T01:30:00+00:00", …}
    {"table": "member", "columns": [["created_at", "moment"], ["id", "plain"], …]}
    ["2026-01-02T08:00:00+00:00", 1, …]                        one for each row
    {"end": "member", "rows": 120, "sha256": "…"}              over the lines of this table
    {"tables": 24, "rows": 31207, "sha256": "…"}               over all lines before; without it the file is cut off
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import zstandard

FORMAT = "workspace-backup"
VERSION = 1
LEVEL = 6
Row = list[Any]


class BadArchive(Exception):  # noqa: N818 - an answer about a file
    """The file is no backup, is cut off, or was changed."""


@dataclass(frozen=True)
class TableHead:
    name: str
    columns: tuple[tuple[str, str], ...]
    """(name, kind), by name; kinds: plain, moment, bytes, json."""


@dataclass
class Manifest:
    """What a backup holds."""

    schema: str
    made_at: str
    program: str
    rows: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def line(value: object) -> bytes:
    """One line of the file; the same for the same values on every database."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def hash_of(head: TableHead, rows: Iterable[Row]) -> tuple[int, str]:
    """Number and hash of a table's rows as they would stand in a file."""
    digest, count = hashlib.sha256(line({"table": head.name, "columns": head.columns})), 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - counted
        digest.update(line(row))
    return count, digest.hexdigest()


class Writer:
    """Writes an archive into an open file."""

    def __init__(self, file: IO[bytes], manifest: Manifest) -> None:
        self.manifest = manifest
        self.stream = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).stream_writer(file, closefd=False)
        self.whole = hashlib.sha256()
        first = {"schema": manifest.schema, "made_at": manifest.made_at, "program": manifest.program}
        self._write({"format": FORMAT, "version": VERSION, **first})

    def _write(self, value: object) -> bytes:
        data = line(value)
        self.whole.update(data)
        self.stream.write(data)
        return data

    def table(self, head: TableHead, rows: Iterable[Row]) -> None:
        digest, count = hashlib.sha256(self._write({"table": head.name, "columns": head.columns})), 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - counted
            digest.update(self._write(row))
        self.manifest.rows[head.name], self.manifest.hashes[head.name] = count, digest.hexdigest()
        self._write({"end": head.name, "rows": count, "sha256": digest.hexdigest()})

    def finish(self) -> None:
        """Write the last line; without it the file is no backup."""
        made = self.manifest
        self._write({"tables": len(made.rows), "rows": made.total, "sha256": self.whole.hexdigest()})
        self.stream.close()  # type: ignore[no-untyped-call]


class Reader:
    """Reads an archive once, from its beginning; hashes are compared on the way.

    Raises: BadArchive, at the first wrong line; a reader's work counts only when `tables` has come to its end.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.lines = self._lines()
        self.whole = hashlib.sha256()
        self.manifest = Manifest("", "", "")
        try:
            head = self._object()
            if head.get("format") != FORMAT:
                raise BadArchive("no_backup")
            if head.get("version") != VERSION:
                raise BadArchive("newer_format")
            self.manifest = Manifest(head["schema"], head["made_at"], head["program"])
        except BaseException:
            self.file.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()

    def _lines(self) -> Iterator[bytes]:
        try:
            with zstandard.ZstdDecompressor().stream_reader(self.file, closefd=False) as stream:
                yield from io.BufferedReader(stream, 1 << 20)
        except zstandard.ZstdError as error:
            raise BadArchive("damaged") from error

    def _next(self) -> tuple[bytes, Any]:
        data = next(self.lines, b"")
        if not data.endswith(b"\n"):
            raise BadArchive("cut_off")
        try:
            return data, json.loads(data)
        except ValueError as error:
            raise BadArchive("damaged") from error

    def _object(self) -> dict[str, Any]:
        data, value = self._next()
        if not isinstance(value, dict):
            raise BadArchive("damaged")
        if "tables" in value and (value["sha256"] != self.whole.hexdigest() or value["rows"] != self.manifest.total):
            raise BadArchive("changed")
        self.whole.update(data)
        return value

    def tables(self) -> Iterator[tuple[TableHead, Iterator[Row]]]:
        """Each table with its rows; the rows must be read before the next table."""
        while "tables" not in (given := self._object()):
            head = TableHead(given["table"], tuple((name, kind) for name, kind in given["columns"]))
            yield head, self._rows(head)
        if next(self.lines, b""):
            raise BadArchive("changed")

    def _rows(self, head: TableHead) -> Iterator[Row]:
        digest, count = hashlib.sha256(line({"table": head.name, "columns": head.columns})), 0
        while True:
            data, value = self._next()
            self.whole.update(data)
            if isinstance(value, dict):
                break
            digest.update(data)
            count += 1
            yield value
        if value != {"end": head.name, "rows": count, "sha256": digest.hexdigest()}:
            raise BadArchive("changed")
        self.manifest.rows[head.name], self.manifest.hashes[head.name] = count, digest.hexdigest()


def examine(path: Path) -> Manifest:
    """Read a file to its end and compare every hash.

    Raises: BadArchive; OSError when the file cannot be read.
    """
    with Reader(path) as reader:
        for _head, rows in reader.tables():
            for _row in rows:
                pass
        return reader.manifest
