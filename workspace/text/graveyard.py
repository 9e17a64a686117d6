"""Sentences that are no longer in a text, and who wrote them: for when they come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from workspace.text.run_bytes import Reader, Writer
from workspace.text.runs import Runs, joined, length_of
from workspace.text.tokens import sentences

SHORTEST_BURIED: Final = 30
"""Characters; a shorter sentence ("Siehe oben.") is typed anew as easily as it comes back."""
MOST_RUNS: Final = 64
"""A sentence of more pieces is no sentence; this bounds what a graveyard takes."""
LARGEST_GRAVEYARD: Final = 1_000
"""Sentences; the ones buried longest ago are forgotten first."""

_HASH_BYTES: Final = 8
_BREAK: Final = "\n\n"


class Graveyard:
    """Sentences that are no longer in the text, each with its authors, found by a hash of its words.

    Holds no wording. Grows with what a paper's history removed or changed, up to `limit` sentences. Authors are kept
    by visible characters, so that a sentence may come back with other line ends.
    """

    def __init__(self, limit: int = LARGEST_GRAVEYARD) -> None:
        self._limit = limit
        self._runs: dict[bytes, Runs] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def bury(self, sentence: str, runs: Runs) -> None:
        """Remember who wrote a sentence; whoever wrote it first stays its author.

        Raises: ValueError when the runs do not cover the sentence exactly.
        """
        if length_of(runs) != len(sentence):
            raise ValueError("the runs do not cover the sentence")
        if len(runs) > MOST_RUNS:
            return
        key = _hash(sentence)
        self._runs[key] = self._runs.pop(key, ()) or _visible(sentence, runs)
        while len(self._runs) > self._limit:
            del self._runs[next(iter(self._runs))]

    def find(self, sentence: str) -> Runs | None:
        """The authors of a removed sentence, covering it exactly; None when it is not here."""
        runs = self._runs.get(_hash(sentence))
        if not runs:
            return None
        length = length_of(runs)
        if length == len(sentence):  # all rows of earlier versions of the workspace count blanks as well
            return runs
        return _spread(sentence, runs) if length == _letters(sentence) else None

    def encode(self) -> bytes:
        """As bytes: each hash with its runs."""
        writer = Writer()
        for key, runs in self._runs.items():
            writer.add(runs, key)
        return writer.finish()

    @classmethod
    def decode(cls, data: bytes, limit: int = LARGEST_GRAVEYARD) -> Graveyard:
        """The other way. Raises: ValueError when these are not bytes of `encode`."""
        reader = Reader(data)
        graveyard = cls(limit)
        for _ in range(reader.count):
            key = reader.key(_HASH_BYTES)
            graveyard._runs[key] = reader.runs()
        reader.finish()
        return graveyard


def touched_sentences(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The sentences long enough to be buried that reach into a span, without blanks around them.

    Args: spans: in order, not overlapping, none empty.
    Returns: where each begins, and the sentence; in order.
    """
    at = 0
    for start, sentence in _sentences_near(text, spans):
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] < start + len(sentence):
            yield start, sentence


def _sentences_near(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """All long sentences of the paragraphs that the spans lie in."""
    done = 0
    for start, end in spans:
        if end <= done:
            continue
        before = text.rfind(_BREAK, done, start)
        at = before + len(_BREAK) if before >= 0 else done
        after = text.find(_BREAK, end)
        done = after + len(_BREAK) if after >= 0 else len(text)
        for part in sentences(text[at:done]):
            sentence = part.strip()
            if len(sentence) >= SHORTEST_BURIED:
                yield at + len(part) - len(part.lstrip()), sentence
            at += len(part)


def _visible(sentence: str, runs: Runs) -> Runs:
    """The runs without blanks."""
    found, at = [], 0
    for author, length in runs:
        found.append(((author, _letters(sentence[at : at + length])),))
        at += length
    return joined(found)


def _spread(sentence: str, runs: Runs) -> Runs:
    """Runs of visible characters over a sentence; the blanks before a piece are its author's."""
    if len(runs) == 1:
        return ((runs[0][0], len(sentence)),)
    found = []
    rest = iter(runs)
    author, left = next(rest)
    for letter in sentence:
        if not letter.isspace():
            if not left:
                author, left = next(rest)
            left -= 1
        found.append(((author, 1),))
    return joined(found)


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _hash(sentence: str) -> bytes:
    return blake2b(" ".join(sentence.split()).encode(), digest_size=_HASH_BYTES).digest()
