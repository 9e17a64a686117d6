"""What is really wrong with a joined text, decided from its tokens alone: nothing of our engine is used.

A result that differs from what people accepted may still be right, for people edit on while they join. It is really
wrong when it has not what one side put in or still has what one side took away, has something twice, or touches what
neither side touched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Indel

_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
UNTOUCHED = 5
"""So many tokens in a row that all three texts have equally often have to be in the result as often."""
MOST = 4_000
"""Longer changes are judged by their counts only: finding the smallest change would take long."""

Tokens = tuple[str, ...]


def is_same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but blanks."""
    return one.split() == other.split()


def unknown_words(result: str, texts: Sequence[str]) -> set[str]:
    """Words of the result that none of the texts has."""
    return set(_WORD.findall(result)).difference(*(_WORD.findall(text) for text in texts))


def faults(base: str, mine: str, theirs: str, result: str) -> list[str]:
    """What is really wrong with a result, in words; empty when nothing is."""
    old, one, other, new = (tuple(_TOKEN.findall(text)) for text in (base, mine, theirs, result))
    found = [*_miscounted(old, one, other, new), *_disturbed(old, one, other, new)]
    for side, changed in (("mine", one), ("theirs", other)):
        found += [f"{side}: {fault}" for fault in _misplaced(old, changed, one if changed is other else other, new)]
    return found


def _miscounted(old: Tokens, one: Tokens, other: Tokens, new: Tokens) -> Iterator[str]:
    """Tokens that the result has more or less often than both changes together can explain."""
    before, mine, theirs, after = (Counter(tokens) for tokens in (old, one, other, new))
    for token in before | mine | theirs | after:
        first, second = mine[token] - before[token], theirs[token] - before[token]
        possible = (first, second, first + second)
        if not min(possible) <= after[token] - before[token] <= max(possible):
            yield f"{token!r} {after[token] - before[token]:+d} times, not {first:+d} and {second:+d}"


def _disturbed(old: Tokens, one: Tokens, other: Tokens, new: Tokens) -> Iterator[str]:
    """Runs of tokens that neither side touched and the result has more or less often."""
    before, mine, theirs, after = (
        Counter(tokens[at : at + UNTOUCHED] for at in range(len(tokens) - UNTOUCHED + 1))
        for tokens in (old, one, other, new)
    )
    for run, count in before.items():
        if mine[run] == theirs[run] == count != after[run]:
            yield f"{' '.join(run)!r} touched by neither"


def _misplaced(old: Tokens, changed: Tokens, other: Tokens, new: Tokens) -> Iterator[str]:
    """Changes of one side that the result has not, or has beside other neighbours than both writers saw."""
    text, known = _joined(new), _joined(other)
    for run, before, after, is_added in _changes(old, changed):
        beside = (_joined((*before, *run)), _joined((*run, *after)))
        if is_added and not any(part in text for part in beside):
            yield f"{' '.join(run)[:80]!r} is missing or elsewhere"
        whole = _joined((*before, *run, *after))
        if not is_added and whole in text and text.count(whole) >= _joined(old).count(whole) > 0 and whole in known:
            yield f"{' '.join(run)[:80]!r} is still there"


def _changes(old: Tokens, changed: Tokens) -> Iterator[tuple[Tokens, Tokens, Tokens, bool]]:
    """(tokens, the one before, the one behind, whether they were added) for what was added and taken away."""
    head = 0
    while head < min(len(old), len(changed)) and old[head] == changed[head]:
        head += 1
    foot = 0
    while foot < min(len(old), len(changed)) - head and old[-1 - foot] == changed[-1 - foot]:
        foot += 1
    first, second = old[head : len(old) - foot], changed[head : len(changed) - foot]
    if max(len(first), len(second)) > MOST:
        return
    for op in Indel.opcodes(first, second):
        tokens, start, end = changed, head + op.dest_start, head + op.dest_end
        if op.tag == "delete":
            tokens, start, end = old, head + op.src_start, head + op.src_end
        if op.tag != "equal":
            yield tokens[start:end], tokens[max(0, start - 1) : start], tokens[end : end + 1], op.tag == "insert"


def _joined(tokens: Sequence[str]) -> str:
    return f"\0{chr(0).join(tokens)}\0"
