"""Comments that stay where they belong: describe a passage, find it again after changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from workspace.text.mapping import MOSTLY, Mapping, Placed, visible
from workspace.text.placing import FUZZY_WORDS, places_of
from workspace.text.tokens import sentence_ends, words

CONTEXT = 32
"""So many characters before and after a passage are kept with it."""
SURE = 0.999
"""From this share on all of a passage survived (the rest are blanks)."""
STRANGE = 0.55
"""Surroundings less alike than this are not those of the passage."""
FITTING = 0.75
"""Surroundings of a quote found elsewhere have to be this much alike."""
PERFECT = 0.85
"""So much, where the difference says something else."""
LEAD = 0.1
"""What is found has to be this much better than the next best."""
SINGULAR_WORDS = 5
"""A quote of so many words that occurs once needs no surroundings."""
SIMILAR = 0.6
"""A passage less like the quote than this is another passage."""
REMNANT = 0.25
"""With less than this left of a passage in place, it is gone."""
SENTENCE_REACH = 2_000
"""So far around a passage its sentence is looked for."""
TAKEN = 0.8
"""A place of which this share stood there before belongs to another passage."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A passage of one text: its span, its words, and what stands around it."""

    start: int
    end: int
    quote: str
    prefix: str
    suffix: str


class State(StrEnum):
    """What became of a passage."""

    EXACT = "exact"
    """The same words, carried along by the difference."""
    SHIFTED = "shifted"
    """The same words, but the passage itself stands elsewhere."""
    CHANGED = "changed"
    """Its words differ from the quote."""
    ORPHANED = "orphaned"
    """It is gone; only the quote is left."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a passage is now; start and end are None when it is orphaned."""

    state: State
    start: int | None = None
    end: int | None = None


