"""Everything a database holds, as one text to look for words in."""

from __future__ import annotations

from collections.abc import Iterator

import zstandard
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

ZSTD = b"\x28\xb5\x2f\xfd"


def whole_database(db: Session) -> str:
    """All values of all tables, the index's own ones too; what is compressed is opened."""
    db.rollback()
    connection = db.connection()
    names = inspect(connection).get_table_names()
    assert len(names) > 30
    pieces = [piece for name in names for piece in _values(db, name)]
    return "\n".join(pieces)


def _values(db: Session, table: str) -> Iterator[str]:
    for row in db.connection().execute(text(f'SELECT * FROM "{table}"')):
        for value in row:
            if isinstance(value, bytes | memoryview):
                data = bytes(value)
                if data.startswith(ZSTD):
                    data = zstandard.ZstdDecompressor().decompress(data)
                yield data.decode("utf-8", "ignore")
            elif value is not None:
                yield str(value)
