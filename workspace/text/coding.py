"""Texts as strings of tokens: each different token is one character.

Comparing, searching and slicing such strings is as fast as on text; what a token is worth is looked
up by its character. Places of tokens are those of the text they came from.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise, starmap
from typing import TypeVar

from workspace.text.alignment import CHARACTERS, UNLIKE, characters
from workspace.text.tokens import PARAGRAPH_BREAK, is_word, pieces, sentence_ends

Value = TypeVar("Value")
Span = tuple[int, int]

WORDS_FROM, LONG_FROM = 0x1000, 0xA000
"""Characters below stand for tokens without letters and digits; from here on for short words, and for long ones."""
BREAK = "\0"
"""The character of paragraph breaks."""
LONG_WORD = 8
"""So many letters make a word rare enough to tell where it stands."""
WORD_RUN = 3
"""So many words in a row can identify a block."""
FEW_RUNS = 3
"""Blocks with fewer runs that begin with a long word are known by every run."""
_NO_WORDS = re.compile(f"[\0-{chr(WORDS_FROM - 1)}]+")
_LONG_RUN = re.compile(f"(?=([{chr(LONG_FROM)}-\U0010ffff].{{{WORD_RUN - 1}}}))", re.DOTALL)


class Known(dict[str, Value]):
    """What is found out only once for each string."""

    def __init__(self, find: Callable[[str], Value]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, codes: str) -> Value:
        found = self[codes] = self._find(codes)
        return found


class Vocabulary(dict[Hashable, str]):
    """The character of each token, or of each (token, extra key); both sides share it.

    Beyond `CHARACTERS` different tokens there are no characters left: what is new then is unlike
    everything on the other side.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, str] = dict.fromkeys(UNLIKE, "?")
        """The token that each character stands for."""
        self._free = tuple(starmap(characters, pairwise((0, WORDS_FROM, LONG_FROM, CHARACTERS))))
        self.is_full = False
        """Whether some token got no character."""
        self._unlike = UNLIKE[0]
        self[PARAGRAPH_BREAK]  # the first character

    def write(self, items: Iterable[Hashable], side: int) -> str:
        """The characters of some items of the old (0) or the new side (1)."""
        self._unlike = UNLIKE[side]
        return "".join(map(self.__getitem__, items))

    def __missing__(self, item: Hashable) -> str:
        token = str(item[0] if isinstance(item, tuple) else item)
        if token[0] == "\n" and token != PARAGRAPH_BREAK:  # all paragraph breaks are alike
            code = self[(PARAGRAPH_BREAK, *item[1:]) if isinstance(item, tuple) else PARAGRAPH_BREAK]
        else:
            kind = 1 + (len(token) >= LONG_WORD) if is_word(token) else 0
            code = next(self._free[kind], "") or next(chain(*self._free[kind:]), self._unlike)
            self.tokens[code] = token
        if code == self._unlike:
            self.is_full = True
        else:
            self[item] = code
        return code


def only_words(codes: str) -> str:
    """The characters of words among others."""
    return _NO_WORDS.sub("", codes)


@dataclass(slots=True)
class Coded:
    """Tokens of a text: where each begins and ends in it, and its character."""

    text: str
    starts: array[int]
    ends: array[int]
    codes: str
    seams: Sequence[int] = ()
    """The places of tokens before which text was left out."""

    def part(self, start: int, end: int) -> Coded:
        """The tokens from one place to another."""
        seams = [at - start for at in self.seams if start < at < end] if self.seams else ()
        return Coded(self.text, self.starts[start:end], self.ends[start:end], self.codes[start:end], seams)

    def sentences(self, spans: Iterable[Span]) -> list[int]:
        """The places of the tokens at which sentences begin, and the end; `spans` are those of the text."""
        places = [0]
        for start, end in spans:
            for _, at in sentence_ends(self.text, start, end):
                place = bisect_left(self.starts, at, places[-1])
                if place > places[-1]:
                    places.append(place)
        if places[-1] < len(self.codes):
            places.append(len(self.codes))
        return places


def coded(
    text: str, vocabulary: Vocabulary, side: int, span: Span | None = None, extra: Sequence[Hashable] | None = None
) -> Coded:
    """The tokens of a text of the old (0) or the new side (1), or of a span of it.

    `extra` is one more thing for each token that has to be equal. Raises ValueError when it has not
    exactly one thing for each token.
    """
    start, end = span or (0, len(text))
    parts = pieces(text[start:end])
    borders = array("L", accumulate(map(len, parts), initial=start))
    tokens = parts[1::2]
    items: Sequence[Hashable] = tokens if extra is None else list(zip(tokens, extra, strict=True))
    return Coded(text, borders[1:-1:2], borders[2::2], vocabulary.write(items, side))


