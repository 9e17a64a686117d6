"""Passages of two states of a text whose fate is sure, decided from the texts alone.

Nothing here uses the difference engine. A text is cut at blank lines and after sentences; what
occurs once in both texts and in the same order stands still (`_still`), and everything else is
known by what stands around it. What cannot be decided is left out. Blanks never count.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.text.anchor_reading import Reading, Span, Words, threes_of

Stretch = tuple[int, int, int, int]
"""Sentences old[a:b] and new[c:d] between two that stand still."""

UNCHANGED, COUNTED, WORD, MOVED, RESTOOD, CHANGED, GONE = (
    "unchanged passage",
    "known by counting",
    "word in a changed sentence",
    "moved with its paragraph",
    "sentence moved elsewhere",
    "changed",
    "gone",
)
MOST = {UNCHANGED: 40, COUNTED: 12, WORD: 10, MOVED: 40, RESTOOD: 12, CHANGED: 14, GONE: 24}
"""So many cases of each kind are taken from one pair of texts."""
LEAST_VISIBLE = 30
"""A sentence or paragraph shorter than this identifies no place."""
ALIKE = 0.5
"""The only sentence between the same neighbours is the same sentence if this much alike."""
LEAD = 0.2
"""Among several new sentences it has to be so much more alike than any other."""
MOST_PAIRS = 60
"""So many pairs of sentences are compared between two that stand still."""
COUNTED_ALIKE = 0.4
"""Words are counted where their sentences are at least this much alike."""
ELSEWHERE = 0.3
"""Nor does more than this share of all its three words in a row stand elsewhere."""
LEFT = 0.1
"""Of a passage that is gone at most this share of all three words in a row stands anywhere."""


@dataclass(frozen=True, slots=True)
class Case:
    """old[start:end], and where it is in the new text; None where it is gone."""

    kind: str
    start: int
    end: int
    truth: Span | None


class Truth:
    """What is sure about two texts."""

    def __init__(self, old: Reading, new: Reading, seed: int) -> None:
        self.old, self.new = old, new
        self.chance = random.Random(seed)
        self.still, self.moved = _still(old, new)
        ends = [(-1, -1), *self.still, (len(old.sentences), len(new.sentences))]
        self.stretches: list[Stretch] = [
            (i + 1, x, j + 1, y) for (i, j), (x, y) in pairwise(ends) if x > i + 1 or y > j + 1
        ]
        self.changed = [pair for stretch in self.stretches for pair in self._paired(stretch)]

    def _paired(self, stretch: Stretch) -> list[tuple[int, int]]:
        """Which changed sentence became which, where as many came as went: each is clearly more like the other than
        like any beside it."""
        a, b, c, d = stretch
        if b - a == 1 == d - c:
            return [(a, c)] if self._is_same(a, c) else []
        if b - a != d - c or not 0 < (b - a) * (d - c) <= MOST_PAIRS:
            return []
        alike = {(i, j): _alike(self.old, i, self.new, j) for i in range(a, b) for j in range(c, d)}
        pairs = [
            (i, j)
            for (i, j), score in alike.items()
            if score > LEAD + max((s for (x, y), s in alike.items() if (x == i) != (y == j)), default=0.0)
        ]
        return [pair for pair in _longest_rising(sorted(pairs)) if self._is_same(*pair)]

    def _is_same(self, i: int, j: int) -> bool:
        """Whether the only new sentence between the same neighbours is the old one, and no other is more like it."""
        old, new = (threes_of(one.words(one.sentences[at])) for one, at in ((self.old, i), (self.new, j)))
        is_elsewhere = len((old - new) & self.new.threes) > ELSEWHERE * len(old)
        return not is_elsewhere and _alike(self.old, i, self.new, j) >= ALIKE

    def cases(self) -> list[Case]:
        """Some passages of each kind, always the same ones."""
        found: list[Case] = []
        for kind, cases in (
            (UNCHANGED, self._copied(UNCHANGED, self.still)),
            (MOVED, self._copied(MOVED, self.moved)),
            (RESTOOD, self._copied(RESTOOD, self._restood())),
            (COUNTED, self._counted()),
            (WORD, self._words()),
            (CHANGED, self._changed()),
            (GONE, self._gone()),
        ):
            for case, _ in zip(cases, range(MOST[kind]), strict=False):
                found.append(case)
        return found

    def _some(self, things: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Things in a random order; each may come several times for another passage of it."""
        listed = list(things)
        for _ in range(3 if listed else 0):
            yield from self.chance.sample(listed, len(listed))

    def _copied(self, kind: str, pairs: Sequence[tuple[int, int]]) -> Iterator[Case]:
        """Passages of sentences that stand word for word in both texts, once."""
        places = dict(pairs)
        ends = {last: first for first, last in self.old.paragraphs}
        paragraphs = {first: last for last, first in ends.items()}
        for i, j in self._some(pairs):
            last = paragraphs.get(i)
            if (
                last is not None
                and all(places.get(i + k) == j + k for k in range(last - i))
                and self.chance.random() < 0.3
            ):
                old, new = self.old.span((i, last)), self.new.span((j, j + last - i))
            else:
                old, new = self.old.sentences[i], self.new.sentences[j]
            seen = "".join(self.old.text[slice(*old)].split())
            if len(seen) < LEAST_VISIBLE or seen not in self.old or seen not in self.new:
                continue
            if self.chance.random() < 0.4:
                yield Case(kind, *old, new)
                continue
            part = self._part(old, 1 if self.chance.random() < 0.6 else self.chance.randint(2, 6))
            if part is not None:
                yield Case(kind, *part, _same_place(self.old.text, old, part, self.new.text, new))

    def _part(self, span: Span, size: int) -> Span | None:
        """Some words of a span."""
        words = self.old.words(span)
        if not words:
            return None
        first = self.chance.randrange(len(words))
        return words[first][1], words[min(len(words), first + size) - 1][2]

    def _restood(self) -> list[tuple[int, int]]:
        """Sentences, once in both texts, that stand elsewhere without their paragraph."""
        taken = {i for i, _ in self.still} | {i for i, _ in self.moved}
        places = {seen: j for j, seen in enumerate(self.new.seen)}
        return [
            (i, places[seen])
            for i, seen in enumerate(self.old.seen)
            if i not in taken and len(seen) >= LEAST_VISIBLE and self.old.count[seen] == 1 == self.new.count[seen]
        ]

    def _counted(self) -> Iterator[Case]:
        """Words and sentences that stand several times: as often in both texts, and between any two
        sentences that stand still; the nth is the nth."""
        spans: list[Span] = []
        for i, _ in self.changed:
            words = self.old.words(self.old.sentences[i])
            spans += [word[1:] for word in self.chance.sample(words, min(3, len(words)))]
        spans += [
            self.old.sentences[i]
            for i, seen in enumerate(self.old.seen)
            if len(seen) > 2 and 1 < self.old.count[seen] < 30
        ][:: max(1, len(self.old.seen) // 200)]
        known = {i: -1 - k for k, (i, _) in enumerate(self.still)}, {j: -1 - k for k, (_, j) in enumerate(self.still)}
        for start, end in self._some(spans):
            quote = self.old.text[start:end]
            before, after = _places(quote, self.old.text), _places(quote, self.new.text)
            if not 1 < len(before) == len(after) or (start, end) not in before:
                continue
            if [self._where(self.old, at, known[0], 0) for at, _ in before] != [
                self._where(self.new, at, known[1], 2) for at, _ in after
            ]:
                continue
            truth = after[before.index((start, end))]
            i, j = self.old.sentence_at(start), self.new.sentence_at(truth[0])
            if _alike(self.old, i, self.new, j) >= COUNTED_ALIKE:
                yield Case(COUNTED, start, end, truth)

    def _where(self, state: Reading, position: int, known: dict[int, int], side: int) -> int:
        """Which sentence that stands still, or which stretch between two, a position lies in."""
        at = state.sentence_at(position)
        if at in known:
            return known[at]
        return bisect_right(self.stretches, at, key=lambda stretch: stretch[side])

    def _words(self) -> Iterator[Case]:
        """Words of four letters, once in a changed sentence and in what became of it."""
        for i, j in self._some(self.changed):
            old, new = self.old.words(self.old.sentences[i]), self.new.words(self.new.sentences[j])
            pairs = [(at, to) for at, to in _once_in_both(*_bare(old, new)) if len(old[at][0]) >= 4]
            if pairs:
                at, to = self.chance.choice(pairs)
                yield Case(WORD, *old[at][1:], new[to][1:])

    def _changed(self) -> Iterator[Case]:
        """Changed sentences, the paragraphs they stand in, and parts of them between two words that stayed.

        What only grew at its ends is left out: the old words themselves are still there.
        """
        paragraphs = dict(self.old.paragraphs)
        places = {**dict(self.still), **dict(self.changed)}
        for i, j in self._some(self.changed):
            kind = self.chance.random()
            first = max(first for first in paragraphs if first <= i) if 0.4 <= kind < 0.6 else i
            size = paragraphs[first] - first if 0.4 <= kind < 0.6 else 1
            start = places.get(first, 0)
            if kind >= 0.6:
                yield from self._between(self.old.words(self.old.sentences[i]), self.new.words(self.new.sentences[j]))
            elif self.old.seen[i] not in self.new.seen[j] and all(
                places.get(first + k) == start + k for k in range(size)
            ):
                yield Case(CHANGED, *self.old.span((first, first + size)), self.new.span((start, start + size)))

    def _between(self, old: Words, new: Words) -> Iterator[Case]:
        """A part of a sentence from one word that stayed to another, if what lies between changed but is alike."""
        pairs = _once(old, new)
        if len(pairs) < 2:
            return
        (a, c), (b, d) = sorted(self.chance.sample(pairs, 2))
        before, after = (Counter(word for word, _, _ in one) for one in (old[a : b + 1], new[c : d + 1]))
        if c < d and before != after and 2 * (before & after).total() >= ALIKE * (before.total() + after.total()):
            yield Case(CHANGED, old[a][1], old[b][2], (new[c][1], new[d][2]))

    def _gone(self) -> Iterator[Case]:
        """Passages of sentences that went with their neighbours, with nothing like them anywhere."""
        for a, b, c, d in self._some_stretches():
            if b - a < 3 or 3 * sum(map(len, self.new.seen[c:d])) > sum(map(len, self.old.seen[a:b])):
                continue
            i = self.chance.randrange(a + 1, b - 1)
            around = self.old.sentences[i - 1][0], self.old.sentences[i + 1][1]
            threes = threes_of(self.old.words(around))
            if len(threes) < 6 or len(threes & self.new.threes) > LEFT * len(threes):
                continue
            whole = self.old.sentences[i]
            part = whole if self.chance.random() < 0.4 else self._part(whole, self.chance.choice([1, 1, 3, 6]))
            came = self.new.text[self.new.sentences[c][0] : self.new.sentences[d - 1][1]] if c < d else ""
            if part is not None and self.old.text[slice(*part)] not in came:
                yield Case(GONE, *part, None)

    def _some_stretches(self) -> Iterator[Stretch]:
        for _ in range(4):
            yield from self.chance.sample(self.stretches, len(self.stretches))


def _still(old: Reading, new: Reading) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of sentences that kept their place, and pairs that changed it with their paragraph.

    Paragraphs that occur once on both sides and in the same order stand still, and between these
    sentences that do.
    """
    paragraphs = _once_in_both(
        [tuple(old.seen[slice(*paragraph)]) for paragraph in old.paragraphs],
        [tuple(new.seen[slice(*paragraph)]) for paragraph in new.paragraphs],
    )
    paragraphs = [(i, j) for i, j in paragraphs if sum(map(len, old.seen[slice(*old.paragraphs[i])])) >= LEAST_VISIBLE]
    rising = _longest_rising(paragraphs)
    chain = _sentence_pairs(old, new, rising)
    moved = _sentence_pairs(old, new, sorted(set(paragraphs) - set(rising)))
    away_old, away_new = {i for i, _ in moved}, {j for _, j in moved}
    single = [
        (i, j)
        for i, j in _once_in_both(old.seen, new.seen)
        if len(old.seen[i]) >= LEAST_VISIBLE and i not in away_old and j not in away_new
    ]
    still: list[tuple[int, int]] = []
    last = (-1, -1)
    for end in [*chain, (len(old.seen), len(new.seen))]:
        start = bisect_left(single, (last[0] + 1, -1))
        inside = [(i, j) for i, j in single[start : bisect_left(single, end)] if last[1] < j < end[1]]
        still += [*_longest_rising(inside), end]
        last = end
    return still[:-1], moved


def _sentence_pairs(old: Reading, new: Reading, paragraphs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (i, j) for x, y in paragraphs for i, j in zip(range(*old.paragraphs[x]), range(*new.paragraphs[y]), strict=True)
    ]


def _once_in_both(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    in_old, in_new = Counter(old), Counter(new)
    places = {thing: j for j, thing in enumerate(new)}
    return [(i, places[thing]) for i, thing in enumerate(old) if in_old[thing] == 1 == in_new[thing]]


def _once(old: Words, new: Words) -> list[tuple[int, int]]:
    """Words that occur once on both sides, beside the same word."""
    pairs = _once_in_both(*_bare(old, new))
    return [(at, to) for at, to in pairs if _has_neighbour(old, at, new, to)]


def _bare(*texts: Words) -> Iterator[list[str]]:
    """Words without their places."""
    return ([word for word, _, _ in text] for text in texts)


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs sorted by their first number in which the second rises too."""
    lows: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for k, (_, j) in enumerate(pairs):
        at = bisect_left(lows, j)
        before.append(ends[at - 1] if at else -1)
        lows[at : at + 1], ends[at : at + 1] = [j], [k]
    out, k = [], ends[-1] if ends else -1
    while k >= 0:
        out.append(pairs[k])
        k = before[k]
    return out[::-1]


def _alike(old: Reading, i: int, new: Reading, j: int) -> float:
    """Which share of their words two sentences have in common."""
    if old.seen[i] == new.seen[j]:
        return 1.0
    a, b = (Counter(word for word, _, _ in one.words(one.sentences[at])) for one, at in ((old, i), (new, j)))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def _has_neighbour(old: Words, at: int, new: Words, to: int) -> bool:
    """Whether a word stands beside the same word in both."""
    before = at > 0 < to and old[at - 1][0] == new[to - 1][0]
    return before or (at + 1 < len(old) and to + 1 < len(new) and old[at + 1][0] == new[to + 1][0])


def _places(quote: str, text: str) -> list[Span]:
    """Where a quote stands between the borders of words, up to 40 times."""
    found: list[Span] = []
    at = text.find(quote)
    while at >= 0 and len(found) < 40:
        end = at + len(quote)
        if not (text[at - 1 : at].isalnum() and quote[0].isalnum()) and not (
            text[end : end + 1].isalnum() and quote[-1].isalnum()
        ):
            found.append((at, end))
        at = text.find(quote, at + 1)
    return found


def _same_place(old: str, old_span: Span, part: Span, new: str, new_span: Span) -> Span:
    """Where a part of a passage stands in a copy of it that may have other blanks."""
    before = sum(map(len, old[old_span[0] : part[0]].split()))
    inside = sum(map(len, old[slice(*part)].split()))
    places = [at for at in range(*new_span) if not new[at].isspace()]
    return places[before], places[before + inside - 1] + 1
