"""Words that a change took from one place and put at another, where the difference says deleted and inserted.

A difference keeps equal words in one order. What crosses that order (half a sentence put elsewhere, rows sorted anew,
a paragraph that was split while it changed) is found here by what stands around it: `WORDS` tokens in a row that occur
once on either side near the changes, and all that is equal to their left and right, the longest first.

Source: M. J. Wise, "String similarity via greedy string tiling and Running Karp-Rabin matching" (1993).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from workspace.text.tokens import is_word, tokens

Span = tuple[int, int]
Run = tuple[int, int, int]
"""(length, place in old, place in new), counted in words."""

WORDS: Final = 5
LETTERS: Final = 20
"""With fewer letters and digits in its words a run stands in both places by coincidence."""
_AROUND: Final = 40
"""Characters beside a change in which words help to recognise it."""


def regained(old: str, new: str, gone: Sequence[Span], come: Sequence[Span]) -> list[tuple[int, int, int]]:
    """Where inserted words were taken from.

    Args:
        gone: deleted spans of `old`; come: inserted spans of `new`; both in order, not touching.
    Returns: (start and end in `new`, start in `old`) of equal pieces inside `come`, in order, not overlapping.
        The piece in `old` need not be inside `gone`, but the run of words it belongs to reaches into it.
    """
    if not gone or not come:
        return []
    before, after = _Words(old, gone), _Words(new, come)
    is_free = after.is_changed.copy()
    found: list[tuple[int, int, int]] = []
    for run in sorted(_runs(before, after), key=lambda run: (-run[0], run[2])):
        found += _pieces(before, after, run, is_free)
    return sorted(found)


def _pieces(old: _Words, new: _Words, run: Run, is_free: list[bool]) -> Iterator[tuple[int, int, int]]:
    """The words of a run that nobody took yet, with the blanks before them."""
    length, i, j = run
    for k in range(length):
        if is_free[j + k]:
            is_free[j + k] = False
            (start, end), place = new.spans[j + k], old.spans[i + k][0]
            if k:
                blank, old_blank = new.spans[j + k - 1][1], old.spans[i + k - 1][1]
                if start - blank == place - old_blank:
                    start, place = blank, old_blank
                else:  # other line ends: their authors are those of the letter before
                    yield from ((at, at + 1, old_blank - 1) for at in range(blank, start))
            yield start, end, place


def _runs(old: _Words, new: _Words) -> Iterator[Run]:
    """Equal runs that touch a change on both sides."""
    known = _once(old.keys)
    done: dict[int, int] = {}  # how far each diagonal has been looked at
    for words, j in _once(new.keys).items():
        i = known.get(words, -1)
        if i < 0 or j < 0 or done.get(i - j, 0) > j:
            continue
        start, end = j, j + WORDS
        while start and i + start > j and old.keys[i - j + start - 1] == new.keys[start - 1] != "":
            start -= 1
        while end < len(new.keys) and i - j + end < len(old.keys) and old.keys[i - j + end] == new.keys[end] != "":
            end += 1
        done[i - j] = end
        if (
            sum(len(key) for key in new.keys[start:end] if is_word(key)) >= LETTERS
            and any(new.is_changed[start:end])
            and any(old.is_changed[i - j + start : i - j + end])
        ):
            yield end - start, i - j + start, start


def _once(keys: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Every `WORDS` keys in a row with their place, or -1 where they occur more than once."""
    places: dict[tuple[str, ...], int] = {}
    for at, words in enumerate(zip(*(keys[skip:] for skip in range(WORDS)), strict=False)):
        if "" not in words:
            places[words] = -1 if words in places else at
    return places


class _Words:
    """The tokens in and around the changed spans of a text; an empty key ends what stands together."""

    def __init__(self, text: str, changed: Sequence[Span]) -> None:
        self.keys: list[str] = []
        self.spans: list[Span] = []
        for first, after in _windows(changed, len(text)):
            found = [(first + start, first + end) for start, end in tokens(text[first:after])]
            words = [span for span in found if text[span[0]] != "\n"]
            self.keys += [text[start:end] for start, end in words]
            self.keys.append("")
            self.spans += words
            self.spans.append((after, after))
        self.is_changed = self._marked(changed)

    def _marked(self, changed: Sequence[Span]) -> list[bool]:
        marks = [False] * len(self.spans)
        ends = [end for _, end in self.spans]
        for first, after in changed:
            at = bisect_right(ends, first)
            while at < len(marks) and self.spans[at][0] < after:
                marks[at] = True
                at += 1
        return marks


def _windows(spans: Sequence[Span], size: int) -> Iterator[Span]:
    """The spans, of which there is one at least, with what is around them; joined where they meet."""
    first, after = max(0, spans[0][0] - _AROUND), spans[0][1]
    for start, end in spans:
        if start - _AROUND > after:
            yield first, after
            first = start - _AROUND
        after = min(size, end + _AROUND)
    yield first, after
