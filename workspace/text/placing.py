"""Looking for a quote in a text: word for word, or the passage most like it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rapidfuzz.distance import Indel

from workspace.text.alignment import Run, equal_words, runs_of
from workspace.text.readable import worth_of
from workspace.text.tokens import is_word, read_passage, sentence_ends, tokens

FUZZY_WORDS = 4
"""With fewer words nothing but the exact quote is looked for."""
CANDIDATES = 200
"""So many places of one quote are looked at."""
LOOKED_AT = 10_000
"""So many are found at most; what stands more often says nothing."""
COMPARED = 2_000_000
"""So many tokens are compared for one quote."""
SENTENCE_REACH = 2_000
"""So far around a passage its sentence is looked for."""
WINDOWS = 4
"""So many regions of a text are compared with a quote."""
LONGEST_WORD = 500
"""So many characters around a position decide whether it lies inside a word."""
LONGEST_FUZZY = 2_000
"""A quote of more tokens than this is found word for word or not at all."""

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A passage and how much it is like what was looked for, 0 to 1; `lead` over the next best."""

    start: int
    end: int
    similarity: float
    lead: float


def places_of(quote: str, text: str, *, before: str = "", after: str = "") -> list[Span]:
    """All places of a quote, letter for letter, between the letters `before` and `after`.

    Where these are empty the quote has to begin (end) at the border of a word.
    """
    found: list[Span] = []
    for at in _finds(before + quote + after, text):
        start, end = at + len(before), at + len(before) + len(quote)
        if (before or not is_inside_word(text, start)) and (after or not is_inside_word(text, end)):
            found.append((start, end))
            if len(found) == CANDIDATES:
                break
    return found


def parts_of(quote: str, text: str) -> list[int]:
    """Where a quote begins between signs or blanks, also inside longer tokens such as addresses."""
    return [at for at in _finds(quote, text) if not (_meet(text, at) or _meet(text, at + len(quote)))]


def _finds(quote: str, text: str) -> Iterator[int]:
    """Where a quote begins, whatever stands around it; the first `LOOKED_AT` places."""
    at = text.find(quote)
    for _ in range(LOOKED_AT):
        if at < 0:
            return
        yield at
        at = text.find(quote, at + 1)


def _meet(text: str, at: int) -> bool:
    """Whether two letters or digits meet at a position."""
    return text[at - 1 : at].isalnum() and text[at : at + 1].isalnum()


def sentence_around(text: str, start: int, end: int) -> Span:
    """The sentence or sentences that hold a span, with the blanks behind.

    On a side where no sentence ends within `SENTENCE_REACH` characters they end with the span.
    """
    first = max(0, start - SENTENCE_REACH)
    ends = [first + after for _, after in sentence_ends(text[first : start + 1]) if first + after <= start]
    begin = ends[-1] if ends else start if first else 0
    last = max(start, end - 2)  # the span may hold the full stop
    ends = [last + after for _, after in sentence_ends(text[last : end + SENTENCE_REACH])]
    until = end if end + SENTENCE_REACH < len(text) else len(text)
    return begin, next((after for after in ends if after >= end), until)


def chunk_around(text: str, start: int, end: int) -> Span:
    """A span up to the next blanks, at most `LONGEST_WORD` characters to either side."""
    before, after = text[max(0, start - LONGEST_WORD) : start], text[end : end + LONGEST_WORD]
    first = start if not before or before[-1].isspace() else start - len(before.rsplit(maxsplit=1)[-1])
    last = end if not after or after[0].isspace() else end + len(after.split(maxsplit=1)[0])
    return first, last


def is_inside_word(text: str, at: int) -> bool:
    """Whether a position lies between two characters of one word."""
    if not 0 < at < len(text) or text[at - 1].isspace() or text[at].isspace():
        return False
    if _meet(text, at):
        return True
    first, last = chunk_around(text, at, at)
    if not _LETTER_OR_DIGIT.search(text, first, at):
        return False  # a word begins with one; among signs alone there is nothing to cut into tokens
    piece = text[first:last]
    return any(start < at - first < end and is_word(piece[start:end]) for start, end in tokens(piece))


