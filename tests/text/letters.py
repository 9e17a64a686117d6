"""Whether each letter a reader sees came from where the tree says: judged from the source alone."""

from __future__ import annotations

import html as entities
import re
from typing import Any
from xml.etree.ElementTree import Element

from tests.text.pages import parsed, picture, visible
from workspace.text import html, tree
from workspace.text.leaves import pieces
from workspace.text.nodes import Block, Code, Document, Link, Mark, Text

_LINE_END = re.compile(r"( *|\\)\n[ \t>]*")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def assert_letters(text: str) -> int:
    """Hold a text against its tree and its page. Returns: how many visible characters were checked."""
    document, faults = tree.build(text)
    assert not faults
    assert len(document.source) == len(text)
    for blocks in (document.blocks, *((note,) for note in document.footnotes)):
        _assert_in_order(blocks, 0, len(text))
    leaves = tree.leaf_blocks(document)
    count = sum(_assert_leaf(document, leaf) for leaf in leaves)
    page = parsed(html.render(document, figure=picture))
    wanted = [(leaf.start, leaf.end, shown) for leaf in leaves if (shown := tree.rendered(leaf)[0])]
    assert sorted(_in_leaves(page)) == sorted(wanted)
    assert _outside(page).strip() == ""
    return count


def _assert_in_order(nodes: tuple[Any, ...], start: int, end: int) -> None:
    """Spans nest and stand in order."""
    for node in nodes:
        assert start <= node.start <= node.end <= end, node
        start = node.end
        if isinstance(node, Block):
            caption_start = node.caption[0].start if node.caption else node.end
            _assert_in_order(node.children, node.start, caption_start)
            _assert_in_order(node.inlines, node.start, node.end)
            _assert_in_order(node.caption, caption_start, node.end)
        elif isinstance(node, Mark | Link | Code):
            _assert_in_order(node.children, node.start, node.end)


def _assert_leaf(document: Document, leaf: Block) -> int:
    shown, spans = tree.rendered(leaf)
    assert len(shown) == len(spans)
    at, behind = 0, leaf.start
    for piece in pieces(leaf):
        length = len(piece.text)
        assert shown[at : at + length] == piece.text
        is_caption = leaf.kind == "figure" and document.source.startswith("![", piece.start)
        assert piece.start >= behind or is_caption, piece
        _assert_piece(document.source, piece, is_caption=is_caption)
        if length == piece.end - piece.start > 1:
            assert spans[at : at + length] == [(n, n + 1) for n in range(piece.start, piece.end)]
        else:
            assert spans[at : at + length] == [(piece.start, piece.end)] * length
        at, behind = at + length, piece.end
    assert at == len(shown)
    assert behind <= leaf.end
    return len(shown)


def _assert_piece(source: str, piece: Text, *, is_caption: bool) -> None:
    """The source of a piece is the piece, or what makes it: escape, entity, line end, tab, caption."""
    assert piece.start < piece.end
    assert piece.text
    written = source[piece.start : piece.end]
    if written == piece.text:
        return
    if line_end := _LINE_END.fullmatch(written):
        hard = line_end[1] == "\\" or len(line_end[1]) > 1
        assert piece.text == ("\n" if hard else " ")
    elif written.startswith("&"):
        # HTML knows more entities than CommonMark; what CommonMark does not know stays as it is written.
        read = entities.unescape(written)
        assert written.endswith(";")
        assert piece.text in (_CONTROL.sub("\ufffd", read), "\ufffd", _number(written))
    elif written.startswith("\\"):
        # In a table `\\|` is a pipe before anything else is read, and then it may be escaped.
        assert piece.text in (written[1:], written.replace("\\|", "|")[1:])
    elif written == "\t":
        assert piece.text.strip(" ") == ""
    else:
        assert is_caption, (written, piece.text)
        assert written.startswith("![")


def _number(written: str) -> str:
    """A numeric entity as CommonMark reads it: the code point itself, not what old browsers made of it."""
    digits = written.strip("&#;")
    if not written.startswith("&#"):
        return ""
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return _CONTROL.sub("\ufffd", chr(code)) if code < 0x110000 else "\ufffd"


def _is_leaf(element: Element) -> bool:
    """Items, tables, guidance and notes have a place too; what is read stands in their leaves."""
    if "data-start" not in element.attrib or element.tag in ("div", "dd"):
        return False
    return element.tag != "li"


def _in_leaves(element: Element) -> list[tuple[int, int, str]]:
    """Place and visible text of each leaf's element that has any."""
    if "data-skip" in element.attrib:
        return []
    if _is_leaf(element):
        shown = visible(element)
        return [(int(element.attrib["data-start"]), int(element.attrib["data-end"]), shown)] if shown else []
    return [found for child in element for found in _in_leaves(child)]


def _outside(element: Element) -> str:
    """Text of a page that stands in no leaf; line ends between elements are all there may be."""
    if "data-skip" in element.attrib or _is_leaf(element):
        return ""
    return (element.text or "") + "".join(_outside(child) + (child.tail or "") for child in element)
