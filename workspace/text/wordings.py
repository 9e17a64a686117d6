"""When a wording counts as being in a text."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from workspace.text.tokens import words

LONG_CHARACTERS: Final = 40
LONG_WORDS: Final = 5
"""A wording with as many visible characters and words is known again at another place; a shorter one
(an address, a formula) may rightly stand twice."""

NEIGHBOUR: Final = 200
"""Characters before or behind a wording by which its place is known."""
PLACES: Final = 50


def stands_in(wording: str, text: str) -> bool:
    """Whether a text has this wording as words of its own, not as part of longer ones; blanks are all alike."""
    wanted, known = _flat(wording), _flat(text)
    at = known.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        is_cut = known[at - 1 : at].isalnum() and wanted[:1].isalnum()
        if not is_cut and not (known[end : end + 1].isalnum() and wanted[-1:].isalnum()):
            return True
        at = known.find(wanted, at + 1)
    return False


def stands_often(wording: str, text: str) -> bool:
    """Whether a text has this wording twice: then it may rightly stand at another place once more."""
    return _flat(text).count(_flat(wording)) > 1


def has_same_neighbour(wording: str, one: str, other: str) -> bool:
    """Whether a wording has the same words before it, or behind it, in two texts.

    Its block tells, for blocks move; where it is a whole block, what stands around.
    """
    for is_inside in (True, False):
        ours, theirs = (_neighbours(wording, text, is_inside) for text in (one, other))
        if ours and theirs:
            return not ours.isdisjoint(theirs)
    return False


def _neighbours(wording: str, text: str, is_inside: bool) -> set[tuple[bool, str]]:
    """What stands before (True) and behind a wording at its first places; `is_inside`: in the same block."""
    found: set[tuple[bool, str]] = set()
    end = 0
    for _ in range(PLACES):
        at = text.find(wording, end)
        if at < 0:
            break
        end = at + len(wording)
        before, behind = text[max(0, at - NEIGHBOUR) : at], text[end : end + NEIGHBOUR]
        if is_inside:
            before, behind = before.rpartition("\n\n")[2], behind.partition("\n\n")[0]
        found |= {(True, " ".join(before.split())), (False, " ".join(behind.split()))}
    return found - {(True, ""), (False, "")}


@lru_cache(maxsize=4)
def _flat(text: str) -> str:
    """A text with one blank for all between two words; the few last ones are kept, as whole papers are asked again."""
    return " ".join(text.split())


def is_known_again(wording: str) -> bool:
    """Whether a wording is long enough to be the same wherever it stands."""
    visible = sum(map(len, wording.split()))
    return visible >= LONG_CHARACTERS and len(words(wording)) >= LONG_WORDS
