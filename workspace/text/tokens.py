"""Words, sentences and blocks: the units in which texts are compared.

Splitting never loses a character: `"".join(parts) == text`. Every pattern runs in linear time (runs
that could be entered at any of their characters are guarded by a look-behind or taken whole).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

PARAGRAPH_BREAK = "\n\n"
"""The key of every paragraph break, however many blank lines it has."""

# Combining marks, variation selectors, key caps and skin tones belong to the character before them.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
_LETTER = rf"[^\W\d_][{_MARKS}]*"
_WORD = rf"(?:{_LETTER}|\d)+"

_TOKEN = re.compile(
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
_SENTENCE_END = re.compile(
    r"(?:\n[^\S\n]*+)+\n\s*"
    # no lower-case letter follows: otherwise the point belonged to an abbreviation
    r"|(?<![.!?:;…])[.!?:;…]++[\"“”»«’')\]]*+\s++(?=[^a-zß-öø-ÿœšž])"
    # a line that opens an item, a heading, a row, a quote
    r"|\n(?=[^\S\n]*(?:[-*+>#|]|\d+[.)]))"
)
# A block ends at a blank line, or where the next line opens a heading, an item, a row, a quote, a fence.
_BLOCK_END = re.compile(r"\n[^\S\n]*\n(?:[^\S\n]*\n)*|\n(?=[^\S\n]*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|\||>\s|```|~~~))")


def tokens(text: str) -> list[tuple[int, int]]:
    """Spans of all tokens in order; what lies between two tokens is blank.

    A token is a word, a number with its separators, a whole URL, a run of equal markup signs, one
    other visible character (emoji families whole) or a paragraph break.
    """
    return [found.span() for found in _TOKEN.finditer(text)]


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
    return _split(text, _BLOCK_END)


def sentences(text: str) -> list[str]:
    """The text in sentences, each with the blanks that follow it."""
    return _split(text, _SENTENCE_END)


def sentence_ends(text: str) -> list[tuple[int, int]]:
    """For each sentence border the span of its final signs and the blanks after them."""
    return [found.span() for found in _SENTENCE_END.finditer(text)]


def _split(text: str, ends: re.Pattern[str]) -> list[str]:
    parts, at = [], 0
    for found in ends.finditer(text):
        parts.append(text[at : found.end()])
        at = found.end()
    if at < len(text):
        parts.append(text[at:])
    return parts
