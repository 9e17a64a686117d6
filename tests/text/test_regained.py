"""Words that stand elsewhere after a change, and what carrying authors costs at worst."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings

from tests.text.changes import changed_papers
from workspace.text.authorship import Graveyard, carry, decode, encode, start
from workspace.text.diff import compare
from workspace.text.regained import regained

Spans = list[tuple[int, int]]


def changed_spans(old: str, new: str) -> tuple[Spans, Spans]:
    """What was deleted of the old and inserted in the new text."""
    spans: dict[int, Spans] = {-1: [], 1: []}
    at = {-1: 0, 1: 0}
    for kind, text in compare(old, new, for_readers=False).ops:
        if kind:
            spans[kind].append((at[kind], at[kind] + len(text)))
        for side in (-1, 1):
            at[side] += len(text) if kind in (0, side) else 0
    return spans[-1], spans[1]


@settings(max_examples=200, deadline=None)
@given(changed_papers())
def test_what_is_regained_reads_the_same_in_both_texts(texts: tuple[str, str]) -> None:
    old, new = texts
    gone, come = changed_spans(old, new)
    last = 0
    for first, after, place in regained(old, new, gone, come):
        assert last <= first < after <= len(new)
        last = after
        piece = new[first:after]
        assert piece.split() == old[place : place + len(piece)].split() or not piece.strip()
        if piece.strip():
            visible = first + len(piece) - len(piece.lstrip())
            assert any(start <= visible and after <= end for start, end in come)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A b c. Der Rat der Stadt berät am Montag.\n", "Der Rat der Stadt berät am Montag, sagt A b c.\n", ""),
        ("eins zwei drei\n", "drei zwei eins\n", ""),
        ("\n", "Ganz neu.\n", ""),
    ],
)
def test_nothing_is_regained_where_nothing_was_taken(old: str, new: str, words: str) -> None:
    found = regained(old, new, *changed_spans(old, new))
    assert "".join(new[first:after] for first, after, _ in found) == words


@pytest.mark.long
@pytest.mark.parametrize("shape", ["equal lines", "one line", "unrelated", "shuffled"])
def test_texts_of_one_megabyte_are_carried_in_time(shape: str) -> None:
    chance = random.Random(4)
    words = [f"wort{chance.randrange(5_000)}" for _ in range(110_000)]
    changed = [word if number % 370 else "neu" for number, word in enumerate(words)]
    shuffled = [" ".join(words[at : at + 40]) for at in range(0, len(words), 40)]
    old, new = {
        "equal lines": ("gleich\n" * 100_000, "".join("gleich\n" if n % 10 else "neu\n" for n in range(100_000))),
        "one line": (" ".join(words) + "\n", " ".join(changed) + "\n"),
        "unrelated": (" ".join(words) + "\n", " ".join(f"x{chance.random()}" for _ in range(55_000)) + "\n"),
        "shuffled": ("\n\n".join(shuffled) + "\n", "\n\n".join(sorted(shuffled)) + "\n"),
    }[shape]
    difference = compare(old, new, for_readers=False)
    graveyard = Graveyard()
    began = time.process_time()
    runs = carry(start(old, 1), difference, 2, graveyard)
    assert time.process_time() - began < 5 * 2
    assert sum(length for _, length in runs) == len(new)
    assert decode(encode(runs)) == runs
    assert len(graveyard.encode()) < 100_000
