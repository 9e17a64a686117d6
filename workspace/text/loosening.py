"""The second look at a sentence that both sides changed, for saves: words far enough apart are joined.

Two independent ways have to give the very same text: the changes as readers see them, with `GUARD`
unchanged words between any two of different writers, and the plain merge of the smallest word changes.
Changes of markup are never joined so: two halves of one mark may stand far apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from workspace.text.hunks import Hunk, apply, hunks_of, is_in_tag
from workspace.text.tokens import words
from workspace.text.words import compare_words

GUARD: Final = 3
"""So many unchanged words stand between changes of different writers in one sentence."""

_MARKUP: Final = re.compile(r"[*_~`\[\]<>|#\\^{}$]|\n\s*\n")


def joined_words(passage: str, start: int, mine: Sequence[Hunk], theirs: Sequence[Hunk]) -> list[Hunk] | None:
    """The changes of both sides in order, or None where they have to be asked about.

    Args: passage: a piece of the base that begins at `start`; mine, theirs: hunks inside it.
    """
    if any(_MARKUP.search(hunk.old) or _MARKUP.search(hunk.new) for hunk in (*mine, *theirs)):
        return None
    joined = _apart(passage, start, mine, theirs, GUARD)
    if joined is None:
        return None
    plain = [
        hunks_of(compare_words(passage, apply(passage, start, side), for_readers=False)) for side in (mine, theirs)
    ]
    smallest = _apart(passage, 0, plain[0], plain[1], 0)
    if smallest is None or apply(passage, 0, smallest) != apply(passage, start, joined):
        return None
    return joined


def _apart(passage: str, start: int, mine: Sequence[Hunk], theirs: Sequence[Hunk], guard: int) -> list[Hunk] | None:
    """All hunks in order, the same ones once; None where those of different sides meet or are too near."""
    both = {hunk.change for hunk in mine} & {hunk.change for hunk in theirs}
    sided = [(hunk, 0) for hunk in mine] + [(hunk, 1) for hunk in theirs if hunk.change not in both]
    sided.sort(key=lambda each: (each[0].start, each[0].end))
    for (one, side), (other, other_side) in pairwise(sided):
        if other.start < one.end:
            return None
        if side != other_side and other.change not in both and one.change not in both:
            between = passage[one.end - start : other.start - start]
            if not between or len(words(between)) < guard or is_in_tag(passage, one.end - start, other.start - start):
                return None
    return [hunk for hunk, _ in sided]
