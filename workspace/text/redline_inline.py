"""The words of leaf blocks on both sides, compared with the formatting they stand in.

A leaf is flattened to a text and pieces of it with their formatting; a picture, the mention of a footnote
or the border between two paragraphs is one character of that text. Words are equal when their letters,
their formatting and the targets of their links are. Offsets of a flat text count its code points.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from workspace.text.alignment import EXACT_CELLS
from workspace.text.diff import Op, compare_words, pair_blocks
from workspace.text.leaves import headings
from workspace.text.leaves import pieces as visible_pieces
from workspace.text.nodes import Block, Break, Code, Document, FootnoteRef, Image, Inline, Link, Mark, Text
from workspace.text.tokens import tokens
from workspace.text.words import tidy

ATOM = "\ue000"
"""Stands for a picture or a mention of a footnote; its key tells it from such a letter in the text."""

BORDER = "\ue001"
"""Stands for the border between two paragraphs that are compared as one passage."""
_BORDER = re.compile(f" ?{BORDER} ?")
PLACE = "#h-"
"""What the address of a heading in the page begins with."""

Style = tuple[str, ...]
"""("strong",), ("emphasis",), ("strike",), ("code",) or ("link", target, title)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the leaves of one document mean beyond their own words."""

    notes: Mapping[str, Hashable] = field(default_factory=dict)
    """What the mention of a footnote is compared by, by its label."""
    places: frozenset[str] = frozenset()
    """Addresses of headings."""

    @classmethod
    def of(cls, document: Document, notes: Mapping[str, Hashable]) -> Context:
        return cls(notes, frozenset(heading.ident for heading in headings(document)))

    def target(self, target: str) -> str:
        """Where a link leads in the page, as on the reading page."""
        if target.startswith("#") and f"h-{target[1:]}" in self.places:
            return PLACE + target[1:]
        return target

    def note(self, label: str) -> Hashable:
        return self.notes.get(label, label)


@dataclass(frozen=True, slots=True)
class Border:
    """The border between two paragraphs."""


Atom = Image | FootnoteRef | Break | Border


class Piece(NamedTuple):
    """A part of a flat text that has one formatting."""

    text: str
    start: int
    end: int
    """Where it stands in the source."""
    styles: tuple[Style, ...]
    atom: Atom | None
    key: tuple[Hashable, ...]
    """What its words are compared by besides their letters."""


@dataclass(frozen=True, slots=True)
class Flat:
    """The inline content of a leaf as one text, with the pieces it is made of and where each begins."""

    text: str
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    """Where each piece begins in the text."""

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the source that text[start:end] comes from. Raises: ValueError when it is empty."""
        found = list(self.within(start, end))
        if not found:
            raise ValueError("an empty passage comes from nowhere")
        return _source_place(*found[0])[0], _source_place(*found[-1])[1]

    def places(self, start: int, end: int) -> range:
        """The indices of the pieces of text[start:end]."""
        return range(max(0, bisect_right(self.starts, start) - 1), bisect_left(self.starts, end))

    def within(self, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
        """The pieces of text[start:end], each with the part of it that lies inside."""
        for index in self.places(start, end):
            at, piece = self.starts[index], self.pieces[index]
            first, after = max(0, start - at), min(len(piece.text), end - at)
            if first < after:
                yield piece, first, after

    def has_atoms(self, start: int, end: int) -> bool:
        """Whether pictures, mentions of footnotes or borders of paragraphs stand in text[start:end]."""
        return any(
            piece.atom is not None and not isinstance(piece.atom, Break) for piece, _, _ in self.within(start, end)
        )


def _source_place(piece: Piece, first: int, after: int) -> tuple[int, int]:
    if len(piece.text) == piece.end - piece.start and piece.atom is None:
        return piece.start + first, piece.start + after
    return piece.start, piece.end


class Span(NamedTuple):
    """A stretch that was kept (0), deleted (-1) or inserted (1).

    `old` and `new` are where it begins on either side; the side that lacks it gives the place of the gap.
    """

    kind: int
    old: int
    new: int
    length: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf block on both sides. `spans` cover both texts in order, deletions before insertions."""

    old: Flat
    new: Flat
    spans: tuple[Span, ...]
    is_coarse: bool = False

    @property
    def is_changed(self) -> bool:
        return any(span.kind for span in self.spans)

    def is_form_only(self, index: int) -> bool:
        """Whether a deleted span and the inserted one after it read the same: only their formatting differs."""
        if index + 1 >= len(self.spans):
            return False
        gone, came = self.spans[index : index + 2]
        return (
            gone.kind < 0 < came.kind
            and gone.length == came.length
            and self.old.text[gone.old : gone.old + gone.length] == self.new.text[came.new : came.new + came.length]
            and not self.old.has_atoms(gone.old, gone.old + gone.length)
            and not self.new.has_atoms(came.new, came.new + came.length)
        )


def flatten(block: Block, context: Context) -> Flat:
    """The text of a leaf with its formatting; of a figure it is the caption."""
    if block.kind == "figure":
        return _flat(
            [Piece(part.text, part.start, part.end, (), None, ()) for part in visible_pieces(block) if part.text]
        )
    return _flat(list(_pieces(block.inlines, (), context)))


def flatten_together(blocks: Sequence[Block], context: Context) -> Flat:
    """Several paragraphs as one text, with a border between two."""
    pieces: list[Piece] = []
    for block in blocks:
        if pieces:
            pieces.append(Piece(f" {BORDER} ", pieces[-1].end, block.start, (), Border(), (BORDER,)))
        pieces += _pieces(block.inlines, (), context)
    return _flat(pieces)


def _flat(pieces: list[Piece]) -> Flat:
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece.text)
    return Flat("".join(piece.text for piece in pieces), tuple(pieces), tuple(starts))


def _pieces(inlines: Iterable[Inline], styles: tuple[Style, ...], context: Context) -> Iterator[Piece]:
    for node in inlines:
        if isinstance(node, Text):
            if node.text:
                yield Piece(node.text, node.start, node.end, styles, None, styles)
        elif isinstance(node, Break):
            yield Piece("\n" if node.hard else " ", node.start, node.end, styles, node if node.hard else None, styles)
        elif isinstance(node, Code):
            yield from _pieces(node.children, (*styles, ("code",)), context)
        elif isinstance(node, Mark):
            yield from _pieces(node.children, (*styles, (node.style,)), context)
        elif isinstance(node, Link):
            yield from _pieces(node.children, (*styles, ("link", context.target(node.target), node.title)), context)
        elif isinstance(node, Image):
            key = (*styles, picture_key(node))
            yield Piece(ATOM, node.start, node.end, styles, node, key)
        else:
            yield Piece(ATOM, node.start, node.end, styles, node, (*styles, ("note", context.note(node.label))))


def picture_key(image: Image) -> Hashable:
    """What one picture is told from another by."""
    return ("image", image.name, image.alt, image.caption, image.width)


def compare_leaves(old: Flat, new: Flat, *, by_line: bool = False) -> Leaf:
    """The difference of two leaves: their letters, then the formatting of what both have.

    So words whose formatting alone changed stay where they are, also between words that changed.
    `by_line` pairs lines first (code).
    """
    if not old.text or not new.text:
        spans = [Span(-1, 0, 0, len(old.text)), Span(1, len(old.text), 0, len(new.text))]
        return Leaf(old, new, tuple(span for span in spans if span.length))
    if by_line:
        ops = compare_lines(old.text, new.text)
    elif old.text == new.text:
        ops = [(0, new.text)]
    else:
        old_keys, new_keys = _token_keys(old), _token_keys(new)
        if old_keys is None and new_keys is None:
            ops = compare_words(old.text, new.text)
        else:
            ops = compare_words(old.text, new.text, old_keys=old_keys or _plain(old), new_keys=new_keys or _plain(new))
    return Leaf(old, new, tuple(_spans(old, new, ops)), _is_coarse(old.text, new.text))


def compare_lines(old: str, new: str) -> list[Op]:
    """The difference of two texts whose lines stand for themselves, such as code: words only in lines that pair."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    ops: list[Op] = []
    old_at = new_at = 0
    for i, j, _ in [*pair_blocks(before, after), (len(before), len(after), 0.0)]:
        ops += [(-1, "".join(before[old_at:i])), (1, "".join(after[new_at:j]))]
        if i < len(before):
            ops += compare_words(before[i], after[j])
        old_at, new_at = i + 1, j + 1
    return tidy(ops)


def _spans(old: Flat, new: Flat, ops: Sequence[Op]) -> Iterator[Span]:
    i = j = 0
    for at, (kind, text) in enumerate(ops):
        size = len(text)
        if not kind or (kind < 0 and ops[at + 1 : at + 2] == [(1, text)]):
            yield from _reformatted(old, new, i, j, size)
        elif kind < 0 or ops[at - 1 : at] != [(-1, text)]:
            # What changed is cut at the borders of paragraphs, so that no element reaches over one.
            for first, after in _parts(text):
                yield Span(kind, i + (first if kind <= 0 else 0), j + (first if kind >= 0 else 0), after - first)
        i += size if kind <= 0 else 0
        j += size if kind >= 0 else 0


def _reformatted(old: Flat, new: Flat, i: int, j: int, size: int) -> Iterator[Span]:
    """The same letters on both sides: only where their formatting differs something changed; blanks have none."""
    edges = {0, size}
    for flat, start in ((old, i), (new, j)):
        edges.update(max(0, flat.starts[at] - start) for at in flat.places(start, start + size))
    cuts = sorted(edges)
    before, behind = (
        [flat.pieces[at].key for at in _at_each(flat, start, cuts)] for flat, start in ((old, i), (new, j))
    )
    forms = [None if was == now else (was, now) for was, now in zip(before, behind, strict=True)]
    done = 0
    while done < len(forms):
        after = done + 1
        while after < len(forms) and forms[after] == forms[done]:
            after += 1
        is_same = forms[done] is None or new.text[j + cuts[done] : j + cuts[after]].isspace()
        first, length = cuts[done], cuts[after] - cuts[done]
        if is_same:
            yield Span(0, i + first, j + first, length)
        else:
            yield Span(-1, i + first, j + first, length)
            yield Span(1, i + first + length, j + first, length)
        done = after


def _at_each(flat: Flat, start: int, cuts: Sequence[int]) -> Iterator[int]:
    """The piece that stands at each cut but the last."""
    return (bisect_right(flat.starts, start + cut) - 1 for cut in cuts[:-1])


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text, borders of paragraphs with the blanks around them by themselves."""
    at = 0
    for found in _BORDER.finditer(text):
        if found.start() > at:
            yield at, found.start()
        yield found.span()
        at = found.end()
    if at < len(text):
        yield at, len(text)


def _token_keys(flat: Flat) -> list[Hashable] | None:
    """For each token which picture, footnote or border it stands for; None if there are none."""
    if not flat.has_atoms(0, len(flat.text)):
        return None
    keys: list[Hashable] = []
    for start, end in tokens(flat.text):
        found = [piece.key for piece, _, _ in flat.within(start, end) if not isinstance(piece.atom, Break | None)]
        keys.append(tuple(found))
    return keys


def _plain(flat: Flat) -> list[Hashable]:
    return [()] * len(tokens(flat.text))


def _is_coarse(old: str, new: str) -> bool:
    """Whether two texts are too long for the least difference (`words` compares these in pieces)."""
    return len(old) * len(new) > EXACT_CELLS and len(tokens(old)) * len(tokens(new)) > EXACT_CELLS
