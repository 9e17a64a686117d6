"""Pages as tests read them: by a strict HTML parser, and by the tags as they were written."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from workspace.text import html, tree
from workspace.text.nodes import Document

Tree = list[Any]
VOID = {"img", "br", "hr", "input"}


def picture(name: str) -> tuple[str, int, int] | None:
    return None if name.startswith("x") else (f"/files/{name}", 640, 480)


def shown(text: str, **options: Any) -> str:
    options.setdefault("figure", picture)
    return html.render(tree.parse(text), **options)


def parsed(page: str) -> Element:
    """What a browser makes of the page; the strict parser refuses every slip."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    fragment: Element = parser.parseFragment(page)
    return fragment


def as_browser(page: str) -> Tree:
    return _nodes(parsed(page))


def _nodes(element: Element) -> Tree:
    found: Tree = [element.text] if element.text else []
    for child in element:
        found.append([child.tag, dict(child.attrib), _nodes(child)])
        if child.tail:
            found.append(child.tail)
    return found


class Written(HTMLParser):
    """The tree as its tags were written: every element is closed by its own tag."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[Tree] = [["", {}, []]]
        self.feed(page)
        self.close()
        assert len(self.stack) == 1, self.stack[-1][0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        node: Tree = [tag, {name: value or "" for name, value in attrs}, []]
        self.stack[-1][2].append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        inside = self.stack[-1][2]
        if inside and isinstance(inside[-1], str):
            inside[-1] += data
        else:
            inside.append(data)


def visible(element: Element) -> str:
    """`textContent` without what carries data-skip."""
    parts = [element.text or ""]
    for child in element:
        if "data-skip" not in child.attrib:
            parts.append(visible(child))
        parts.append(child.tail or "")
    return "".join(parts)


def elements(page: str) -> list[Element]:
    return list(parsed(page).iter())


def assert_text(document: Document, page: str) -> None:
    places = {(e.get("data-start"), e.get("data-end"), e.tag not in ("li", "dd", "div")): e for e in elements(page)}
    for leaf in tree.leaf_blocks(document):
        expected = tree.rendered(leaf)[0]
        if expected:
            assert visible(places[str(leaf.start), str(leaf.end), True]) == expected
