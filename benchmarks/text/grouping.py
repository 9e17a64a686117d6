"""When typing becomes a revision: the commits of real histories taken as autosaves.

A **passage lost** is a sentence (it ends with a sign that ends one before a blank, with a blank line, or where the next
line opens an item, a row, a quote or a heading; at least twenty characters; all blanks are one) that stood for a minute
or longer, word for word, and is in no text that was kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

from benchmarks.text.corpus import Revision, histories
from benchmarks.text.measure import table
from workspace.text.grouping import Autosave, Kept, revisions_of, sittings

MINUTE = 60
PASSAGE = 20
ENDS = re.compile(r"(?<=[.!?:;…])\s+|\n\s*\n|\n(?=\s*(?:[-*+>#|]|\d+[.)]))")
NONE = float("nan")

Way = Callable[[Sequence[Revision]], Iterable[int]]
"""Autosaves, oldest first → places of those that are kept."""


def main() -> None:
    """Print what each way of making revisions keeps and loses, then how the reader's lines fold."""
    every = [history.revisions for history in histories()]
    total = sum(map(len, every))
    rows: list[tuple[object, ...]] = [("target", NONE, 0)]
    for name, way in WAYS.items():
        kept = [list(way(revisions)) for revisions in every]
        lost = sum(len(passages_lost(one, set(places))) for one, places in zip(every, kept, strict=True))
        rows.append((name, 100 * sum(map(len, kept)) / total, lost))
    table(f"Grouping: {total:,} autosaves", ("Way", "kept of 100", "passages of a minute lost"), rows)
    lines = sum(len(list(sittings(_newest_first(revisions)))) for revisions in every)
    table("Grouping for the reader", ("Revisions", "lines of the history"), [(total, lines)])


def passages_lost(revisions: Sequence[Revision], kept: set[int]) -> set[str]:
    """What stood for a minute and is in no text that was kept."""
    known = {passage for place in kept for passage in passages(revisions[place].text)}
    since: dict[str, int] = {}
    lost = set()
    for revision in revisions:
        now = passages(revision.text) - known
        lost |= {passage for passage, began in since.items() if passage not in now and revision.time - began >= MINUTE}
        since = {passage: since.get(passage, revision.time) for passage in now}
    return lost


def passages(text: str) -> set[str]:
    """The sentences of a text with all blanks as one."""
    parts = (" ".join(part.split()) for part in ENDS.split(text))
    return {part for part in parts if len(part) >= PASSAGE}


def by_pause(revisions: Sequence[Revision], *, quiet: int, longest: int) -> Iterator[int]:
    """A revision after so many quiet minutes, after so many minutes, and when another person goes on."""
    began = revisions[0].time
    for place, (last, coming) in enumerate(pairwise(revisions)):
        is_quiet = coming.time - last.time > quiet * MINUTE
        if is_quiet or coming.time - began > longest * MINUTE or coming.author != last.author:
            yield place
            began = coming.time
    yield len(revisions) - 1


def by_rule(revisions: Sequence[Revision]) -> Iterator[int]:
    """As the workspace does it."""
    return revisions_of([Autosave(_moment(revision), revision.text) for revision in revisions])


def _newest_first(revisions: Sequence[Revision]) -> list[Kept]:
    return [Kept(at, frozenset({one.author}), _moment(one)) for at, one in enumerate(revisions, 1)][::-1]


def _moment(revision: Revision) -> datetime:
    return datetime.fromtimestamp(revision.time, UTC)


WAYS: dict[str, Way] = {
    "2 quiet minutes, at most 20": partial(by_pause, quiet=2, longest=20),
    "5 quiet minutes, at most 30": partial(by_pause, quiet=5, longest=30),
    "10 quiet minutes, at most 60": partial(by_pause, quiet=10, longest=60),
    "30 quiet minutes, at most 8 hours": partial(by_pause, quiet=30, longest=480),
    "the rule: 5 quiet minutes, at most 30, before deletions": by_rule,
}
