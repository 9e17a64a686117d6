"""Texts that would break a comparison: it ends soon, says when it is coarse, and still holds both sides."""

from __future__ import annotations

import random
import time

import pytest

from tests.text.page_tree import read, take_side, words
from workspace.text.redline import redline
from workspace.text.redline_views import whole
from workspace.text.tree import parse

pytestmark = pytest.mark.long

SECONDS = 5
"""The bound for each; five times as much fails, for slow machines."""


def _paper(name: str, size: int) -> str:
    chosen = random.Random(name)
    vocabulary = [f"{name}{number}" for number in range(20_000)]
    parts = [" ".join(chosen.choices(vocabulary, k=60)) + "." for _ in range(size // 540)]
    return "\n\n".join(parts) + "\n"


def _table(rows: int, *, has_more: bool) -> str:
    more = (" d |", "---|", " neu |") if has_more else ("", "", "")
    lines = [f"| zeile {row} | wert {row * 7} | {row % 13} |{more[2]}" for row in range(rows)]
    return "\n".join([f"| a | b | c |{more[0]}", f"|---|---|---|{more[1]}", *lines]) + "\n"


def _shuffled(lines: list[str]) -> list[str]:
    return random.Random(1).sample(lines, len(lines))


ITEMS = [
    f"- Punkt {number} der Liste mit einem Wort{number * 7} und einem Ort{number * 13}\n" for number in range(8_000)
]
LINE = random.Random(2).choices([f"wort{number}" for number in range(20_000)], k=140_000)
OTHER = ["neu" if at % 500 == 1 else word for at, word in enumerate(LINE)]
HOSTILE = {
    "two unrelated papers of 1 MB": (_paper("wort", 1_000_000), _paper("term", 1_000_000)),
    "a table of 20,000 rows, one column more": (_table(20_000, has_more=False), _table(20_000, has_more=True)),
    "quotes nested 5,000 deep": ("> " * 5_000 + "a\n", "> " * 5_000 + "b\n"),
    "20,000 equal items, one in the middle": ("- a\n" * 20_000, "- a\n" * 10_000 + "- b\n" + "- a\n" * 10_000),
    "8,000 items shuffled": ("".join(ITEMS), "".join(_shuffled(ITEMS))),
    "one line of 1 MB": (" ".join(LINE) + "\n", " ".join(OTHER) + "\n"),
    "100,000 equal lines, one more": ("Zeile.\n\n" * 50_000, "Zeile.\n\n" * 50_001),
    "40,000 lines of code, each tenth changed": (
        "```\n" + "".join(f"x{number} = {number}\n" for number in range(40_000)) + "```\n",
        "```\n" + "".join(f"x{number} = {number + (number % 10 == 0)}\n" for number in range(40_000)) + "```\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_compared_soon(name: str) -> None:
    old, new = (parse(text) for text in HOSTILE[name])
    began = time.process_time()
    found = redline(old, new)
    html = whole(found)
    assert time.process_time() - began < 5 * SECONDS
    assert not found.counts.is_empty
    plain = whole(redline(new, new))
    assert words(take_side(read(html), "new")) == words(read(plain))