class Finder:
    """The words of some stretches of a text, ready for many quotes.

    `stretches` are increasing spans; each is widened to whole words, and no match crosses from one
    to another.
    """

    def __init__(self, text: str, stretches: Iterable[Span]) -> None:
        self.starts, self.ends = array("L"), array("L")
        self.keys: list[Hashable] = []
        for start, end in _widened(text, stretches):
            passage = read_passage(text[start:end])
            self.starts.extend(at + start for at in passage.starts)
            self.ends.extend(at + start for at in passage.ends)
            self.keys += passage.keys
            self.starts.append(end)  # an empty token that is like no other
            self.ends.append(end)
            self.keys.append(None)
        self._words = array("L", (at for at, key in enumerate(self.keys) if key and is_word(str(key))))
        self._places: dict[Hashable, array[int]] = {}
        for at, key in enumerate(self.keys):
            places = self._places.get(key)
            if places is None:
                places = self._places[key] = array("L")
            places.append(at)

    def exact(self, quote: str) -> list[Span]:
        """All places where the words of a quote stand one after the other, whatever blanks lie between."""
        wanted = read_passage(quote).keys
        rarest = min(range(len(wanted)), key=lambda at: len(self._places.get(wanted[at], ())))
        found: list[Span] = []
        for place in islice(self._places.get(wanted[rarest], ()), max(CANDIDATES, COMPARED // len(wanted))):
            first = place - rarest
            if first >= 0 and self.keys[first : first + len(wanted)] == wanted:
                found.append((self.starts[first], self.ends[first + len(wanted) - 1]))
                if len(found) == CANDIDATES:
                    break
        return found

    def fuzzy(self, quote: str, least: float) -> Likeness | None:
        """The passage most like a quote, if it is at least that similar."""
        wanted = read_passage(quote).keys
        words = [at for at, key in enumerate(wanted) if is_word(str(key))]
        if len(words) < FUZZY_WORDS or len(wanted) > LONGEST_FUZZY:
            return None
        found = []
        for first, last in self._regions([wanted[at] for at in words]):
            likeness = self._densest(wanted, first, last)
            if likeness is not None:
                found.append(likeness)
        found.sort(key=lambda likeness: (-likeness[2], likeness[0]))
        if not found or found[0][2] < least:
            return None
        start, end, similarity = found[0]
        others = [other[2] for other in found if other[1] <= start or other[0] >= end]
        return Likeness(start, end, similarity, similarity - max(others, default=0.0))

    def _regions(self, wanted: list[Hashable]) -> Iterator[Span]:
        """Token ranges that share the most runs of words with what is wanted."""
        size = 2 if len(wanted) < 8 else 3
        width = max(4, len(wanted) // 2)
        votes: defaultdict[int, float] = defaultdict(float)
        for at in range(len(wanted) - size + 1):
            places = self._word_run(wanted[at : at + size])
            for place in places:
                region = (place - at) // width
                votes[region] += 1 / len(places)
                votes[region + 1] += 0.5 / len(places)
        for region, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:WINDOWS]:
            first = max(0, (region - 1) * width)
            last = min(len(self._words), (region + 2) * width + len(wanted))
            if first < last:
                yield self._words[first], self._words[last - 1] + 1

    def _word_run(self, run: list[Hashable]) -> list[int]:
        """Where words follow each other, whatever signs lie between: places among the words."""
        rarest = min(range(len(run)), key=lambda at: len(self._places.get(run[at], ())))
        found = []
        for place in self._places.get(run[rarest], ())[:CANDIDATES]:
            first = bisect_left(self._words, place) - rarest
            if first >= 0 and [self.keys[at] for at in self._words[first : first + len(run)]] == run:
                found.append(first)
        return found

    def _densest(self, wanted: list[Hashable], first: int, last: int) -> tuple[int, int, float] | None:
        """The stretch of a token range that is most like what is wanted, without ends that only a stop
        word far away holds on to."""
        runs = runs_of(equal_words(wanted, self.keys[first:last])[0])
        if not runs:
            return None
        low, high = 0, len(runs)
        while high - low > 1 and self._hangs_loose(wanted, runs[low], runs[low], runs[low + 1]):
            low += 1
        while high - low > 1 and self._hangs_loose(wanted, runs[high - 1], runs[high - 2], runs[high - 1]):
            high -= 1
        start = first + runs[low][1]
        end = first + runs[high - 1][1] + runs[high - 1][2]
        similarity = Indel.normalized_similarity(wanted, self.keys[start:end])
        return self.starts[start], self.ends[end - 1], similarity

    @staticmethod
    def _hangs_loose(wanted: list[Hashable], run: Run, before: Run, after: Run) -> bool:
        """Whether a run says less than the foreign words between it and the next."""
        foreign = after[1] - before[1] - before[2]
        missing = max(0, after[0] - before[0] - before[2])
        return worth_of([str(key) for key in wanted[run[0] : run[0] + run[2]]]).meaning < foreign - missing


def _widened(text: str, stretches: Iterable[Span]) -> Iterator[Span]:
    """The spans up to the next blanks, those that meet joined."""
    first = last = -1
    for start, end in stretches:
        while start > max(0, last) and not text[start - 1].isspace():
            start -= 1
        end = max(end, last)
        while end < len(text) and not text[end].isspace():
            end += 1
        if start > last:
            if first < last:
                yield first, last
            first = start
        last = max(last, end)
    if first < last:
        yield first, last
