"""Which words changed inside one passage: sentences first, then words.

A difference is a list of operations (kind, text), kind -1 deleted, 0 kept, 1 inserted. In canonical
form a deletion stands before its insertion, neighbours never have the same kind, nothing is empty,
and joining what is not inserted (not deleted) gives the old (new) text exactly.

On the way there it is a list of matches, the stretches of text that both sides keep: what lies
between two of them was deleted on one side and inserted on the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import Literal

from workspace.text.alignment import Run, equal_items, equal_runs
from workspace.text.coding import Coded, Span, Vocabulary, coded
from workspace.text.longest import common_length, joined
from workspace.text.readable import Reader

Op = tuple[Literal[-1, 0, 1], str]
Match = tuple[int, int, int]
"""(place in old, place in new, length) of text that both sides keep."""

_LINE_END = re.compile("\n")
SURE_SENTENCE = 12
"""A sentence shorter than this (a number, an abbreviation) identifies no place by itself."""


def compare_words(
    old: str,
    new: str,
    *,
    old_keys: Sequence[Hashable] | None = None,
    new_keys: Sequence[Hashable] | None = None,
    for_readers: bool = True,
) -> list[Op]:
    """The difference of two passages in canonical form.

    `old_keys` and `new_keys` hold one more thing for each token of `tokens(text)`, such as its
    formatting: tokens with the same letters and different keys count as changed (both given, a
    deletion and its insertion may read the same). With `for_readers` small equal words between
    changes belong to the change; without, every equal word is kept.

    Raises ValueError when there are keys for one side only, or not one for each token.
    """
    if (old_keys is None) != (new_keys is None):
        raise ValueError("keys are needed for both sides or for none")
    words = Words(for_readers)
    sides = coded(old, words.vocabulary, 0, extra=old_keys), coded(new, words.vocabulary, 1, extra=new_keys)
    words.compare(*sides, [(0, len(old))], [(0, len(new))])
    return operations(old, new, words.matches, is_strict=old_keys is not None)


class Words:
    """Compares passages of two texts word by word and gathers what both keep."""

    def __init__(self, for_readers: bool) -> None:
        self.vocabulary = Vocabulary()
        self.matches: list[Match] = []
        """Increasing on both sides when passages are compared in order."""
        self._is_exact = True
        self._reader = Reader(self.vocabulary) if for_readers else None

    @property
    def is_exact(self) -> bool:
        """Whether nothing was too large to find everything that both sides keep."""
        return self._is_exact and not self.vocabulary.is_full

    def compare(self, old: Coded, new: Coded, old_spans: Iterable[Span], new_spans: Iterable[Span]) -> None:
        """Gather what two passages keep; the spans say where they stand in their texts."""
        if not old.codes or not new.codes:
            return
        if old.codes == new.codes:
            self._keep(old, new, [(0, 0, len(old.codes))])
        else:
            sentences = _equal_sentences(old, new, old_spans, new_spans)
            self._keep(old, new, joined(self._runs(old, new, sentences)))

    def _runs(self, old: Coded, new: Coded, sentences: Iterable[Run]) -> Iterator[Run]:
        """Equal sentences, and equal words of what is between them."""
        i = j = 0
        for x, y, length in sentences:
            if i < x and j < y:
                for a, b, more in self._equal_words(old.part(i, x), new.part(j, y)):
                    yield i + a, j + b, more
            yield x, y, length
            i, j = x + length, y + length

    def _equal_words(self, old: Coded, new: Coded) -> list[Run]:
        runs, is_exact = equal_runs(old.codes, new.codes)
        self._is_exact &= is_exact
        return self._reader.runs(old, new, runs) if self._reader else runs

    def _keep(self, old: Coded, new: Coded, runs: Iterable[Run]) -> None:
        """Equal tokens as stretches of text."""
        if old.seams or new.seams:
            runs = (part for run in runs for part in _unsewn(run, old.seams, new.seams))
        for i, j, length in runs:
            x, y = old.starts[i], new.starts[j]
            before, after = old.text[x : old.ends[i + length - 1]], new.text[y : new.ends[j + length - 1]]
            if before == after:
                self.matches.append((x, y, len(before)))
            else:
                self.matches += ((x + a, y + b, same) for a, b, same in _around_blanks(before, after))


def _equal_sentences(old: Coded, new: Coded, old_spans: Iterable[Span], new_spans: Iterable[Span]) -> Iterator[Run]:
    """Runs of tokens that are whole equal sentences; last an empty run at the end."""
    old_places = old.sentences(old_spans)
    new_places = new.sentences(new_spans) if len(old_places) > 2 else []
    ours = [old.codes[start:end] for start, end in pairwise(old_places)]
    theirs = [new.codes[start:end] for start, end in pairwise(new_places)]
    if len(theirs) > 1 and not set(ours).isdisjoint(theirs):
        sizes = [old.ends[end - 1] - old.starts[start] for start, end in pairwise(old_places)]
        last = len(ours) - 1, len(theirs) - 1
        for x, y in equal_items(ours, theirs, sizes.__getitem__):
            if sizes[x] >= SURE_SENTENCE or (x, y) in ((0, 0), last):
                yield old_places[x], new_places[y], len(ours[x])
    yield len(old.codes), len(new.codes), 0


def _unsewn(run: Run, old_seams: Sequence[int], new_seams: Sequence[int]) -> Iterator[Run]:
    """The parts of a run between the places where its text leaves something out."""
    i, j, length = run
    cuts = {at - i for at in old_seams if i < at < i + length} | {at - j for at in new_seams if j < at < j + length}
    for start, end in pairwise((0, *sorted(cuts), length)):
        yield i + start, j + start, end - start


def _around_blanks(old: str, new: str) -> Iterator[Match]:
    """The equal stretches of two texts that differ in blanks only."""
    if old.replace("\n", " ") == new.replace("\n", " "):
        yield from _around_line_ends(old, new)
        return
    i = j = 0
    while i < len(old) and j < len(new):
        began = i, j
        same = common_length(old, new, i, j)
        if same:
            yield i, j, same
        i, j = i + same, j + same
        while i < len(old) and old[i].isspace():
            i += 1
        while j < len(new) and new[j].isspace():
            j += 1
        if (i, j) == began:  # more than blanks differs: what is left stays a change
            return


def _around_line_ends(old: str, new: str) -> Iterator[Match]:
    """The same where only lines end at other blanks."""
    at = 0
    for other in sorted(_line_ends(old) ^ _line_ends(new)):
        if at < other:
            yield at, at, other - at
        at = max(at, other)
        while at < len(old) and old[at].isspace():
            at += 1
    if at < len(old):
        yield at, at, len(old) - at


def _line_ends(text: str) -> set[int]:
    return {found.start() for found in _LINE_END.finditer(text)}


def operations(
    old: str,
    new: str,
    matches: Iterable[Match],
    *,
    is_strict: bool = False,
    old_walls: Sequence[Span] = (),
    new_walls: Sequence[Span] = (),
) -> list[Op]:
    """The canonical form of a difference of which increasing matches are known.

    Between matches, equal blanks at the ends are kept too, and unless strict whatever reads the same.
    Of walls, increasing spans that no match touches, nothing is kept.
    """
    ops: list[Op] = []
    kept_from = i = j = 0
    for x, y, length in chain(matches, [(len(old), len(new), 0)]):
        if i < x or j < y:
            head = foot = 0
            # most changes have one side only, or other letters at both ends: nothing of them can be kept
            if i < x and j < y and (old[i] == new[j] or old[x - 1] == new[y - 1]):
                room = _room(old_walls, i, x), _room(new_walls, j, y)
                head, foot = _kept_ends(
                    old[i:x], new[j:y], is_strict, min(room[0][0], room[1][0]), min(room[0][1], room[1][1])
                )
            if i + head < x or j + head < y:
                if kept_from < i + head:
                    ops.append((0, old[kept_from : i + head]))
                kept_from = x - foot
                if i + head < kept_from:
                    ops.append((-1, old[i + head : kept_from]))
                if j + head < y - foot:
                    ops.append((1, new[j + head : y - foot]))
        i, j = x + length, y + length
    if kept_from < len(old):
        ops.append((0, old[kept_from:]))
    return ops


def _room(walls: Sequence[Span], start: int, end: int) -> Span:
    """How much there is in a span before the first wall, and behind the last."""
    if not walls:
        return end - start, end - start
    first = bisect_left(walls, (start, start))
    last = bisect_left(walls, (end, end), first) - 1
    return (walls[first][0] - start, end - walls[last][1]) if first <= last else (end - start, end - start)


def _kept_ends(old: str, new: str, is_strict: bool, head_room: int, foot_room: int) -> Span:
    """How much of a change is kept at its beginning and at its end."""
    if old == new and head_room == len(old) and not (is_strict and old.strip()):
        return len(old), 0
    head = foot = 0
    while head < min(head_room, len(old), len(new)) and old[head] == new[head] and old[head].isspace():
        head += 1
    most = min(foot_room, len(old) - head, len(new) - head)
    while foot < most and old[-1 - foot] == new[-1 - foot] and old[-1 - foot].isspace():
        foot += 1
    return head, foot


def tidy(ops: Iterable[Op], *, is_strict: bool = False) -> list[Op]:
    """Operations in canonical form; unless strict, a deletion and its insertion that read the same are kept."""
    out: list[Op] = []
    kept = ""
    for is_kept, group in groupby((op for op in ops if op[1]), key=lambda op: not op[0]):
        texts = list(group)
        deleted, inserted = ("".join(text for kind, text in texts if kind in (0, side)) for side in (-1, 1))
        if is_kept or (deleted == inserted and not is_strict):
            kept += deleted
            continue
        changes: tuple[Op, ...] = (0, kept), (-1, deleted), (1, inserted)
        out += [op for op in changes if op[1]]
        kept = ""
    return [*out, (0, kept)] if kept else out
