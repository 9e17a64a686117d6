"""The words of one leaf block on both sides, compared with the formatting they stand in.

A leaf is flattened to a text and pieces of it with their formatting; a picture or the mention of a
footnote is one character of that text. Words are equal when their letters, their formatting and the
targets of their links are. Offsets of a flat text count code points of that flat text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workspace.text.alignment import EXACT_CELLS
from workspace.text.diff import compare_words
from workspace.text.leaves import pieces as visible_pieces
from workspace.text.nodes import Block, Break, Code, FootnoteRef, Image, Inline, Link, Mark, Text
from workspace.text.tokens import tokens

ATOM = "\ue000"
"""Stands for a picture or a mention of a footnote; its key tells it from such a letter in the text."""

Style = tuple[str, ...]
"""("strong",), ("emphasis",), ("strike",), ("code",) or ("link", target, title)."""
NoteKey = Callable[[str], Hashable]
"""What a mention of the footnote with this label is compared by."""


class Piece(NamedTuple):
    """A part of a flat text that has one formatting."""

    text: str
    start: int
    end: int
    """Where it stands in the source."""
    styles: tuple[Style, ...]
    atom: Image | FootnoteRef | Break | None
    key: tuple[Hashable, ...]
    """What its words are compared by besides their letters."""


@dataclass(frozen=True, slots=True)
class Flat:
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

    def within(self, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
        """The pieces of text[start:end], each with the part of it that lies inside."""
        for index in range(max(0, bisect_right(self.starts, start) - 1), len(self.pieces)):
            at, piece = self.starts[index], self.pieces[index]
            if at >= end:
                return
            first, after = max(0, start - at), min(len(piece.text), end - at)
            if first < after:
                yield piece, first, after


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


def flatten(block: Block, note_key: NoteKey) -> Flat:
    """The text of a leaf with its formatting; of a figure it is the caption."""
    if block.kind == "figure":
        pieces = [Piece(part.text, part.start, part.end, (), None, ()) for part in visible_pieces(block) if part.text]
    else:
        pieces = list(_pieces(block.inlines, (), note_key))
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece.text)
    return Flat("".join(piece.text for piece in pieces), tuple(pieces), tuple(starts))


def _pieces(inlines: Iterable[Inline], styles: tuple[Style, ...], note_key: NoteKey) -> Iterator[Piece]:
    for node in inlines:
        if isinstance(node, Text):
            if node.text:
                yield Piece(node.text, node.start, node.end, styles, None, styles)
        elif isinstance(node, Break):
            yield Piece("\n" if node.hard else " ", node.start, node.end, styles, node if node.hard else None, styles)
        elif isinstance(node, Code):
            yield from _pieces(node.children, (*styles, ("code",)), note_key)
        elif isinstance(node, Mark):
            yield from _pieces(node.children, (*styles, (node.style,)), note_key)
        elif isinstance(node, Link):
            yield from _pieces(node.children, (*styles, ("link", node.target, node.title)), note_key)
        elif isinstance(node, Image):
            key = (*styles, picture_key(node))
            yield Piece(ATOM, node.start, node.end, styles, node, key)
        else:
            yield Piece(ATOM, node.start, node.end, styles, node, (*styles, ("note", note_key(node.label))))


def picture_key(image: Image) -> Hashable:
    """What one picture is told from another by."""
    return ("image", image.name, image.alt, image.caption, image.width)


def compare_leaves(old: Flat, new: Flat) -> Leaf:
    """The difference of two leaves, words with their formatting."""
    if not old.text or not new.text:
        spans = [Span(-1, 0, 0, len(old.text)), Span(1, len(old.text), 0, len(new.text))]
        return Leaf(old, new, tuple(span for span in spans if span.length))
    old_keys, new_keys = _token_keys(old), _token_keys(new)
    if old.text == new.text and old_keys == new_keys:
        return Leaf(old, new, (Span(0, 0, 0, len(new.text)),))
    if old_keys is None and new_keys is None:
        ops = compare_words(old.text, new.text)
    else:
        ops = compare_words(old.text, new.text, old_keys=old_keys or _plain(old), new_keys=new_keys or _plain(new))
    spans, i, j = [], 0, 0
    for kind, text in ops:
        spans.append(Span(kind, i, j, len(text)))
        i += len(text) if kind <= 0 else 0
        j += len(text) if kind >= 0 else 0
    return Leaf(old, new, tuple(spans), _is_coarse(old.text, new.text))


def _token_keys(flat: Flat) -> list[Hashable] | None:
    """For each token the formatting it stands in, and where inside the token that changes; None if there is none."""
    if all(not piece.key for piece in flat.pieces):
        return None
    keys: list[Hashable] = []
    at = 0
    pieces, starts = flat.pieces, flat.starts
    for start, end in tokens(flat.text):
        while starts[at] + len(pieces[at].text) <= start:
            at += 1
        if starts[at] + len(pieces[at].text) >= end:
            keys.append(pieces[at].key)
            continue
        parts: list[Hashable] = []
        within = at
        while within < len(pieces) and starts[within] < end:
            if not parts or pieces[within].key != pieces[within - 1].key:
                parts.append((max(0, starts[within] - start), pieces[within].key))
            within += 1
        keys.append(pieces[at].key if len(parts) == 1 else tuple(parts))
    return keys


def _plain(flat: Flat) -> list[Hashable]:
    return [()] * len(tokens(flat.text))


def _is_coarse(old: str, new: str) -> bool:
    """Whether two texts are too long for the least difference (`words` compares these in pieces)."""
    return len(old) * len(new) > EXACT_CELLS and len(tokens(old)) * len(tokens(new)) > EXACT_CELLS


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the words do not show.

    kind: formatting, target, picture, alt, caption, width, level, checked, unchecked, start, align, language.
    """

    kind: str
    quote: str = ""
    was: str = ""
    now: str = ""


