"""The places of a quote in a new text that may be its passage, and the one that is meant."""

from __future__ import annotations

from rapidfuzz.distance import Indel

from workspace.text.mapping import MOSTLY, Mapping, Placed, visible
from workspace.text.placing import FUZZY_WORDS, is_inside_word, places_of
from workspace.text.tokens import words

SURE = 0.999
"""From this share on all of a passage survived (the rest are blanks)."""
PERFECT = 0.85
"""So much, where the difference says something else."""
LEAD = 0.1
"""What is found has to be this much better than the next best."""
SINGULAR_WORDS = 5
"""A quote of so many words that occurs once needs no surroundings."""
TAKEN = 0.8
"""A place of which this share stood there before belongs to another passage."""

Span = tuple[int, int]


class Quote:
    """The places of a quote in the new text that may be its passage, and the one that is meant."""

    def __init__(self, quote: str, around: tuple[str, str], mapping: Mapping, placed: Placed | None) -> None:
        """`around`: what stood before and behind the passage; `placed`: where the difference has it, if anywhere."""
        self.quote, (self.prefix, self.suffix) = quote, around
        self.mapping = mapping
        self.near = None if placed is None else (placed.start, placed.end)
        self.is_lost = placed is None or not MOSTLY <= placed.kept < SURE
        """The difference lost most of it, or all of it stands there: then it may stand anywhere else."""
        self.new = mapping.difference.new

    def best(self, need: float) -> Span | None:
        """The place of the quote that is clearly meant."""
        ranked = sorted(
            ((self.surroundings(span), -self._distance(span), span) for span in self.places()), reverse=True
        )
        if not ranked:
            return None
        fit, distance, span = ranked[0]
        if len(ranked) == 1 and len(words(self.quote)) >= SINGULAR_WORDS:
            return span
        if fit < (need if len(words(self.quote)) >= FUZZY_WORDS else max(need, PERFECT)):
            return None
        if len(ranked) == 1 or fit - ranked[1][0] > LEAD:
            return span
        is_nearest = self.near is not None and -4 * distance < -ranked[1][1]
        return span if is_nearest else None

    def places(self) -> list[Span]:
        """Where the quote stands; a word that was cut has to be cut at the same letter."""
        quote, before, after = self.quote, self.prefix, self.suffix
        around = before + quote + after
        is_cut_before = is_inside_word(around, len(before))
        is_cut_after = is_inside_word(around, len(before) + len(quote))
        places = places_of(
            quote,
            self.new,
            before=before[-1:] if is_cut_before else "",
            after=after[:1] if is_cut_after else "",
        )
        is_searched = self.is_lost and not (is_cut_before or is_cut_after)
        if is_searched and not places and len(quote.split()) > 1:
            places = self.mapping.finder.exact(quote)  # another line break between the words
        return [span for span in places if not self.is_taken(span)]

    def is_taken(self, span: Span) -> bool:
        """Whether what stands there is another passage, which stood there before."""
        if self.near is not None and overlap(span, self.near):
            return False
        return self.mapping.survivors(*span) >= TAKEN * visible(self.new[span[0] : span[1]])

    def surroundings(self, span: Span) -> float:
        """How much the text around a span is like that around the passage, 0 to 1."""
        prefix, suffix = self.prefix, self.suffix
        before = self.new[max(0, span[0] - len(prefix)) : span[0]]
        after = self.new[span[1] : span[1] + len(suffix)]
        score = Indel.normalized_similarity(prefix, before) if prefix else 1.0
        return (score + (Indel.normalized_similarity(suffix, after) if suffix else 1.0)) / 2

    def _distance(self, span: Span) -> int:
        return abs(span[0] - self.near[0]) if self.near is not None else span[0]


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have a character in common."""
    return one[0] < other[1] and other[0] < one[1]
