"""Blocks of a text that a lost passage may belong to now, most likely first."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from workspace.discussion.models import Passage
from workspace.text.nodes import Document
from workspace.text.tree import leaf_blocks, rendered

NEAR = 5
"""So many blocks are offered first."""
LIKELY = 55.0
"""Less alike than this is no offer; of 100."""
COMPARED = 400
"""Characters of the passage that are compared; the rest hardly changes the order."""


@dataclass(frozen=True)
class Choice:
    """A block that can be chosen; its span of the source, and what a reader sees of it."""

    start: int
    end: int
    kind: str
    words: str

    @property
    def value(self) -> str:
        return f"{self.start}-{self.end}"


def choices_near(passage: Passage, document: Document) -> tuple[list[Choice], list[Choice]]:
    """The blocks most like the passage and its surroundings, best first; and all others in the order of the text."""
    blocks = [
        Choice(leaf.start, leaf.end, leaf.kind, " ".join(text.split()))
        for leaf in leaf_blocks(document)
        if leaf.start < leaf.end and (text := rendered(leaf)[0]).strip()
    ]
    quote = " ".join(passage.words.split())[:COMPARED]
    around = " ".join(f"{passage.prefix} {passage.suffix}".split())
    scored = sorted(((_likeness(quote, around, block.words), -block.start, block) for block in blocks), reverse=True)
    near = [block for score, _, block in scored[:NEAR] if score >= LIKELY]
    return near, [block for block in blocks if block not in near]


def _likeness(quote: str, around: str, words: str) -> float:
    """How much a block is like the passage, or else like what stood around it; 0 to 100."""
    shown = words[: 10 * COMPARED]
    return max(_like(quote, shown), 0.9 * _like(around, shown))


def _like(words: str, block: str) -> float:
    """How much a part of the block is like the words; a block much shorter than they are has to be like them all."""
    if 2 * len(block) < len(words):
        return fuzz.ratio(words, block)
    return 0.6 * fuzz.partial_ratio(words, block) + 0.4 * fuzz.token_set_ratio(words, block)
