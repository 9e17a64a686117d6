"""What the workspace writes about its own running: lines for people or JSON lines for machines.

No line names a person, a network address, an address of a page, a title or a word of a text: rules and numbers only.
A failure is logged as its kind and the places in the code it went through, without its words, which may quote a draft.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from types import TracebackType

from workspace.config import Settings

KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
"""What every record has; anything else was given with `extra`."""
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(settings: Settings) -> None:
    """Send all log lines of this process where the settings say."""
    handler: logging.Handler = logging.StreamHandler(sys.stdout)
    if settings.log_file is not None:
        handler = WatchedFileHandler(settings.log_file, encoding="utf-8")
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    root = logging.getLogger()
    for before in list(root.handlers):
        root.removeHandler(before)
        before.close()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for noisy in ("alembic", "asyncio", "a2wsgi", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, from, says, and what was given with it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
            **_given(record),
        }
        if record.exc_info:
            line["failure"] = failure(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        given = "".join(f" {name}={value}" for name, value in _given(record).items())
        line = f"{at} {record.levelname.lower():<7} {record.name}: {record.getMessage()}{given}"
        return line + (f" [{failure(record.exc_info)}]" if record.exc_info else "")


def _given(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in KNOWN}


def failure(info: ExcInfo) -> str:
    """Kind and way of a failure, and of what it came from: "KeyError at actions.py:41 < views.py:17"."""
    error = info[1]
    parts: list[str] = []
    while error is not None and len(parts) < 4:
        frames = reversed(traceback.extract_tb(error.__traceback__)[-12:])
        places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
        parts.append(f"{type(error).__name__} at {places}" if places else type(error).__name__)
        error = error.__cause__ or error.__context__
    return "; from ".join(parts)
