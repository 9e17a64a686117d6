"""A finished page read back: its blocks and words, and either side of a rendered difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

import html5lib

VOID = {"img", "br", "hr", "input", "col"}
TRANSPARENT = {"p", "div", "section", "span", "ins", "del", "thead", "tbody", "colgroup", "html", "head", "body", "b"}
INLINE = {"strong", "em", "s", "code", "a"}
DROPPED_WHEN_EMPTY = {"figcaption", "caption", "ol"}
"""A caption that one side lacks; the list of footnotes when one side has none."""
Side = Literal["old", "new"]


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("div")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """The tree as it was written; refuses what is not closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, "something is left open"
    return reader.root


def read_as_browser(html: str) -> Element:
    """The tree as a browser builds it."""
    return _converted(html5lib.parseFragment(html, container="div", namespaceHTMLElements=False))


def _converted(given: object) -> Element:
    element = Element(given.tag if isinstance(given.tag, str) else "div", dict(given.attrib))  # type: ignore[attr-defined]
    if element.tag == "DOCUMENT_FRAGMENT":
        element.tag = "div"
    if given.text:  # type: ignore[attr-defined]
        element.children.append(given.text)  # type: ignore[attr-defined]
    for child in given:  # type: ignore[attr-defined]
        element.children.append(_converted(child))
        if child.tail:
            element.children.append(child.tail)
    return element


def take_side(root: Element, side: Side) -> Element:
    """One side of a rendered difference: the other's blocks and words are gone.

    On the older side what moved stands where it was, blocks are the elements they were, and paragraphs are joined
    and parted as they were.
    """
    hidden = "ins" if side == "old" else "del"
    moved: dict[str, list[Element]] = {}
    if side == "old":
        _collect_moved(root, moved)
    return _side(root, hidden, moved)


def _collect_moved(element: Element, moved: dict[str, list[Element]]) -> None:
    stays: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            _collect_moved(child, moved)
            if "data-moved" in child.attributes:
                moved.setdefault(child.attributes["data-moved"], []).append(child)
                continue
        stays.append(child)
    element.children = stays


def _side(element: Element, hidden: str, moved: dict[str, list[Element]]) -> Element:
    is_old = hidden == "ins"
    out = Element(element.attributes.get("data-was", element.tag) if is_old else element.tag, element.attributes)
    for child in element.children:
        if isinstance(child, str):
            out.children.append(child)
        elif is_old and child.attributes.get("id") in moved:
            out.children += [_side(one, hidden, moved) for one in moved[child.attributes["id"]]]
        elif is_old and child.attributes.get("class") == "border" and child.tag == "del":
            out.children.append(Element("p"))
        elif is_old and child.attributes.get("data-joins") == hidden:
            while isinstance(out.children[-1], str):
                out.children.pop()
            before = out.children[-1]
            assert isinstance(before, Element)
            before.children += _side(child, hidden, moved).children
        elif child.tag != hidden and child.attributes.get("data-diff") != hidden:
            out.children.append(_side(child, hidden, moved))
    return out


Event = tuple[str, ...]


def content(root: Element) -> list[Event]:
    """What a reader gets: blocks with their words, and the formatting of each word.

    Numbers, labels and the formatting of blanks do not count.
    """
    out: list[Event] = []
    _walk(root, (), out, is_code=False)
    return out


def _walk(element: Element, styles: tuple[str, ...], out: list[Event], *, is_code: bool) -> None:
    for child in element.children:
        if isinstance(child, str):
            _put(child, styles, out, is_code=is_code)
        elif child.tag == "sup" or child.tag == "img":
            out.append(("atom", child.attributes.get("src", "note"), *styles))
        elif child.tag == "input":
            out.append(("<done" if "checked" in child.attributes else "<open",))
        elif "data-skip" in child.attributes or child.tag == "summary":
            continue
        elif child.tag in INLINE and not (child.tag == "code" and out[-1:] == [("<pre",)]):
            target = child.attributes.get("href", "")
            name = f"{child.tag} {target} {child.attributes.get('title', '')}"
            _walk(child, (*styles, name), out, is_code=is_code)
        elif child.tag == "br":
            _put("\n", styles, out, is_code=True)
        else:
            _block(child, styles, out, is_code=is_code)


def _block(element: Element, styles: tuple[str, ...], out: list[Event], *, is_code: bool) -> None:
    tag = "td" if element.tag == "th" else element.tag
    if tag in TRANSPARENT:
        if tag in {"p", "div", "section"}:
            out.append(("/",))
        _walk(element, styles, out, is_code=is_code)
        if tag in {"p", "div", "section"}:
            out.append(("/",))
        return
    size = len(out)
    out.append((f"<{tag}",))
    _walk(element, styles, out, is_code=tag == "pre")
    if len(out) == size + 1 and tag in DROPPED_WHEN_EMPTY:
        out.pop()
    else:
        out.append((f"{tag}>",))


def _put(text: str, styles: tuple[str, ...], out: list[Event], *, is_code: bool) -> None:
    """Words one by one; blanks between them, without formatting."""
    word = ""
    for sign in text:
        if sign in " \n\t\r\f" and not is_code:
            _word(word, styles, out)
            word = ""
            if out and out[-1] != (" ",) and out[-1][0][:1] != "<" and out[-1] != ("/",):
                out.append((" ",))
        elif sign == "\u00a0":  # a blank with no formatting either, but one that stays where it is
            _word(word, styles, out)
            _word(sign, (), out)
            word = ""
        else:
            word += sign
    _word(word, styles, out)


def _word(word: str, styles: tuple[str, ...], out: list[Event]) -> None:
    if not word:
        return
    if out and out[-1][0] == "word" and out[-1][2:] == styles:
        out[-1] = ("word", out[-1][1] + word, *styles)
    else:
        out.append(("word", word, *styles))


def tidy(events: list[Event]) -> list[Event]:
    """Without blanks at the borders of blocks and without borders that say nothing."""
    kept: list[Event] = []
    for event in events:
        is_border = event == ("/",) or event[0][:1] == "<" or event[0][-1:] == ">"
        if is_border and kept and kept[-1] == (" ",):
            kept.pop()
        if event == ("/",) and (not kept or kept[-1] == ("/",) or kept[-1][0][:1] == "<" or kept[-1][0][-1:] == ">"):
            continue
        if event[0][-1:] == ">" and event[0] != "/" and kept and kept[-1] == ("/",):
            kept.pop()
        if event[0][:1] == "<" and kept and kept[-1] == ("/",):
            kept.pop()
        kept.append(event)
    while kept and kept[-1] in {("/",), (" ",)}:
        kept.pop()
    return kept


def words(root: Element) -> str:
    """The text alone."""
    return "".join(
        event[1] if event[0] == "word" else "" if event[0] == "atom" else " " if event == (" ",) else "\n"
        for event in tidy(content(root))
    )
