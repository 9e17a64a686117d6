"""Words, sentences and blocks: the units in which texts are compared.

Splitting never loses a character: `"".join(parts) == text`. Every pattern runs in linear time (runs
that could be entered at any of their characters are guarded by a look-behind or taken whole).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

PARAGRAPH_BREAK = "\n\n"
"""The key of every paragraph break, however many blank lines it has."""

# Combining marks, variation selectors, key caps and skin tones belong to the character before them.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
_LETTER = rf"[^\W\d_][{_MARKS}]*"
_WORD = rf"(?:{_LETTER}|\d)+"

_ANY_TOKEN = (
    r"\n[^\S\n]*\n\s*"  # paragraph break
    # a URL, without the punctuation that ends the sentence around it
    r"|(?:https?://|www\.)[^\s<>()\[\]\"|]*[^\s<>()\[\]\"|.,;:!?'*_`]"
    # 1.000,50  01.02.2024  12:30, and what is written on to it: 5G, 3a
    rf"|\d+(?:[.,:]\d+)*(?:{_WORD})?"
    # a word; apostrophes, soft hyphens, joiners and underscores inside belong to it, and so does the
    # gender star or colon with its ending
    rf"|{_WORD}(?:(?:['’\u00ad\u200c\u200d]|_+){_WORD})*(?:[*:·](?:in(?:nen(?:{_LETTER})*)?|[rnm])(?![\w*]))?"
    r"|\*\*+|__+|``+|~~+|##+|==+|--+|\|\|+|>>+|\.\.+|\+\++"  # a run of equal markup signs
    "|[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    rf"|\S[{_MARKS}]*(?:\u200d\S[{_MARKS}]*)*"  # any other visible character, emoji families whole
)
# Most tokens are plain words and single signs. What follows tells that they end here; looking for
# them first, and not at all at a blank, takes a third of the time.
_PLAIN = "0-9A-Za-zÀ-ÖØ-öø-ſ"
_TOKEN = re.compile(
    rf"((?! )(?:[{_PLAIN}]++(?=[ \n;)\]\"/|-]|[.,:][ \n)\]\"|])|[!-/:-@\[-`{{-~–„“”](?=[ \n{_PLAIN}])"
    rf"|(?=\S|\n[^\S\n]*\n)(?:{_ANY_TOKEN})))"
)
# Each alternative begins with a look at the character before it: one set of first characters is found
# much faster than one of several.
_SENTENCE_END = re.compile(
    r"[\n.!?:;…](?:(?<=\n)(?:(?:[^\S\n]*+\n)++\s*+"
    # a line that opens an item, a heading, a row, a quote
    r"|(?=[^\S\n]*(?:[-*+>#|]|\d+[.)])))"
    # no lower-case letter follows: otherwise the point belonged to an abbreviation
    r"|(?<=[.!?:;…])(?<![.!?:;…]{2})[.!?:;…]*+[\"“”»«’')\]]*+\s++(?=[^a-zß-öø-ÿœšž]))"
)
# A block ends at a blank line, or where the next line opens a heading, an item, a row, a quote, a fence.
_BLOCK_END = re.compile(
    r"\n(?:[^\S\n]*\n(?:[^\S\n]*\n)*|(?=[^\S\n]*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||(?P<quote>>\s)|```|~~~)))"
)


def tokens(text: str) -> list[tuple[int, int]]:
    """Spans of all tokens in order; what lies between two tokens is blank.

    A token is a word, a number with its separators, a whole URL, a run of equal markup signs, one
    other visible character (emoji families whole) or a paragraph break.
    """
    return [found.span() for found in _TOKEN.finditer(text)]


def pieces(text: str) -> list[str]:
    """The text in turns of what lies between tokens (may be empty) and a token, blanks first and last."""
    return _TOKEN.split(text)


def token_key(token: str) -> str:
    """What a token is compared by: itself, but paragraph breaks are all alike."""
    return PARAGRAPH_BREAK if token[0] == "\n" else token


def is_word(token: str) -> bool:
    """Whether a token says something: it begins with a letter or a digit, as all with either do."""
    return token[0].isalnum()


def words(text: str) -> list[str]:
    """The tokens with letters or digits, in order."""
    return [found[0] for found in _TOKEN.finditer(text) if is_word(found[0])]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with its tokens: where each begins and ends, and what it is compared by."""

    text: str
    starts: array[int]
    ends: array[int]
    keys: list[Hashable]


def read_passage(text: str, extra: Sequence[Hashable] | None = None) -> Passage:
    """The tokens of a text; `extra` is one more thing for each token that has to be equal.

    Raises ValueError when `extra` has not exactly one thing for each token.
    """
    starts, ends = array("L"), array("L")
    keys: list[Hashable] = []
    known: dict[str, str] = {}  # one string for each different word keeps large texts small
    for found in _TOKEN.finditer(text):
        starts.append(found.start())
        ends.append(found.end())
        key = token_key(found[0])
        keys.append(known.setdefault(key, key))
    if extra is None:
        return Passage(text, starts, ends, keys)
    return Passage(text, starts, ends, list(zip(keys, extra, strict=True)))


def blocks(text: str) -> list[str]:
    """The text in blocks, each with the line ends that follow it."""
    ends = _BLOCK_END.finditer(text)
    if ">" not in text:
        return _split(text, (found.end() for found in ends))
    return _split(text, (found.end() for found in ends if found.lastgroup is None or not _goes_on(text, found)))


def _goes_on(text: str, found: re.Match[str]) -> bool:
    """Whether a line before another one of a quote belongs to the same quote: where its lines break means nothing."""
    line = text.rfind("\n", 0, found.start()) + 1
    return text[line : found.start()].lstrip().startswith(">")


def sentences(text: str) -> list[str]:
    """The text in sentences, each with the blanks that follow it."""
    return _split(text, (end for _, end in sentence_ends(text)))


def sentence_ends(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """For each sentence border the span of its final signs and the blanks after them.

    `start` and `end` bound the part of the text that is looked at.
    """
    return [found.span() for found in _SENTENCE_END.finditer(text, start, len(text) if end is None else end)]


def _split(text: str, ends: Iterable[int]) -> list[str]:
    borders = [0, *ends]
    if borders[-1] < len(text):
        borders.append(len(text))
    return [text[start:end] for start, end in pairwise(borders)]
