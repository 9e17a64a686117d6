"""Comments as HTML: paragraphs, line ends, links and mentions of plain text, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from workspace.discussion.actions import MENTION
from workspace.text.links import is_allowed_target

LINK = re.compile(r"https?://[^\s<>\"'|\\^`{}]+")
AFTER_LINK = ".,;:!?…»“”’*_"
"""Signs that end a sentence rather than an address."""
BRACKETS = {")": "(", "]": "["}


def body_html(body: str, names: Mapping[str, str]) -> Markup:
    """A comment's words as paragraphs.

    Args:
        names: handle → name of those who may be shown as mentioned; other handles stay plain text.

    >>> print(body_html("Siehe https://a.example/x.", {}))
    <p>Siehe <a href="https://a.example/x" rel="noopener noreferrer">https://a.example/x</a>.</p>
    """
    paragraphs = re.split(r"\n[ \t]*\n\s*", body.strip())
    return Markup("").join(Markup("<p>{}</p>").format(_lines(part, names)) for part in paragraphs)


def _lines(paragraph: str, names: Mapping[str, str]) -> Markup:
    return Markup("<br>").join(_line(line, names) for line in paragraph.split("\n"))


def _line(line: str, names: Mapping[str, str]) -> Markup:
    parts: list[Markup] = []
    at = 0
    for start, end, html in _found(line, names):
        if start >= at:
            parts += [escape(line[at:start]), html]
            at = end
    parts.append(escape(line[at:]))
    return Markup("").join(parts)


def _found(line: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, Markup]]:
    """Links and mentions of a line in their order; one inside another is passed over by the caller."""
    found = [*_links(line), *_mentions(line, names)]
    yield from sorted(found, key=lambda part: part[0])


def _links(line: str) -> Iterator[tuple[int, int, Markup]]:
    for match in LINK.finditer(line):
        target = _trimmed(match[0])
        if is_allowed_target(target) and len(target) > len("https://"):
            html = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(target, target)
            yield match.start(), match.start() + len(target), html


def _trimmed(target: str) -> str:
    """An address without the signs of the sentence around it; a closing bracket stays where one was opened."""
    while target:
        last = target[-1]
        opened = BRACKETS.get(last)
        if last not in AFTER_LINK and (opened is None or target.count(last) <= target.count(opened)):
            break
        target = target[:-1]
    return target


def _mentions(line: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, Markup]]:
    for match in MENTION.finditer(line):
        if name := names.get(match[1]):
            html = Markup('<b class="mention" title="{}">{}</b>').format(name, match[0])
            yield match.start(), match.end(), html
