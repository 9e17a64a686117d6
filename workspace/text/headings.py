"""Rank and address of headings."""

from __future__ import annotations

import re
import unicodedata

from workspace.text.inline import plain
from workspace.text.nodes import Inline

HEADING_PREFIX = "h-"
"""Addresses of headings begin with it. Pages use no id of that kind themselves, so none can collide."""
_LENGTH = 60
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l"})
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """A heading as part of an address.

    >>> slug("3. Früh & ergebnisoffen")
    '3-frueh-ergebnisoffen'
    """
    letters = unicodedata.normalize("NFKD", text[:400].lower().translate(_FOLDED))
    found = _OTHER.sub("-", "".join(c for c in letters if not unicodedata.combining(c))).strip("-")
    if len(found) > _LENGTH:
        found = found[: found.rfind("-", 0, _LENGTH + 1)] if "-" in found[: _LENGTH + 1] else found[:_LENGTH]
    return found or "abschnitt"


class Headings:
    """Gives each heading of one document its rank and its address, in order."""

    def __init__(self) -> None:
        self._levels: list[int] = []
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def rank(self, level: int, *, is_nested: bool) -> int:
        """Rank 2 to 6 of a heading written with `level` signs.

        Equal levels under one heading get equal ranks, and none is skipped downwards: the page has its
        own heading of rank 1. Headings inside quotes, items and footnotes are one below their section.
        """
        if is_nested:
            return min(6, len(self._levels) + 2)
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        return min(6, len(self._levels) + 1)

    def ident(self, inlines: tuple[Inline, ...]) -> str:
        """A unique address made of the heading's words; repeated ones are counted: -2, -3 …"""
        base = ident = HEADING_PREFIX + slug(plain(inlines))
        count = self._next.get(base, 1)
        while ident in self._taken:
            count += 1
            ident = f"{base}-{count}"
        self._next[base] = count
        self._taken.add(ident)
        return ident
