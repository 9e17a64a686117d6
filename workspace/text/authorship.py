"""Who wrote which characters, carried through every change.

Authorship is a tuple of runs (author, length) that covers a text exactly, left to right; neighbouring
runs have different authors and no run is empty. What a difference keeps stays with its author. Of what it
calls inserted, a moved block takes its authors along, words that were taken from elsewhere theirs
(`regained`), and a sentence that was changed or removed and comes back (restore, undo) gets its old ones
from the graveyard. All else is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workspace.text.diff import Difference, compare_words
from workspace.text.graveyard import LARGEST_GRAVEYARD, SHORTEST_BURIED, Graveyard, touched_sentences
from workspace.text.regained import regained
from workspace.text.run_bytes import Reader, Writer
from workspace.text.runs import Author, Covered, Run, Runs, joined

__all__ = [
    "LARGEST_GRAVEYARD",
    "SHORTEST_BURIED",
    "Author",
    "Graveyard",
    "Run",
    "Runs",
    "carry",
    "decode",
    "encode",
    "start",
    "who_wrote",
]

Span = tuple[int, int]


def start(text: str, author: Author) -> Runs:
    """The runs of a text that one author wrote."""
    return ((author, len(text)),) if text else ()


def carry(runs: Runs, difference: Difference, author: Author | Runs, graveyard: Graveyard | None = None) -> Runs:
    """The runs of `difference.new` from those of `difference.old`.

    Args:
        runs: of the old text.
        difference: from `compare(old, new, for_readers=False)`, which keeps every equal word.
        author: who made the change, and so wrote what is new; runs over the new text where several did.
        graveyard: remembers what goes now and knows what went before; changed in place.
    Raises: ValueError when the runs do not cover the texts exactly.
    """
    old = Covered(runs)
    if old.length != len(difference.old):
        raise ValueError("the runs do not cover the text")
    if all(kind == 0 for kind, _ in difference.ops):
        return runs
    sources, gone, come = _read(difference, old)
    come = _settle(sources, come, _moved(difference, old))
    pieces = regained(difference.old, difference.new, gone, come)
    come = _settle(sources, come, (_Source(first, after, old, place) for first, after, place in pieces))
    if graveyard is not None:
        for place, sentence in touched_sentences(difference.old, gone):
            graveyard.bury(sentence, old.span(place, place + len(sentence)))
        _settle(sources, come, _back(difference.new, come, graveyard))
    wrote = Covered(author if isinstance(author, tuple) else start(difference.new, author))
    if wrote.length != len(difference.new):
        raise ValueError("the authors do not cover the text")
    return joined(_filled(sources, wrote))


def who_wrote(runs: Runs, start: int, end: int) -> list[tuple[Author, int]]:
    """The authors of a span with the number of characters each wrote, most first.

    >>> who_wrote((("Clara", 6), ("Emil", 4), ("Clara", 2)), 4, 12)
    [('Clara', 4), ('Emil', 4)]

    Raises: ValueError when the span is reversed or outside the text.
    """
    covered = Covered(runs)
    if not 0 <= start <= end <= covered.length:
        raise ValueError("span outside the text")
    characters: dict[Author, int] = {}
    for author, length in covered.span(start, end):
        characters[author] = characters.get(author, 0) + length
    return sorted(characters.items(), key=lambda item: -item[1])


def encode(runs: Runs) -> bytes:
    """Runs as bytes, in the form of `run_bytes`. Raises: ValueError for an author's number beyond 128 bits."""
    writer = Writer()
    writer.add(runs)
    return writer.finish()


def decode(data: bytes) -> Runs:
    """The other way. Raises: ValueError when these are not bytes of `encode`."""
    reader = Reader(data)
    if reader.count != 1:
        raise ValueError("not authorship")
    runs = reader.runs()
    reader.finish()
    return runs


@dataclass(frozen=True, slots=True)
class _Source:
    """A span of the new text whose authors are known: those of `runs` from `place` on."""

    start: int
    end: int
    runs: Covered
    place: int


def _read(difference: Difference, old: Covered) -> tuple[list[_Source], list[Span], list[Span]]:
    """What is kept, the deleted spans of the old and the inserted ones of the new text."""
    kept: list[_Source] = []
    gone: list[Span] = []
    come: list[Span] = []
    old_at = new_at = 0
    for kind, text in difference.ops:
        size = len(text)
        if kind == 0:
            kept.append(_Source(new_at, new_at + size, old, old_at))
        elif kind < 0:
            gone.append((old_at, old_at + size))
        else:
            come.append((new_at, new_at + size))
        old_at += size if kind <= 0 else 0
        new_at += size if kind >= 0 else 0
    return kept, gone, come


def _moved(difference: Difference, old: Covered) -> Iterator[_Source]:
    """What blocks that changed places took along."""
    for move in sorted(difference.moves, key=lambda move: move.new_start):
        before = difference.old[move.old_start : move.old_end]
        after = difference.new[move.new_start : move.new_end]
        old_at, new_at = move.old_start, move.new_start
        for kind, text in compare_words(before, after, for_readers=False):
            if kind == 0:
                yield _Source(new_at, new_at + len(text), old, old_at)
            old_at += len(text) if kind <= 0 else 0
            new_at += len(text) if kind >= 0 else 0


def _back(new: str, come: Sequence[Span], graveyard: Graveyard) -> Iterator[_Source]:
    """Sentences that stood in the text before."""
    for place, sentence in touched_sentences(new, come):
        known = graveyard.find(sentence)
        if known is not None:
            yield _Source(place, place + len(sentence), Covered(known), 0)


def _settle(sources: list[_Source], come: Iterable[Span], found: Iterable[_Source]) -> list[Span]:
    """Add those parts of `found` that lie in `come` to the sources, and give what is left of `come`.

    Both are in order, and none of their spans overlap.
    """
    left: list[Span] = []
    rest = iter(found)
    source = next(rest, None)
    for at, end in come:
        while source is not None and source.start < end:
            first, after = max(at, source.start), min(end, source.end)
            if first < after:
                sources.append(_Source(first, after, source.runs, source.place + first - source.start))
                if at < first:
                    left.append((at, first))
                at = after
            if source.end > end:
                break
            source = next(rest, None)
        if at < end:
            left.append((at, end))
    return left


def _filled(sources: Iterable[_Source], wrote: Covered) -> Iterator[Runs]:
    """What the sources say, and who wrote what is between them."""
    at = 0
    for source in sorted(sources, key=lambda source: source.start):
        yield wrote.span(at, source.start)
        yield source.runs.span(source.place, source.place + source.end - source.start)
        at = source.end
    yield wrote.span(at, wrote.length)
