"""Markdown → typed document tree with exact source positions; what else there is to read in a tree."""

from __future__ import annotations

import re

from workspace.text.builder import Builder
from workspace.text.leaves import (
    blocks,
    caption_leaf,
    guidance_spans,
    headings,
    leaf_blocks,
    plain_text,
    rendered,
    source_span,
)
from workspace.text.links import is_allowed_target
from workspace.text.nodes import Document
from workspace.text.parts import GUIDANCE
from workspace.text.positions import PositionError
from workspace.text.reader import LinkCheck, read

__all__ = [
    "GUIDANCE",
    "blocks",
    "caption_leaf",
    "guidance_spans",
    "headings",
    "leaf_blocks",
    "parse",
    "plain_text",
    "rendered",
    "source_span",
    "without_guidance",
]

_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

ROUNDS = 3
"""What is left when guidance is gone may be guidance in turn: lines that stood apart are neighbours now. Two rounds
are the most that was seen; a text with more is hostile, and loses every line that could begin guidance."""
_MARKED = re.compile(rf"^(.*?)>[ \t]*{re.escape(GUIDANCE)}[ \t]*$(?:\n[ \t]*>.*$)*", re.MULTILINE | re.IGNORECASE)


def parse(text: str) -> Document:
    """Parse a paper.

    Text in the stored form is taken as it is. In any other text, characters that no page can show are
    replaced one by one, so that positions stay: `Document.source` is the text that was parsed.
    """
    return build(text)[0]


def build(text: str, link_check: LinkCheck = is_allowed_target) -> tuple[Document, list[PositionError]]:
    """Parse a paper and tell which blocks had to be shown as plain source because positions did not fit.

    The list is empty for every text we know; an entry is a fault of this package.
    """
    source = _UNREADABLE.sub(lambda match: " " if match[0] in "\r\v\f\x85" else "\ufffd", text)
    tokens, env = read(source, link_check=link_check)
    builder = Builder(source, env, link_check)
    return builder.build(tokens), builder.faults


def without_guidance(text: str) -> str:
    """The text without its writing guidance, as it is published.

    Whole lines go; what stood above and below stays apart. Guidance inside an item leaves the item.
    """
    for _ in range(ROUNDS):
        spans = guidance_spans(parse(text))
        if not spans:
            break
        text = _without(text, spans)
    else:
        text = _MARKED.sub(r"\1\n", text)
    return text if not text or text.endswith("\n") else text + "\n"


def _without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    parts: list[str] = []
    at, is_below, is_apart = 0, False, False
    for start, end in (*spans, (len(text), len(text))):
        part = text[at:start]
        is_line = start < end and not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t")
        if is_below:
            part = part.lstrip(" \t").lstrip("\n")
        if is_line:
            part = part.rstrip(" \t\n")
        is_apart = is_apart or is_below
        if part:
            parts += ("\n\n", part) if is_apart and parts else (part,)
            is_apart = False
        at, is_below = end, is_line
    return "".join(parts)
