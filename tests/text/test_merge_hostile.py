"""Texts that bring joining to its limits: each is answered in bounded time, here five times what is wanted."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from workspace.text.changes import apply, hunks, place
from workspace.text.merge import merge

SENTENCE = "Die Stadt beteiligt ihre Bürger früh und verbindlich."
SIZE = 1_000_000
BOUND = 10
"""CPU seconds: five times two."""

Texts = tuple[str, str, str]


def one_sentence(end: str) -> Texts:
    """One sentence over and over; one side changes one, the other puts another in the middle."""
    parts = [SENTENCE] * (SIZE // len(SENTENCE + end))
    mine, theirs = list(parts), list(parts)
    mine[1000] = mine[1000].replace("früh", "spät")
    theirs[3000] = theirs[3000].replace("verbindlich", "gern")
    theirs.insert(7000, "Etwas Neues.")
    return (end.join(parts) + "\n", end.join(mine) + "\n", end.join(theirs) + "\n")


def one_sentence_more() -> Texts:
    """One more in front, one less at the end."""
    base, _, _ = one_sentence(" ")
    return base, f"{SENTENCE} {base}", base[: -len(SENTENCE) - 2] + "\n"


def equal_lines() -> Texts:
    lines = ["- offen\n"] * 100_000
    mine = [line if at % 10 else "- fertig\n" for at, line in enumerate(lines)]
    return "".join(lines), "".join(mine), "- neu\n" + "".join(lines)


def one_line() -> Texts:
    words = [f"wort{at % 5000}" for at in range(SIZE // 8)]
    mine, theirs = list(words), list(words)
    for at in range(0, len(words) - 200, 400):
        mine[at], theirs[at + 200] = "meins", "seins"
    return " ".join(words) + "\n", " ".join(mine) + "\n", " ".join(theirs) + "\n"


def unrelated() -> Texts:
    chance = random.Random(5)

    def text(start: int) -> str:
        words = (f"w{chance.randrange(start, start + 20_000)}" for _ in range(SIZE // 7))
        return " ".join(f"{word}.\n\n" if at % 40 == 0 else word for at, word in enumerate(words)) + "\n"

    base = text(0)
    return base, text(50_000), base.replace("w7 ", "w8 ")


CASES: dict[str, Callable[[], Texts]] = {
    "one sentence in one block": lambda: one_sentence(" "),
    "one sentence in many blocks": lambda: one_sentence("\n\n"),
    "one sentence more": one_sentence_more,
    "equal lines": equal_lines,
    "one line": one_line,
}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_text_is_joined_in_bounded_time(case: str) -> None:
    base, mine, theirs = CASES[case]()
    begin = time.process_time()
    merged = merge(base, mine, theirs)
    assert time.process_time() - begin < BOUND
    assert merged.resolved([conflict.theirs for conflict in merged.conflicts]) == merged.text


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_proposal_is_placed_in_bounded_time(case: str) -> None:
    base, mine, theirs = CASES[case]()
    begin = time.process_time()
    placed = place(hunks(base, mine), base, theirs)
    apply(theirs, placed, [found.change.number for found in placed if found.is_applicable])
    assert time.process_time() - begin < BOUND


@pytest.mark.long
def test_two_unrelated_papers_are_asked_about_in_bounded_time() -> None:
    base, mine, theirs = unrelated()
    begin = time.process_time()
    merged = merge(base, mine, theirs)
    assert time.process_time() - begin < 5 * 5
    assert merged.is_clean == (base == theirs)
