"""What changed about a block or its words that the words themselves do not show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workspace.text.nodes import Block, FootnoteRef, Image
from workspace.text.redline_inline import PLACE, Leaf, Piece, Style


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the words do not show.

    kind: formatting, target, place, picture, alt, width, level, heading, no_heading, ordered, unordered,
    checked, unchecked, task, no_task, start, align, language, split, joined, column_new, column_gone.
    """

    kind: str
    quote: str = ""
    was: str = ""
    now: str = ""


WORDING = frozenset({"picture", "checked", "unchecked", "column_new", "column_gone"})
"""Kinds that count as a change of what the paper says; all others leave the wording as it is."""


def changes(leaf: Leaf) -> Iterator[tuple[int, int, int, int]]:
    """Neighbouring deletions and insertions as one: (old_start, old_end, new_start, new_end).

    Words whose formatting alone changed are apart from others.
    """
    spans = leaf.spans
    forms = {at + more for at in range(len(spans)) if leaf.is_form_only(at) for more in (0, 1)}
    at = 0
    while at < len(spans):
        if not spans[at].kind:
            at += 1
            continue
        old_start, new_start = spans[at].old, spans[at].new
        old_end, new_end = old_start, new_start
        is_form = at in forms
        while at < len(spans) and spans[at].kind and (at in forms) == is_form:
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
        before, after = (", ".join(map(_written, targets)) for targets in (was, now))
        if before == after:  # a heading that the link leads to came or went
            return Note("place", quote, was[0], now[0])
        return Note("target", quote, before, after)
    return Note("formatting", quote)


Found = Sequence[tuple[Piece, int, int]]


def _atoms(found: Found) -> list[Piece]:
    return [piece for piece, _, _ in found if isinstance(piece.atom, Image | FootnoteRef)]


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


def _written(target: str) -> str:
    """The target of a link as people write it."""
    return f"#{target.removeprefix(PLACE)}" if target.startswith(PLACE) else target


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


def block_notes(old: Block, new: Block) -> list[Note]:
    """What changed about a pair of blocks besides their words."""
    notes: list[Note] = []
    if old.kind != new.kind:
        notes.append(Note("heading" if new.kind == "heading" else "no_heading"))
    elif old.kind == "heading" and old.level != new.level:
        notes.append(Note("level", was=str(old.level), now=str(new.level)))
    if old.checked != new.checked:
        notes.append(Note(_ticked(old, new)))
    if old.ordered != new.ordered:
        notes.append(Note("ordered" if new.ordered else "unordered"))
    elif old.kind == "list" and old.number != new.number:
        notes.append(Note("start", was=str(old.number), now=str(new.number)))
    if old.kind == "cell" and old.align != new.align:
        notes.append(Note("align"))
    if old.kind == "code" and old.language != new.language:
        notes.append(Note("language", was=old.language, now=new.language))
    if old.kind == "figure" and isinstance(old.inlines[0], Image) and isinstance(new.inlines[0], Image):
        notes += picture_notes(old.inlines[0], new.inlines[0])
    return notes


def _ticked(old: Block, new: Block) -> str:
    if old.checked is None or new.checked is None:
        return "task" if old.checked is None else "no_task"
    return "checked" if new.checked else "unchecked"
