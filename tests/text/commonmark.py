"""The examples of the CommonMark specification, and the tree written as the specification writes HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from workspace.text.links import attachment_name
from workspace.text.nodes import Block, Break, Code, Image, Inline, Link, Mark, Text

EXAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "commonmark.json").read_text("utf-8")
)
_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? />')
_TAGS = {"strong": "strong", "emphasis": "em", "strike": "s"}


def expected(example: dict[str, Any]) -> str:
    """What the specification demands; where it shows HTML of the writer, that HTML as text."""
    return _IMAGE.sub(_image, MarkdownIt("commonmark", {"html": False}).render(example["markdown"]))


def has_html(example: dict[str, Any]) -> bool:
    """Whether the specification's result lets the writer's HTML through."""
    parsed: str = MarkdownIt("commonmark", {"html": False}).render(example["markdown"])
    return parsed != str(example["html"]).replace("<blockquote>\n</blockquote>", "<blockquote></blockquote>")


def _image(match: re.Match[str]) -> str:
    name = attachment_name(match[1])
    return f"<img {name} {match[2]}>" if name else match[2]


def written(blocks: Iterable[Block], *, tight: bool = False) -> str:
    """The tree in the HTML of the specification."""
    return "".join(_block(block, tight) for block in blocks)


def _block(block: Block, tight: bool) -> str:
    kind = block.kind
    inside = _inlines(block.inlines)
    if kind in ("paragraph", "figure"):
        if block.tight:
            return inside + ("" if tight else "\n")
        return f"<p>{inside}</p>\n"
    if kind == "heading":
        return f"<h{block.level}>{inside}</h{block.level}>\n"
    if kind == "code":
        language = f' class="language-{escapeHtml(block.language)}"' if block.language else ""
        return f"<pre><code{language}>{inside}{chr(10) if inside else ''}</code></pre>\n"
    if kind == "quote":
        inside = written(block.children)
        return f"<blockquote>{chr(10) if inside else ''}{inside}</blockquote>\n"
    if kind == "list":
        tag = "ol" if block.ordered else "ul"
        start = f' start="{block.number}"' if block.ordered and block.number != 1 else ""
        return f"<{tag}{start}>\n{''.join(_item(item) for item in block.children)}</{tag}>\n"
    assert kind == "rule", kind
    return "<hr />\n"


def _item(item: Block) -> str:
    inside = ""
    for number, child in enumerate(item.children):
        is_line = child.kind in ("paragraph", "figure") and child.tight
        if not is_line and not inside.endswith("\n"):
            inside += "\n"
        inside += _block(child, tight=number == len(item.children) - 1)
    return f"<li>{inside}</li>\n"


def _inlines(nodes: Iterable[Inline]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Inline) -> str:
    if isinstance(node, Text):
        return escapeHtml(node.text)
    if isinstance(node, Break):
        return "<br />\n" if node.hard else "\n"
    if isinstance(node, Code):
        return f"<code>{_inlines(node.children).replace(chr(10), ' ')}</code>"
    if isinstance(node, Mark):
        return f"<{_TAGS[node.style]}>{_inlines(node.children)}</{_TAGS[node.style]}>"
    if isinstance(node, Link):
        title = f' title="{escapeHtml(node.title)}"' if node.title else ""
        return f'<a href="{escapeHtml(node.target)}"{title}>{_inlines(node.children)}</a>'
    assert isinstance(node, Image), node
    return f"<img {node.name} {escapeHtml(node.alt)}>"
