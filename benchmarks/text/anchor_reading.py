"""Texts cut into paragraphs, sentences and words, by plain patterns: what the truth about anchors is decided from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cached_property

Span = tuple[int, int]
Words = list[tuple[str, int, int]]
"""Words with their places."""

_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_SENTENCE = re.compile(r"\S.*?(?:[.!?][\"”“»)*_]*(?=\s+[^a-zß-ÿ\s])|(?=\n\s*(?:[-*+#|>]|\d+[.)])\s)|\Z)", re.S)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Reading:
    """One text, cut into paragraphs and sentences."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sentences: list[Span] = []
        self.paragraphs: list[Span] = []
        """For each paragraph its first sentence and the one behind its last."""
        for found in _PARAGRAPH.finditer(text):
            first, start = len(self.sentences), found.start()
            cut = (
                (start + one.start(), start + len(one[0].rstrip()) + one.start())
                for one in _SENTENCE.finditer(found[0])
            )
            self.sentences += [span for span in cut if span[0] < span[1]]
            self.paragraphs.append((first, len(self.sentences)))
        self.seen = ["".join(text[start:end].split()) for start, end in self.sentences]
        """Each sentence without blanks."""
        self.count = Counter(self.seen)

    def span(self, paragraph: Span) -> Span:
        """Where the sentences of a paragraph stand."""
        return self.sentences[paragraph[0]][0], self.sentences[paragraph[1] - 1][1]

    def words(self, span: Span) -> Words:
        """The words of a span with their places."""
        return [(one[0], one.start(), one.end()) for one in _WORD.finditer(self.text, *span)]

    def sentence_at(self, position: int) -> int:
        """The last sentence that begins at a position or before."""
        return bisect_right(self.sentences, (position, len(self.text))) - 1

    @cached_property
    def visible(self) -> str:
        """The text without blanks."""
        return "".join(self.text.split())

    @cached_property
    def threes(self) -> set[tuple[str, ...]]:
        """All three words in a row."""
        return threes_of(self.words((0, len(self.text))))

    def __contains__(self, seen: str) -> bool:
        """Whether something without blanks stands exactly once in the text."""
        at = self.visible.find(seen)
        return at >= 0 and self.visible.find(seen, at + 1) < 0


def threes_of(words: Words) -> set[tuple[str, ...]]:
    """All three words in a row, without regard to capitals."""
    low = [word.lower() for word, _, _ in words]
    return set(zip(low, low[1:], low[2:], strict=False))
