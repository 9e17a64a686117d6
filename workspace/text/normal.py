"""The one stored form of text. Everything behind the border of the application may rely on it."""

from __future__ import annotations

import functools
import re
import unicodedata

COMBINING_MARKS = 30
"""Marks kept on one letter. More exist only to attack: sorting n of them costs n squared (UAX 15, 13)."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Everything that no one types and that breaks a database, XML or the count of positions: controls,
# lone surrogates, byte order marks, private use, code points that are no characters at all.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_HIGHEST_MARK = 0x1F000
"""No combining mark stands above; the scan for them need not look at all of Unicode."""


def normalize(text: str) -> str:
    """Bring text into the stored form.

    NFC, lines end with LF, exactly one final newline ("" stays ""), no control character but the tab,
    no byte order mark, no surrogates (pairs become their character), no private use, at most
    `COMBINING_MARKS` marks on a letter. Idempotent; linear time.

    >>> normalize("Fu\\u0308r alle\\r\\n\\r\\n")
    'Für alle\\n'
    """
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _limit_marks(text))
    text = text.rstrip("\n")
    return text + "\n" if text else ""


def _limit_marks(text: str) -> str:
    marks, splitting = _marks()
    for mark, parts in splitting.items():
        text = text.replace(mark, parts)
    return marks.sub(r"\1", text)


@functools.cache
def _marks() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern for too many marks in a row, and the marks that Unicode takes apart into several."""
    marks: list[str] = []
    splitting: dict[str, str] = {}
    for code in range(0x300, _HIGHEST_MARK):
        character = chr(code)
        # Some begin a letter by their class and yet fall apart into marks (Tibetan): look at the parts.
        parts = unicodedata.normalize("NFD", character)
        if unicodedata.combining(parts[0]):
            marks.append(character)
            if len(parts) > 1:
                splitting[character] = parts
    kind = "".join(marks)
    return re.compile(f"([{kind}]{{{COMBINING_MARKS}}})[{kind}]+"), splitting
