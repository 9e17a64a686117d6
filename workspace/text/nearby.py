"""Blocks of a text that a lost passage may belong to now, most likely first."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from workspace.text.leaves import leaf_blocks, rendered
from workspace.text.nodes import Document

NEAR = 5
"""So many blocks are offered first."""
LIKELY = 55.0
"""Less alike than this is no offer; of 100."""
COMPARED = 400
"""Characters of the passage that are compared; the rest hardly changes the order."""


@dataclass(frozen=True)
class Leaf:
    """A block that holds text: its span of the source, its kind, and what a reader sees of it."""

    start: int
    end: int
    kind: str
    words: str

    @property
    def key(self) -> str:
        """ "12-40": its span, as forms carry it."""
        return f"{self.start}-{self.end}"


def blocks_near(document: Document, words: str, around: str) -> tuple[list[Leaf], list[Leaf]]:
    """The blocks most like a lost passage and its surroundings, best first; and all others in the order of the text.

    Nothing is placed by this: it is an offer to a person who pins the passage again.

    Args:
        words: what a reader saw of the passage.
        around: the text that stood before and behind it.
    """
    blocks = [
        Leaf(leaf.start, leaf.end, leaf.kind, " ".join(text.split()))
        for leaf in leaf_blocks(document)
        if leaf.start < leaf.end and (text := rendered(leaf)[0]).strip()
    ]
    quote, around = " ".join(words.split())[:COMPARED], " ".join(around.split())
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
