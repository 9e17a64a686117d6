"""Inputs that break engines: bounded time and memory, and still a sensible answer."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.text.changes import side_of
from workspace.text.diff import Difference, compare


def _prose(seed: int, size: int) -> str:
    chance = random.Random(seed)
    stock = ["".join(chance.choices("abcdefghilmnoprstuü", k=chance.randint(2, 11))) for _ in range(6000)]
    out: list[str] = []
    while size > 0:
        text = " ".join(" ".join(chance.choices(stock, k=chance.randint(6, 18))).capitalize() + "." for _ in range(5))
        out.append(text)
        size -= len(text)
    return "\n\n".join(out) + "\n"


def _shuffled(parts: list[str], joint: str) -> str:
    parts = list(parts)
    random.Random(4).shuffle(parts)
    return joint.join(parts) + "\n"


def hostile(name: str, scale: int) -> tuple[str, str]:
    """Inputs that break engines; scale 100 is a text of about 1 MB."""
    line, lines = "Eine gleiche Zeile", 1000 * scale
    rows = [[str(random.Random(k).randrange(10_000)) for _ in range(6)] for k in range(200 * scale)]
    if name == "unrelated":
        return _prose(1, 10_000 * scale), _prose(2, 10_000 * scale)
    if name == "one line":
        words = _prose(3, 10_000 * scale).split()
        changed = [f"neu{k}" if k % 500 == 7 else word for k, word in enumerate(words)]
        return " ".join(words) + "\n", " ".join(changed) + "\n"
    if name == "one word":
        return "ab" * (4000 * scale) + "\n", ("ab" * 1000 + "z") * (4 * scale) + "\n"
    if name.startswith("equal "):
        mark, end = {"lines": ("", "\n"), "items": ("- ", ".\n"), "paragraphs": ("", ".\n\n")}[name.split()[1]]
        old = (mark + line + end) * lines
        if name.endswith("front"):
            return old, mark + line.replace("gleiche", "andere") + end + old
        return old, "".join(
            mark + (line.replace("gleiche", "andere") if k % 10 == 3 else line) + end for k in range(lines)
        )
    if name == "paragraphs shuffled":
        text = _prose(1, 10_000 * scale)
        return text, _shuffled(text.strip().split("\n\n"), "\n\n")
    if name == "words shuffled":
        text = _prose(1, 2_000 * scale)
        return text, _shuffled(text.split(), " ")
    if name == "ab":
        return "ab " * (5000 * scale) + "\n", "ba " * (5000 * scale) + "\n"
    if name == "table":
        wider = [[*row[:3], str(k), *row[3:]] for k, row in enumerate(rows)]
        old, new = ("".join(f"| {' | '.join(row)} |\n" for row in table) for table in (rows, wider))
        return old, new
    if name == "numbers":
        return "".join(f"{k} " for k in range(1500 * scale)), "".join(f"{k + 1} " for k in range(1500 * scale))
    if name == "items renumbered":
        count = 800 * scale
        return "".join(f"{k}. Punkt\n" for k in range(count)), "".join(f"{k + 1}. Punkt\n" for k in range(count))
    depth = 50 * scale
    return "> " * depth + "tief\n", "".join("> " * k + "tief\n" for k in range(1, min(depth, 400)))


HOSTILE = [
    *("unrelated", "one line", "one word", "equal lines front", "equal items front", "equal paragraphs front"),
    *("equal lines tenth", "equal items tenth", "equal paragraphs tenth", "paragraphs shuffled", "words shuffled"),
    *("ab", "table", "numbers", "items renumbered", "nested"),
]
SHOWN_AT_MOST = {"one line": 0.02, "equal lines": 0.10, "equal items": 0.10, "equal paragraphs": 0.10, "table": 0.20}


def shown(difference: Difference) -> float:
    """Share of the visible characters of both texts that are shown as changed."""
    changed = sum(len("".join(text.split())) for kind, text in difference.ops if kind)
    return changed / len("".join((difference.old + difference.new).split()))


def _bounded_share(name: str) -> float:
    return next((most for start, most in SHOWN_AT_MOST.items() if name.startswith(start)), 1.0)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inputs_small(name: str) -> None:
    old, new = hostile(name, 4)
    begin = time.process_time()
    difference = compare(old, new)
    assert time.process_time() - begin < 2.5
    assert (side_of(difference.ops, -1), side_of(difference.ops, 1)) == (old, new)
    assert shown(difference) <= _bounded_share(name)


MEASURE = """
import json, resource, sys, time
from tests.text.test_diff_hostile import hostile, shown
from workspace.text.diff import compare
old, new = hostile(sys.argv[1], int(sys.argv[2]))
compare("a", "b")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.process_time()
difference = compare(old, new)
seconds = time.process_time() - begin
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert "".join(text for kind, text in difference.ops if kind <= 0) == old
assert "".join(text for kind, text in difference.ops if kind >= 0) == new
print(json.dumps([seconds, grown / 1024, shown(difference)]))
"""


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inputs_as_large_as_a_paper(name: str) -> None:
    """5 s and 200 MB for a text of 1 MB; a slow machine gets five times as long."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, name, "100"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seconds, grown, share = json.loads(done.stdout)
    assert seconds < 25
    assert grown < 250
    assert share <= _bounded_share(name)
