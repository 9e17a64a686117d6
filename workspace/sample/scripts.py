"""Edit scripts: a first text and steps that each change exact passages, with a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SAMPLE = Path(__file__).parent


@dataclass(frozen=True)
class Script:
    """One sample paper: its description, its texts in order, the steps that led to them."""

    name: str
    about: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    texts: tuple[str, ...]
    """`texts[0]` is the first text, `texts[n]` the one after step n."""


def read_script(folder: Path) -> Script:
    """Read a sample paper.

    A step edits the text before it or, with `restore`, brings back the text after an earlier step (0: the first).

    Raises: ValueError when a passage does not stand exactly once where a step wants it.
    """
    about = tomllib.loads((folder / "paper.toml").read_text(encoding="utf-8"))
    steps = tuple(tomllib.loads((folder / "steps.toml").read_text(encoding="utf-8"))["step"])
    texts = [(folder / "start.md").read_text(encoding="utf-8")]
    for number, step in enumerate(steps, start=1):
        text = texts[step["restore"]] if "restore" in step else texts[-1]
        for edit in step.get("edit", ()):
            text = apply_edit(text, edit, f"{folder.name}, step {number}")
        texts.append(text)
    return Script(folder.name, about, steps, tuple(texts))


def apply_edit(text: str, edit: Mapping[str, str], where: str) -> str:
    """The text after one edit: replace … with, after … insert, or delete."""
    passage = edit.get("replace") or edit.get("after") or edit.get("delete") or ""
    if text.count(passage) != 1:
        raise ValueError(f"{where}: the passage stands {text.count(passage)} times: {passage[:60]!r}")
    new = edit["with"] if "replace" in edit else passage + edit["insert"] if "after" in edit else ""
    return text.replace(passage, new)


def all_scripts() -> tuple[Script, ...]:
    """Every sample paper, by name."""
    return tuple(read_script(folder) for folder in sorted((SAMPLE / "papers").iterdir()) if folder.is_dir())


def moment_of(spec: str, loaded: datetime, timezone: str) -> datetime:
    """ "-182 09:14" → that many days before the day of loading, at this local time.

    Raises: ValueError for anything else.
    """
    days, clock_time = spec.split()
    day = loaded.astimezone(ZoneInfo(timezone)).date() + timedelta(days=int(days))
    return datetime.combine(day, time.fromisoformat(clock_time), tzinfo=ZoneInfo(timezone))