def describe(text: str, start: int, end: int) -> Anchor:
    """The anchor of text[start:end].

    Raises ValueError when the span is empty, reversed, outside the text, or holds nothing visible.
    """
    if not 0 <= start < end <= len(text):
        raise ValueError("no passage of the text")
    quote = text[start:end]
    if not quote.strip():
        raise ValueError("nothing visible in the passage")
    return Anchor(start, end, quote, text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def find(anchor: Anchor, text: str, mapping: Mapping) -> Placement:
    """Where the passage of an anchor is in `text`.

    Follows the difference first, then looks for the exact quote with its surroundings, then for the
    passage most like it with a clear lead. Never guesses: a passage that is lost is orphaned.

    `mapping` leads from the text the anchor was made in to `text`; one serves all anchors.
    Raises ValueError when it leads elsewhere or the anchor lies outside its old text.
    """
    if mapping.difference.new != text:
        raise ValueError("the mapping leads to another text")
    return _Search(anchor, mapping).run()


class _Search:
    """The search for one anchor, step by step; each step answers or leaves it to the next."""

    def __init__(self, anchor: Anchor, mapping: Mapping) -> None:
        self.anchor = anchor
        self.mapping = mapping
        self.old, self.new = mapping.difference.old, mapping.difference.new
        self.placed = mapping.place(anchor.start, anchor.end)

    def run(self) -> Placement:
        placed = self.placed
        if placed is not None and placed.kept >= SURE:
            return self._elsewhere() or self._here(placed, is_moved=placed.is_moved)
        return (
            self._quoted()
            or self._similar()
            or self._remnant()
            or self._in_sentence()
            or self._replaced()
            or Placement(State.ORPHANED)
        )

    def _here(self, span: Placed, *, is_moved: bool) -> Placement:
        """A passage at a place that was found; what its words are decides."""
        if self.new[span.start : span.end].split() != self.anchor.quote.split():
            return Placement(State.CHANGED, span.start, span.end)
        return Placement(State.SHIFTED if is_moved else State.EXACT, span.start, span.end)

    def _elsewhere(self) -> Placement | None:
        """All words survived, but in strange surroundings: is there a much better place?"""
        placed = self.placed
        if placed is None or self._surroundings((placed.start, placed.end)) >= STRANGE:
            return None
        found = self._best_quote(PERFECT)
        if found is None or found[0] == placed.start:
            return None
        return Placement(State.SHIFTED, *found)

    def _quoted(self) -> Placement | None:
        """The exact quote, where the difference lost most of it or at the same place."""
        found, placed = self._best_quote(FITTING), self.placed
        if found is None:
            return None
        if placed is None or placed.kept < MOSTLY or _overlap(found, (placed.start, placed.end)):
            return Placement(State.SHIFTED, *found)
        return None

    def _best_quote(self, need: float) -> Span | None:
        """The place of the quote that is clearly meant."""
        ranked = sorted(
            ((self._surroundings(span), -self._distance(span), span) for span in self._quote_places()),
            reverse=True,
        )
        if not ranked:
            return None
        fit, distance, span = ranked[0]
        if len(ranked) == 1 and len(words(self.anchor.quote)) >= SINGULAR_WORDS:
            return span
        if fit < need:
            return None
        if len(ranked) == 1 or fit - ranked[1][0] > LEAD:
            return span
        is_nearest = self.placed is not None and -4 * distance < -ranked[1][1]
        return span if is_nearest else None

    def _quote_places(self) -> list[Span]:
        anchor = self.anchor
        before, after = anchor.prefix[-1:], anchor.suffix[:1]
        is_cut_before = before.isalnum() and anchor.quote[0].isalnum()
        is_cut_after = after.isalnum() and anchor.quote[-1].isalnum()
        places = places_of(
            anchor.quote,
            self.new,
            before=before if is_cut_before else "",
            after=after if is_cut_after else "",
        )
        if not places and len(anchor.quote.split()) > 1 and not (is_cut_before or is_cut_after):
            places = self.mapping.finder.exact(anchor.quote)  # another line break between the words
        return [span for span in places if not self._is_taken(span)]

    def _is_taken(self, span: Span) -> bool:
        """Whether what stands there is another passage, which stood there before."""
        if self.placed is not None and _overlap(span, (self.placed.start, self.placed.end)):
            return False
        return self.mapping.survivors(*span) >= TAKEN * visible(self.new[span[0] : span[1]])

    def _surroundings(self, span: Span) -> float:
        """How much the text around a span is like that around the passage, 0 to 1."""
        prefix, suffix = self.anchor.prefix, self.anchor.suffix
        before = self.new[max(0, span[0] - len(prefix)) : span[0]]
        after = self.new[span[1] : span[1] + len(suffix)]
        score = Indel.normalized_similarity(prefix, before) if prefix else 1.0
        return (score + (Indel.normalized_similarity(suffix, after) if suffix else 1.0)) / 2

    def _distance(self, span: Span) -> int:
        return abs(span[0] - self.placed.start) if self.placed is not None else span[0]

    def _similar(self) -> Placement | None:
        """The passage most like the quote, if the difference lost most of it."""
        kept = self.placed.kept if self.placed is not None else 0.0
        if kept >= MOSTLY:
            return None
        found = self.mapping.finder.fuzzy(self.anchor.quote, max(SIMILAR, kept + LEAD))
        if found is None or found.lead < LEAD or self._is_taken((found.start, found.end)):
            return None
        return self._here(Placed(found.start, found.end, found.similarity), is_moved=True)

    def _remnant(self) -> Placement | None:
        """What is left of it in place, if that is enough."""
        placed = self.placed
        if placed is None or placed.kept < REMNANT or visible(self.new[placed.start : placed.end]) < 3:
            return None
        return self._here(placed, is_moved=placed.is_moved)

    def _in_sentence(self) -> Placement | None:
        """A few words: the only place of them in what became of their sentence."""
        if len(words(self.anchor.quote)) >= FUZZY_WORDS:
            return None
        start, end = self._sentence()
        sentence = self.mapping.place(start, end)
        if sentence is None or sentence.kept < 0.4:
            return None
        found = [span for span in self._quote_places() if sentence.start <= span[0] and span[1] <= sentence.end]
        return Placement(State.SHIFTED, *found[0]) if len(found) == 1 else None

    def _sentence(self) -> Span:
        """The sentence around the passage in the old text."""
        first = max(0, self.anchor.start - SENTENCE_REACH)
        ends = [end for _, end in sentence_ends(self.old[first : self.anchor.start])]
        start = first + (ends[-1] if ends else 0)
        rest = self.old[self.anchor.end : self.anchor.end + SENTENCE_REACH]
        ends = [end for _, end in sentence_ends(rest)]
        return start, self.anchor.end + (ends[0] if ends else len(rest))

    def _replaced(self) -> Placement | None:
        """What took its place, if a change replaced hardly more than the passage by about as much."""
        island = self.mapping.island(self.anchor.start, self.anchor.end)
        if island is None:
            return None
        new = self.new[island.new_start : island.new_end]
        size = visible(self.anchor.quote)
        gone, came = visible(self.old[island.old_start : island.old_end]), visible(new)
        if not came or 2 * size < gone or came > 4 * size + 20:
            return None
        start = island.new_start + len(new) - len(new.lstrip())
        end = island.new_start + len(new.rstrip())
        return self._here(Placed(start, end, 0.0), is_moved=True)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
