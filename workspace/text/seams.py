"""Looks after the places where pieces of different texts meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from workspace.text.tokens import tokens

FARTHEST: Final = 2_000
"""Characters looked at on either side of a seam; no word and hardly an address is longer."""


class Seams:
    """Knows the words of some texts, and finds others where a joined text was sewn together."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)

    def foreign(self, text: str, places: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Spans of tokens at these places of `text` that none of the texts has."""
        for place in places:
            left, right = _surroundings(text, place)
            for start, end in tokens(text[left:right]):
                is_at = left + start <= place <= left + end
                if is_at and text[left + start : left + end] not in self._known:
                    yield left + start, left + end

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(text[start:end] for text in self._texts for start, end in tokens(text))


def _surroundings(text: str, place: int) -> tuple[int, int]:
    """From the blank before a place to the blank behind it."""
    left = right = place
    while left > max(0, place - FARTHEST) and not text[left - 1].isspace():
        left -= 1
    while right < min(len(text), place + FARTHEST) and not text[right].isspace():
        right += 1
    return left, right