class Blocks:
    """The blocks of one side: as text without the blanks around them, and token by token.

    Tokens are read when they are needed, many blocks at once.
    """

    def __init__(
        self, blocks: Sequence[str], vocabulary: Vocabulary, side: int, text: str | None = None, start: int = 0
    ) -> None:
        """`text` is where the blocks stand, one behind the other from `start` on, each to the end of a line."""
        joint = 1 if text is None else 0
        self.text = "\n".join([*blocks, ""]) if text is None else text
        self.blocks = [block.strip() for block in blocks]
        self.offsets = array("L", accumulate((len(block) + joint for block in blocks), initial=start))
        self._vocabulary, self._side = vocabulary, side
        self._tokens = Coded(self.text, array("L"), array("L"), "")
        self._spans: list[Span | None] = [None] * len(blocks)
        self._codes = [""] * len(blocks)
        self._runs: dict[int, list[str]] = {}

    def read(self, places: Iterable[int]) -> None:
        """Read the tokens of blocks, given in increasing order."""
        whole, parts = self._tokens, [self._tokens.codes]
        for first, behind in _joined([(at, at + 1) for at in places if self._spans[at] is None]):
            part = coded(self.text, self._vocabulary, self._side, (self.offsets[first], self.offsets[behind]))
            shift, at = len(whole.starts), 0
            for block in range(first, behind):
                end = self.offsets[block + 1]
                next_at = bisect_left(part.starts, end, at)
                if next_at > at:  # a paragraph break may hold the indent of the next line
                    part.ends[next_at - 1] = min(part.ends[next_at - 1], end)
                self._spans[block] = shift + at, shift + next_at
                self._codes[block] = part.codes[at:next_at].removesuffix(BREAK)
                at = next_at
            whole.starts += part.starts
            whole.ends += part.ends
            parts.append(part.codes)
        if len(parts) > 1:
            whole.codes = "".join(parts)

    def codes(self, at: int) -> str:
        """The tokens of one block without the paragraph break behind it."""
        if self._spans[at] is None:
            self.read([at])
        return self._codes[at]

    def words(self, at: int) -> str:
        """The words of one block."""
        return only_words(self.codes(at))

    def word_runs(self, at: int) -> list[str]:
        """Runs of `WORD_RUN` words that one block can be known by: those that begin with a long word, as a sample.

        Where these are few, every run; where there are fewer words, all of them as one.
        """
        found = self._long_runs(at)
        return found if len(found) >= FEW_RUNS else _every_run(self.words(at))

    def shared_runs(self, places: Iterable[int], *, has_long: bool) -> set[str]:
        """Runs of some blocks to hold against those of others: all, or all that begin with a long word."""
        if has_long:
            return set[str]().union(*map(self._long_runs, places))
        return set[str]().union(*(_every_run(self.words(at)) for at in places))

    def _long_runs(self, at: int) -> list[str]:
        found = self._runs.get(at)
        if found is None:
            found = self._runs[at] = _LONG_RUN.findall(self.words(at))
        return found

    def letters(self, at: int) -> int:
        """How many letters and digits the words of one block have."""
        return sum(map(len, map(self._vocabulary.tokens.__getitem__, self.words(at))))

    def passage(self, places: Sequence[int]) -> Coded:
        """The tokens of some blocks, given in increasing order, as one passage."""
        self.read(places)
        parts = [self._tokens.part(start, end) for start, end in _joined(map(self._span, places))]
        if len(parts) == 1:
            return parts[0]
        starts, ends = array("L"), array("L")
        for part in parts:
            starts += part.starts
            ends += part.ends
        seams = list(accumulate(len(part.codes) for part in parts))[:-1]
        codes = "".join(part.codes for part in parts)
        return Coded(self.text, starts, ends, codes, seams)

    def visible(self, at: int) -> Span:
        """Where a block stands in the text, without the blanks around it."""
        block = self.text[self.offsets[at] : self.offsets[at + 1]]
        start = self.offsets[at] + len(block) - len(block.lstrip())
        return start, start + len(self.blocks[at])

    def spans(self, places: Iterable[int]) -> list[Span]:
        """Where some blocks stand in the text; neighbours as one."""
        return _joined((self.offsets[at], self.offsets[at + 1]) for at in places)

    def _span(self, at: int) -> Span:
        span = self._spans[at]
        if span is None:
            self.read([at])
            return self._span(at)
        return span


def _every_run(words: str) -> list[str]:
    if len(words) < WORD_RUN:
        return [words] if words else []
    return [words[at : at + WORD_RUN] for at in range(len(words) - WORD_RUN + 1)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that follow each other as one."""
    out: list[Span] = []
    for start, end in spans:
        if out and out[-1][1] == start:
            out[-1] = out[-1][0], end
        else:
            out.append((start, end))
    return out