FORM = frozenset({"formatting", "target", "alt", "width", "level", "start", "align", "language"})
"""Kinds that leave the wording as it is."""


def changes(leaf: Leaf) -> Iterator[tuple[int, int, int, int]]:
    """Neighbouring deletions and insertions as one: (old_start, old_end, new_start, new_end)."""
    spans = leaf.spans
    at = 0
    while at < len(spans):
        if not spans[at].kind:
            at += 1
            continue
        old_start, new_start = spans[at].old, spans[at].new
        old_end, new_end = old_start, new_start
        while at < len(spans) and spans[at].kind:
            old_end += spans[at].length if spans[at].kind < 0 else 0
            new_end += spans[at].length if spans[at].kind > 0 else 0
            at += 1
        yield old_start, old_end, new_start, new_end


def form_note(leaf: Leaf, change: tuple[int, int, int, int]) -> Note | None:
    """What is said of a change that keeps the words; None where words changed."""
    old_start, old_end, new_start, new_end = change
    if leaf.old.text[old_start:old_end] != leaf.new.text[new_start:new_end]:
        return None
    old, new = list(leaf.old.within(old_start, old_end)), list(leaf.new.within(new_start, new_end))
    old_atoms, new_atoms = _atoms(old), _atoms(new)
    if old_atoms or new_atoms:
        return _picture_note(old_atoms, new_atoms)
    quote = " ".join(leaf.new.text[new_start:new_end].split())
    was, now = _links(old), _links(new)
    if was != now and _without_links(old) == _without_links(new):
        return Note("target", quote, ", ".join(was), ", ".join(now))
    return Note("formatting", quote)


Found = Sequence[tuple[Piece, int, int]]


def _atoms(found: Found) -> list[Piece]:
    return [piece for piece, _, _ in found if piece.atom is not None and not isinstance(piece.atom, Break)]


def _picture_note(old: list[Piece], new: list[Piece]) -> Note | None:
    if len(old) != 1 or len(new) != 1:
        return None
    was, now = old[0].atom, new[0].atom
    if not isinstance(was, Image) or not isinstance(now, Image):
        return None
    found = picture_notes(was, now)
    return found[0] if found else Note("formatting", now.name)


def picture_notes(was: Image, now: Image) -> list[Note]:
    """What changed about a picture; its caption is left to the words."""
    notes = []
    if was.name != now.name:
        notes.append(Note("picture", now.name, was.name, now.name))
    if was.alt != now.alt:
        notes.append(Note("alt", now.name, was.alt, now.alt))
    if was.width != now.width:
        notes.append(Note("width", now.name, _per_cent(was), _per_cent(now)))
    return notes


def _per_cent(image: Image) -> str:
    return "" if image.width is None else str(image.width)


def _links(found: Found) -> list[str]:
    """The targets of a passage's links, each once in a row."""
    targets: list[str] = []
    for piece, _, _ in found:
        for style in piece.styles:
            if style[0] == "link" and targets[-1:] != [style[1]]:
                targets.append(style[1])
    return targets


def _without_links(found: Found) -> list[tuple[str, tuple[Style, ...]]]:
    """Letters with their formatting, neighbours of the same formatting joined, links left out."""
    out: list[tuple[str, tuple[Style, ...]]] = []
    for piece, first, after in found:
        styles = tuple(style for style in piece.styles if style[0] != "link")
        text = piece.text[first:after]
        if out and out[-1][1] == styles:
            out[-1] = (out[-1][0] + text, styles)
        else:
            out.append((text, styles))
    return out
