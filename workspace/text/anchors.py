"""Comments that stay where they belong: describe a passage, find it again after changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz.distance import Indel

from workspace.text.diff import Move
from workspace.text.mapping import MOSTLY, Mapping, Placed, visible
from workspace.text.placing import FUZZY_WORDS, chunk_around, is_inside_word, parts_of, places_of, sentence_around
from workspace.text.quotes import LEAD, PERFECT, SURE, Quote, Span, overlap
from workspace.text.tokens import words
from workspace.text.wordings import is_known_again

CONTEXT = 32
"""So many characters before and after a passage are kept with it."""
STRANGE = 0.55
"""Surroundings less alike than this are not those of the passage."""
FITTING = 0.75
"""Surroundings of a quote found elsewhere have to be this much alike."""
SINGULAR_LETTERS = 12
"""A sentence with so many letters that occurs once is known wherever it stands."""
SIMILAR = 0.6
"""A passage less like the quote than this is another passage."""
SURE_WORDS = 8
DOUBT = 0.0375
"""For each word that a quote has less than `SURE_WORDS` it has to be so much more alike."""
LONGEST_ALIKE = 2_000
"""Characters; more are not compared letter by letter."""
REMNANT = 0.25
"""With less than this left of a passage in place, it is gone."""
SMALL = 20
"""So many characters more than in proportion are no surprise."""


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
    search = _Search(anchor, mapping)
    placement = search.run()
    return (search.came_back() if placement.state is State.CHANGED else None) or placement


def find_again(anchor: Anchor, text: str, mapping: Mapping) -> Placement:
    """Where the passage of an orphaned anchor came back, word for word, between two states of a text.

    `mapping` leads to `text` from the state in which the passage was missing: only what is new in
    `text` can be the passage. The place in the anchor is one in an older text and counts for nothing.
    Raises ValueError when the mapping leads elsewhere.
    """
    if mapping.difference.new != text:
        raise ValueError("the mapping leads to another text")
    found = Quote(anchor.quote, (anchor.prefix, anchor.suffix), mapping, None).best(FITTING)
    return Placement(State.ORPHANED) if found is None else _placement(anchor, text, found, is_moved=True)


def follow(anchor: Anchor, placement: Placement, text: str) -> Anchor:
    """The anchor at its place in `text`, ready for the next change: the quote stays what it was.

    An orphaned anchor stays as it is.
    """
    if placement.start is None or placement.end is None:
        return anchor
    now = describe(text, placement.start, placement.end)
    return replace(now, quote=anchor.quote)


def _placement(anchor: Anchor, text: str, span: Span, *, is_moved: bool) -> Placement:
    """A passage at a place that was found; what its words are decides."""
    if text[slice(*span)].split() != anchor.quote.split():
        return Placement(State.CHANGED, *span)
    return Placement(State.SHIFTED if is_moved else State.EXACT, *span)


class _Search:
    """The search for one anchor, step by step; each step answers or leaves it to the next."""

    def __init__(self, anchor: Anchor, mapping: Mapping) -> None:
        self.anchor = anchor
        self.mapping = mapping
        self.old, self.new = mapping.difference.old, mapping.difference.new
        self.placed = mapping.place(anchor.start, anchor.end)
        self.quote = Quote(anchor.quote, (anchor.prefix, anchor.suffix), mapping, self.placed)

    def run(self) -> Placement:
        placed = self.placed
        if placed is not None and placed.kept >= SURE:
            return (
                self._elsewhere()
                or self._restored()
                or self._here((placed.start, placed.end), is_moved=placed.is_moved)
            )
        return (
            self._quoted()
            or self._left()
            or self._similar()
            or self._with_sentence()
            or self._remnant()
            or self._in_token()
            or self._in_sentence()
            or self._replaced()
            or Placement(State.ORPHANED)
        )

    def came_back(self) -> Placement | None:
        """The whole quote, if it was in the text no more and is written there again, once."""
        quote = self.anchor.quote
        if not is_known_again(quote) or quote in self.old or self.new.count(quote) != 1:
            return None
        found = self.quote.places()
        return self._here(found[0], is_moved=True) if len(found) == 1 else None

    def _here(self, span: Span, *, is_moved: bool) -> Placement:
        return _placement(self.anchor, self.new, span, is_moved=is_moved)

    def _elsewhere(self) -> Placement | None:
        """All words survived, but in strange surroundings: is there a much better place?"""
        placed = self.placed
        if placed is None or self.quote.surroundings((placed.start, placed.end)) >= STRANGE:
            return self._left()
        found = self.quote.best(PERFECT)
        if found is None:
            return self._with_sentence()
        return self._here(found, is_moved=True) if found[0] != placed.start else None

    def _restored(self) -> Placement | None:
        """The quote around what was left of it, where its words are back."""
        placed = self.placed
        if placed is None or self.new[placed.start : placed.end].split() == self.anchor.quote.split():
            return None
        span = (placed.start, placed.end)
        found = [each for each in self.quote.places() if overlap(each, span)]
        return self._here(found[0], is_moved=placed.is_moved) if len(found) == 1 else None

    def _left(self) -> Placement | None:
        """In its sentence, if that is long and left its place word for word; what seems kept there is another one."""
        start, end = self._sentence()
        placed = self.mapping.place(start, end)
        is_there = placed is not None and placed.kept >= SURE
        return None if is_there or not is_known_again(self.old[start:end]) else self._with_sentence()

    def _quoted(self) -> Placement | None:
        """The exact quote, where the difference lost most of it or at the same place."""
        found, placed = self.quote.best(FITTING), self.placed
        if found is None:
            return None
        if placed is not None and overlap(found, (placed.start, placed.end)):
            return self._here(found, is_moved=placed.is_moved)
        return self._here(found, is_moved=True) if self.quote.is_lost else None

    def _similar(self) -> Placement | None:
        """The passage most like the quote, if the difference lost most of it."""
        placed, kept = self.placed, self.placed.kept if self.placed is not None else 0.0
        if kept >= MOSTLY:
            return None
        quote = self.old[self.anchor.start : self.anchor.end]
        missing = max(0, SURE_WORDS - len(words(quote)))
        found = self.mapping.finder.fuzzy(quote, max(SIMILAR + DOUBT * missing, kept + LEAD))
        if found is None or found.lead < LEAD or self.quote.is_taken((found.start, found.end)):
            return None
        if placed is not None and kept >= REMNANT and overlap((found.start, found.end), (placed.start, placed.end)):
            return None  # the difference knows its borders better
        return self._here((found.start, found.end), is_moved=True)

    def _with_sentence(self) -> Placement | None:
        """In its sentence, if that stands elsewhere: once before and once now."""
        start, end = _without_blanks(self.old, self._sentence())
        sentence = self.old[start:end]
        if sum(map(len, words(sentence))) < SINGULAR_LETTERS or self.old.count(sentence) > 1:
            return None
        found = places_of(sentence, self.new)
        if not found and self.quote.is_lost:
            found = self.mapping.finder.exact(sentence)
        if len(found) != 1 or self.quote.is_taken(found[0]):
            return None
        placed = self.mapping.place_along(Move(start, end, *found[0]), self.anchor.start, self.anchor.end)
        if placed is None or placed.kept < MOSTLY:
            return None
        return self._here((placed.start, placed.end), is_moved=True)

    def _remnant(self) -> Placement | None:
        """What is left of it in place, if that is enough, or what took its place between its ends is like it."""
        placed = self.placed
        if placed is None or visible(self.new[placed.start : placed.end]) < 3:
            return None
        if placed.kept < REMNANT and not self._is_alike(self.new[placed.start : placed.end]):
            return None
        return self._here(self._whole(placed), is_moved=placed.is_moved)

    def _is_alike(self, new: str) -> bool:
        """Whether something that is no more than twice as long is like the passage, letter by letter: an address."""
        quote = self.old[self.anchor.start : self.anchor.end]
        is_long = visible(quote) > SMALL and len(new) <= min(2 * len(quote), LONGEST_ALIKE)
        return is_long and Indel.normalized_similarity(quote, new) >= SIMILAR

    def _whole(self, placed: Placed) -> Span:
        """A changed passage that was a whole sentence is the whole new one, if that grew by new words only."""
        span = (placed.start, placed.end)
        own = (self.anchor.start, self.anchor.end)
        if _without_blanks(self.old, self._sentence()) != _without_blanks(self.old, own):
            return span
        start, end = _without_blanks(self.new, sentence_around(self.new, *span))
        came = visible(self.new[start : placed.start]) + visible(self.new[placed.end : end])
        stayed = self.mapping.survivors(start, placed.start) + self.mapping.survivors(placed.end, end)
        if stayed or came > visible(self.new[placed.start : placed.end]) + SMALL:
            return span
        return start, end

    def _in_token(self) -> Placement | None:
        """A part of a long token, such as an address, in what replaced the token."""
        start, end = self.anchor.start, self.anchor.end
        island = self.mapping.island(start, end)
        if island is None or not (is_inside_word(self.old, start) or is_inside_word(self.old, end)):
            return None
        first, last = chunk_around(self.old, start, end)
        quote = self.old[start:end]
        before = parts_of(quote, self.old[first:last])
        after = parts_of(quote, self.new[island.new_start : island.new_end])
        if len(before) != len(after) or start - first not in before:
            return None
        at = island.new_start + after[before.index(start - first)]
        for old_cut, new_cut in ((start, at), (end, at + len(quote))):
            if is_inside_word(self.new, new_cut) and not is_inside_word(self.old, old_cut):
                return None
        return self._here((at, at + len(quote)), is_moved=False)

    def _in_sentence(self) -> Placement | None:
        """A few words: the only place of them in what became of their sentence."""
        if len(words(self.anchor.quote)) >= FUZZY_WORDS:
            return None
        start, end = self._sentence()
        sentence = self.mapping.place(start, end)
        if sentence is None or sentence.kept < 0.4:
            return None
        found = [span for span in self.quote.places() if sentence.start <= span[0] and span[1] <= sentence.end]
        return self._here(found[0], is_moved=True) if len(found) == 1 else None

    def _sentence(self) -> Span:
        """The sentence around the passage in the old text."""
        return sentence_around(self.old, self.anchor.start, self.anchor.end)

    def _replaced(self) -> Placement | None:
        """What took its place, if a change replaced hardly more than the passage by about as much."""
        island = self.mapping.island(self.anchor.start, self.anchor.end)
        if island is None:
            return None
        new = self.new[island.new_start : island.new_end]
        size = visible(self.anchor.quote)
        gone, came = visible(self.old[island.old_start : island.old_end]), visible(new)
        if 2 * size < gone or came > 4 * size + SMALL or 4 * came < size:
            return None
        is_long = len(words(self.anchor.quote)) >= FUZZY_WORDS and not self._is_alike(new)
        if is_long or (words(self.anchor.quote) and not words(new)):
            return None  # so much cannot be replaced by something else and still be the same passage
        return self._here(_without_blanks(self.new, (island.new_start, island.new_end)), is_moved=True)


def _without_blanks(text: str, span: Span) -> Span:
    piece = text[slice(*span)]
    return span[0] + len(piece) - len(piece.lstrip()), span[0] + len(piece.rstrip())
