"""What a paper may point at, and the inline rules for links, images and footnote references.

Links follow an allow-list; images are attachments of the same paper, named without any path. The rules
replace those of markdown-it because they tell where each construct ends in the source, read the
attributes of images, and stop looking for closing brackets after a bounded number of steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.rules_inline import StateInline

LABEL_LENGTH = 999
"""Characters of a reference's label, as CommonMark says. Without it each bracket around 1 MB of text would copy it."""
LABEL_STEPS = 300_000
"""Steps taken per paper to find closing brackets; a paper of 1 MB full of links needs a third of it.
Brackets behind the limit are plain text. Without it 200 KB of `![` take 3 s, growing fourfold per
doubling."""

FOOTNOTE_LABEL = re.compile(r"\[\^([^\s\[\]^]{1,100})\]")
"""A mention of a footnote. The length is bounded, or every `[^` would look through the whole text."""

_ADDRESS = re.compile(r"https?://[^/\s\\]|mailto:[^\s/\\]|tel:[+\d]", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`]|\s")
_NAME = re.compile(r"\w[\w .\-]{0,199}")
# Items must be apart, or a long word could be split in countless ways before the match fails.
_ITEM = r"(?:[.#][\w-]{1,64}|[\w-]{1,64}=(?:\"(?:[^\"\\]|\\.){0,2000}\"|[\w.%+-]{1,64}))"
_ATTRIBUTES = re.compile(rf"\{{(\s{{0,9}}(?:{_ITEM}(?:\s{{1,9}}{_ITEM}){{0,9}})?\s{{0,9}})\}}", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)=(?:\"((?:[^\"\\]|\\.)*)\"|([\w.%+-]+))|[.#][\w-]+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BLANK = " \t\n"


def is_allowed_target(target: str) -> bool:
    """Whether a link may lead there: http, https, mailto, tel, a path of this site, or a place in the page.

    >>> [is_allowed_target(t) for t in ("https://a.example", "/p/x", "#s", "//a.example", "javascript:x")]
    [True, True, True, False, False]
    """
    if _UNSAFE.search(target):
        return False
    if target.startswith("#"):
        return len(target) > 1
    if target.startswith("/"):
        return not target.startswith("//")
    return bool(_ADDRESS.match(target))


def attachment_name(target: str) -> str | None:
    """The bare file name an image names, or None when it names anything else.

    Letters, digits, `.`, `-`, `_` and blanks; no slash, no colon, no leading dot.
    """
    name = unquote(target) if "%" in target else target
    return name if _NAME.fullmatch(name) else None


@dataclass(frozen=True, slots=True)
class ImageAttributes:
    """What stands in braces behind an image. None: not given there."""

    alt: str | None = None
    caption: str | None = None
    width: int | None = None
    caption_start: int = -1
    """Offset of the caption's first letter where it stands letter for letter, else -1."""


def image_attributes(text: str, pos: int) -> tuple[ImageAttributes, int] | None:
    """Read `{alt="…" caption="…" width=60%}` at `pos`; unknown attributes and impossible widths are ignored.

    Returns: the attributes and the offset behind the closing brace; None where no attributes stand.
    """
    match = _ATTRIBUTES.match(text, pos)
    if not match:
        return None
    alt = caption = width = None
    caption_start = -1
    for found in _ATTRIBUTE.finditer(text, match.start(1), match.end(1)):
        group = 2 if found.group(2) is not None else 3
        raw = found.group(group) or ""
        value = " ".join(_ESCAPED.sub(r"\1", raw).split())
        if found.group(1) == "alt":
            alt = value
        elif found.group(1) == "caption":
            caption = value
            caption_start = found.start(group) if value == raw else -1
        elif found.group(1) == "width":
            width = _width(value)
    return ImageAttributes(alt, caption, width, caption_start), match.end()


def _width(value: str) -> int | None:
    digits = value.removesuffix("%")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3):
        return None
    return int(digits) if 10 <= int(digits) <= 100 else None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link or image leads; `end` is the offset behind its last sign."""

    target: str
    title: str
    end: int


def link(state: StateInline, silent: bool) -> bool:
    """`[text](target "title")`, `[text][reference]`, `[reference]`. Source: CommonMark 0.31.2, 6.3."""
    start = state.pos
    label_end = find_label_end(state, start, disable_nested=True)
    if label_end < 0:
        return False
    found = _destination(state, start + 1, label_end, state.md.options["link_check"])
    if found is None:
        return False
    if not silent:
        maximum = state.posMax
        state.pos, state.posMax = start + 1, label_end
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": found.target, "title": found.title}
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.push("link_close", "a", -1).meta["end"] = found.end
        state.posMax = maximum
    state.pos = found.end
    return True


def image(state: StateInline, silent: bool) -> bool:
    """`![alt](name "title"){attributes}`. Source: CommonMark 0.31.2, 6.4; attributes are our own."""
    start = state.pos
    if not state.src.startswith("![", start) or start + 1 >= state.posMax:
        return False
    label_end = find_label_end(state, start + 1)
    if label_end < 0:
        return False
    found = _destination(state, start + 2, label_end, _any_target)
    if found is None:
        return False
    end = found.end
    attributes = ImageAttributes()
    if state.src.startswith("{", end) and (read := image_attributes(state.src, end)) and read[1] <= state.posMax:
        attributes, end = read
    if not silent:
        content = state.src[start + 2 : label_end]
        children = state.md.inline.parse(content, state.md, state.env, [])
        token = state.push("image", "img", 0)
        token.attrs = {"src": found.target, "title": found.title}
        token.children = children
        token.meta.update(end=end, label=start + 2, attributes=attributes)
    state.pos = end
    return True


def _any_target(target: str) -> bool:
    return True


def footnote_reference(state: StateInline, silent: bool) -> bool:
    """`[^label]`, where the paper defines the label. Numbers are given when the tree is built."""
    if not state.src.startswith("[^", state.pos):
        return False
    match = FOOTNOTE_LABEL.match(state.src, state.pos, state.posMax)
    if not match or match.group(1) not in state.env["labels"]:
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.meta.update(label=match.group(1), end=match.end())
    state.pos = match.end()
    return True


def find_label_end(state: StateInline, start: int, *, disable_nested: bool = False) -> int:
    """Offset of the bracket that closes the one at `start`, or -1; gives up after `LABEL_STEPS` in a paper."""
    env: dict[str, Any] = state.env  # type: ignore[assignment]
    src, maximum, before = state.src, state.posMax, state.pos
    skip = state.md.inline.skipToken
    state.pos = start + 1
    level, found = 1, -1
    while state.pos < maximum:
        marker = src[state.pos]
        if marker == "]":
            level -= 1
            if level == 0:
                found = state.pos
                break
        env["steps"] += 1
        if env["steps"] > LABEL_STEPS:
            break
        previous = state.pos
        skip(state)
        if marker == "[":
            if previous == state.pos - 1:
                level += 1
            elif disable_nested:
                break
    state.pos = before
    return found


def _destination(state: StateInline, start: int, end: int, check: Any) -> Destination | None:
    """What follows a label that stands at `start..end`: an address in parentheses or a reference."""
    found = _inline_destination(state, end + 1) or _reference(state, start, end)
    return found if found and check(found.target) else None


def _inline_destination(state: StateInline, pos: int) -> Destination | None:
    src, maximum = state.src, state.posMax
    if pos >= maximum or src[pos] != "(":
        return None
    pos = _skip_blanks(src, pos + 1, maximum)
    target = title = ""
    parsed = parseLinkDestination(src, pos, maximum)
    if parsed.ok:
        target, pos = state.md.normalizeLink(parsed.str), parsed.pos
    behind = _skip_blanks(src, pos, maximum)
    if behind > pos:
        pos = behind
        titled = parseLinkTitle(src, pos, maximum)
        if titled.ok:
            title, pos = titled.str, _skip_blanks(src, titled.pos, maximum)
    if pos >= maximum or src[pos] != ")":
        return None
    return Destination(target, title, pos + 1)


def _skip_blanks(src: str, pos: int, maximum: int) -> int:
    while pos < maximum and src[pos] in _BLANK:
        pos += 1
    return pos


def _reference(state: StateInline, start: int, end: int) -> Destination | None:
    references = state.env.get("references")
    if not references:
        return None
    label, behind = "", end + 1
    if behind < state.posMax and state.src[behind] == "[":
        closing = find_label_end(state, behind)
        if closing >= 0:
            label, behind = state.src[behind + 1 : closing], closing + 1
    label = label or state.src[start:end]
    found = references.get(normalizeReference(label)) if len(label) <= LABEL_LENGTH else None
    return Destination(found["href"], found["title"], behind) if found else None
