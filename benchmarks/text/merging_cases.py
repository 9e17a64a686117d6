"""Made cases: real changes of the histories put onto texts that moved on by other real changes.

The changes are found by lines and then words of a plain longest common subsequence, so that nothing of our engine
decides what is right. Changes in one sentence are one change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from benchmarks.text import corpus
from workspace.text.normal import normalize

KINDS = ("movedon", "again", "split", "stale")
WANTED = 140
"""Cases of each kind, spread over the histories."""
APART = 3
"""Revisions between a base and the text that moved on."""
LONGEST = 2_000
"""Longer changes are rewritten sections, no single change that somebody proposes."""

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_BLOCK_END = re.compile(r"\n\s*\n|\n(?=\s*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||>\s))")
_SENTENCE_END = re.compile(rf"[.!?:;…][\"“”»«’')\]]*\s+(?=[^a-zäöüß])|{_BLOCK_END.pattern}")


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal on a base whose text moved on, and the text that is right; a conflict never is wrong."""

    kind: str
    name: str
    base: str
    mine: str
    theirs: str
    right: str


class _Edit(NamedTuple):
    """base[start:end] became `new`, which begins at `at` of the later text."""

    start: int
    end: int
    new: str
    at: int


def cases() -> Iterator[Case]:
    """Every made case, always the same ones."""
    histories = corpus.histories(3)
    share = -(-WANTED // max(1, len(histories)))
    for history in histories:
        chance = random.Random(f"{corpus.SEED} {history.name}")
        texts = history.texts
        for kind in KINDS:
            starts = list(range(len(texts) - 2))
            chance.shuffle(starts)
            found = 0
            for at in starts[: 3 * share]:
                later = texts[min(len(texts) - 1, at + 1 + chance.randrange(APART))]
                case = _case(kind, f"{history.name} {at}", texts[at], later, texts[-1], chance)
                if case is not None:
                    found += 1
                    yield case
                if found == share:
                    break


def _case(kind: str, name: str, base: str, later: str, last: str, chance: random.Random) -> Case | None:
    groups = _together(_edits(base, later), _SENTENCE_END, base)
    single = [group for at, group in enumerate(groups) if _says_something(base, group) and _is_apart(base, groups, at)]
    if len(groups) < 2 or not single:
        return None
    chosen = chance.choice(single)
    rest = [edit for group in groups if group is not chosen for edit in group]
    if kind == "movedon":
        return _made(kind, name, base, _with(base, chosen), _with(base, rest), later)
    if kind == "again":
        return _made(kind, name, base, _with(base, chosen), later, later)
    if kind == "split":
        return _split(name, base, groups, chance)
    again, since = _edits(base, last), _edits(later, last)
    overtaken = [group for group in single if _is_overtaken(group, again, since)]
    if not overtaken:
        return None
    return _made(kind, name, base, _with(base, chance.choice(overtaken)), last, last)


def _made(kind: str, name: str, base: str, mine: str, theirs: str, right: str) -> Case | None:
    if mine == base or theirs == base:
        return None
    return Case(kind, name, base, mine, theirs, right)


def _split(name: str, base: str, groups: list[list[_Edit]], chance: random.Random) -> Case | None:
    """Two parts of what was changed in one block, one for each side."""
    edits = [edit for group in groups for edit in group]
    blocks = [block for block in _together(edits, _BLOCK_END, base) if len(block) > 1 and _says_something(base, block)]
    if not blocks:
        return None
    block = chance.choice(blocks)
    cut = chance.randrange(1, len(block))
    return _made("split", name, base, _with(base, block[:cut]), _with(base, block[cut:]), _with(base, block))


def _edits(old: str, new: str) -> list[_Edit]:
    """The changes of two texts: lines first, then words."""
    out: list[_Edit] = []
    for start, end, at, stop in _unlike(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        parts = [_TOKEN.findall(old[start:end]), _TOKEN.findall(new[at:stop])]
        out += [_Edit(start + a, start + b, new[at + c : at + d], at + c) for a, b, c, d in _unlike(*parts)]
    return out


def _unlike(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Spans of characters (old start, end, new start, end) of the pieces that differ."""
    numbers: dict[str, int] = {}
    first, second = ([numbers.setdefault(part, len(numbers)) for part in side] for side in (old, new))
    old_ends, new_ends = ([0], [0])
    for side, ends in ((old, old_ends), (new, new_ends)):
        for part in side:
            ends.append(ends[-1] + len(part))
    blocks = [(op.src_start, op.src_end, op.dest_start, op.dest_end, op.tag) for op in Indel.opcodes(first, second)]
    equal = [(-1, 0, -1, 0), *(b[:4] for b in blocks if b[4] == "equal"), (len(old), -1, len(new), -1)]
    for before, after in pairwise(equal):
        if before[1] < after[0] or before[3] < after[2]:
            yield old_ends[before[1]], old_ends[after[0]], new_ends[before[3]], new_ends[after[2]]


def _together(edits: list[_Edit], ends: re.Pattern[str], base: str) -> list[list[_Edit]]:
    """Edits in order, those in the same part of the base in one group."""
    borders = [found.end() for found in ends.finditer(base)]
    out: list[list[_Edit]] = []
    for edit in edits:
        last = out[-1][-1].end if out else -1
        if out and not any(last <= border <= edit.start for border in borders):
            out[-1].append(edit)
        else:
            out.append([edit])
    return out


def _says_something(base: str, group: list[_Edit]) -> bool:
    """Whether a group changes words, and is no rewritten section."""
    old, new = "".join(base[e.start : e.end] for e in group), "".join(e.new for e in group)
    return len(old) + len(new) <= LONGEST and re.findall(r"\w+", old) != re.findall(r"\w+", new)


def _is_apart(base: str, groups: list[list[_Edit]], at: int) -> bool:
    """Whether an unchanged word stands between a group and its neighbours."""
    before = base[groups[at - 1][-1].end : groups[at][0].start] if at else "x"
    after = base[groups[at][-1].end : groups[at + 1][0].start] if at + 1 < len(groups) else "x"
    return all(re.search(r"\w", between) for between in (before, after))


def _is_overtaken(group: list[_Edit], again: list[_Edit], since: list[_Edit]) -> bool:
    """Whether a change was changed once more, and the passage was not set back to what the base has."""
    first, final = group[0], group[-1]
    was_changed = any(edit.start < final.at + len(final.new) and first.at < edit.end for edit in since)
    is_other = any(edit.start < final.end and first.start < edit.end for edit in again)
    return was_changed and is_other


def _with(base: str, edits: list[_Edit]) -> str:
    """The base with some of the changes, in stored form."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        parts += (base[at : edit.start], edit.new)
        at = edit.end
    return normalize("".join(parts) + base[at:])
