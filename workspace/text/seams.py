"""Looks after the places where pieces of different texts meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from workspace.text.tokens import tokens

FARTHEST: Final = 2_000
"""Characters looked at on either side of a seam; no word and hardly an address is longer."""
TRIES: Final = 20


class Seams:
    """Knows the words of some texts, and finds others where a joined text was sewn together."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)
        self._met: dict[str, bool] = {}
        self._read: dict[str, frozenset[str]] = {}

    def foreign(self, text: str, places: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Spans of tokens at these places of `text` that none of the texts has."""
        for place in places:
            for start, end in _tokens_at(text, place, place):
                token = text[start:end]
                if token not in self._met:
                    self._met[token] = any(self._has(known, token) for known in self._texts)
                if not self._met[token]:
                    yield start, end

    def _has(self, text: str, token: str) -> bool:
        """Whether a text has a token; most are found at their first place, without reading all of it."""
        at = -1
        for _ in range(TRIES):
            at = text.find(token, at + 1)
            if at < 0:
                return False
            if (at, at + len(token)) in _tokens_at(text, at, at + len(token)):
                return True
        return token in self._words(text)

    def _words(self, text: str) -> frozenset[str]:
        if text not in self._read:
            self._read[text] = frozenset(text[start:end] for start, end in tokens(text))
        return self._read[text]


def _tokens_at(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The tokens that touch a span. Between two blanks a text has the same tokens wherever it stands."""
    left, right = _surroundings(text, start, end)
    spans = ((left + a, left + b) for a, b in tokens(text[left:right]))
    return [(a, b) for a, b in spans if a <= end and start <= b]


def _surroundings(text: str, left: int, right: int) -> tuple[int, int]:
    """From the blank before a span to the blank behind it."""
    first, last = max(0, left - FARTHEST), min(len(text), right + FARTHEST)
    while left > first and not text[left - 1].isspace():
        left -= 1
    while right < last and not text[right].isspace():
        right += 1
    return left, right
