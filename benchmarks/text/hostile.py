"""Inputs that break engines: how long they take, how much memory, how much is shown as changed."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.text.engines import CHARACTERS_TIMED, GIT, OURS, Engine, checked
from benchmarks.text.measure import Cost, in_child, table
from workspace.text.diff import Op, compare

LIMIT = 20
"""CPU seconds for one input."""
SIZE = 1_000_000
"""Characters of one side, where the name says 1 MB."""
MOST_SECONDS, MOST_MIB = 5, 200


def prose(seed: int, size: int) -> list[str]:
    """Paragraphs of made-up words, about `size` characters together."""
    chance = random.Random(seed)
    stock = ["".join(chance.choices("abcdefghilmnoprstuü", k=chance.randint(2, 11))) for _ in range(8000)]
    paragraphs: list[str] = []
    while size > 0:
        sentences = [" ".join(chance.choices(stock, k=chance.randint(6, 18))).capitalize() + "." for _ in range(5)]
        paragraphs.append(" ".join(sentences))
        size -= len(paragraphs[-1]) + 2
    return paragraphs


def shuffled(parts: Sequence[str]) -> list[str]:
    """The same parts in another order."""
    return random.Random(1).sample(parts, len(parts))


def text(parts: Sequence[str], joint: str = "\n\n") -> str:
    """A text of parts that ends with the end of a line."""
    return joint.join(parts) + "\n"


def unrelated(size: int) -> tuple[str, str]:
    """Two texts with few words in common."""
    return text(prose(1, size)), text(prose(2, size))


def one_line(size: int) -> tuple[str, str]:
    """One line, 300 words changed."""
    words = " ".join(prose(3, size)).split()
    places = random.Random(5).sample(range(len(words)), 300)
    changed = list(words)
    for at in places:
        changed[at] = f"neu{at}"
    return text(words, " "), text(changed, " ")


def one_word(size: int) -> tuple[str, str]:
    """One word of 0.8 of the size, 300 characters changed."""
    letters = random.Random(6).choices("abcdefghij", k=size * 4 // 5)
    changed = list(letters)
    for at in random.Random(7).sample(range(len(letters)), 300):
        changed[at] = "z"
    return text(letters, ""), text(changed, "")


LINE = "Eine gleiche Zeile in diesem Text."


def lines_front(size: int) -> tuple[str, str]:
    """Equal lines, one more in front."""
    lines = [LINE] * (size // 10)
    return text(lines, "\n"), text(["Eine neue Zeile.", *lines], "\n")


def lines_tenth(size: int) -> tuple[str, str]:
    """Equal lines, each tenth changed."""
    lines = [LINE] * (size // 10)
    return text(lines, "\n"), text([f"Zeile {at}." if at % 10 == 5 else line for at, line in enumerate(lines)], "\n")


def paragraphs_shuffled(size: int) -> tuple[str, str]:
    """All paragraphs in another order."""
    paragraphs = prose(1, size)
    return text(paragraphs), text(shuffled(paragraphs))


def words_shuffled(size: int) -> tuple[str, str]:
    """All words of a fifth of the size in another order."""
    words = " ".join(prose(1, size // 5)).split()
    return text(words, " "), text(shuffled(words), " ")


def two_letters(size: int) -> tuple[str, str]:
    """The same two letters, the other way round."""
    return "ab " * (size // 2) + "\n", "ba " * (size // 2) + "\n"


def wider_table(size: int) -> tuple[str, str]:
    """A table with one column more."""
    chance = random.Random(8)
    rows = [[str(chance.randrange(10_000)) for _ in range(6)] for _ in range(size // 50)]
    wider = [[*row[:3], str(chance.randrange(10_000)), *row[3:]] for row in rows]
    old, new = ([f"| {' | '.join(row)} |" for row in each] for each in (rows, wider))
    return text(old, "\n"), text(new, "\n")


def renumbered(size: int) -> tuple[str, str]:
    """Numbers in a row, each one higher."""
    numbers = range(10_000, 10_000 + size // 6)
    return text([str(each) for each in numbers], " "), text([str(each + 1) for each in numbers], " ")


def quotes(size: int) -> tuple[str, str]:
    """Quotes nested 5,000 deep against a text beside them, smaller with the size."""
    depth = size // 200
    return "> " * depth + "tief\n", "> " * (depth // 2) + "tief\n\n" + "> " * depth + "tiefer\n"


INPUTS: dict[str, Callable[[int], tuple[str, str]]] = {
    "two unrelated 1 MB texts": unrelated,
    "one line of 1 MB, 300 words changed": one_line,
    "one word of 0.8 MB, 300 characters changed": one_word,
    "100,000 equal lines, one more in front": lines_front,
    "100,000 equal lines, each 10th changed": lines_tenth,
    "1 MB, all paragraphs shuffled": paragraphs_shuffled,
    "200 KB, all words shuffled": words_shuffled,
    '"ab " 500,000 times against "ba "': two_letters,
    "table of 20,000 rows, one column more": wider_table,
    "1 MB of numbers, all renumbered": renumbered,
    "quotes nested 5,000 deep": quotes,
}


def shown(ops: Sequence[Op]) -> float:
    """Per cent of the visible characters of both texts that are marked as changed."""
    changed, kept = (
        sum(len("".join(text.split())) for kind, text in ops if bool(kind) == is_changed)
        for is_changed in (True, False)
    )
    return 100 * changed / max(1, changed + 2 * kept)


def run(engine: Engine, old: str, new: str) -> float:
    """What an engine shows of one input."""
    return shown(checked(engine.find, old, new))


def digest(size: int) -> str:
    """A hash of what our engine finds in all inputs of a size."""
    found = hashlib.sha256()
    for make in INPUTS.values():
        difference = compare(*make(size))
        found.update(repr((difference.ops, difference.moves, difference.is_coarse)).encode())
    return found.hexdigest()


def digests(size: int) -> set[str]:
    """The same from two processes in which strings have other hashes."""
    program = f"from benchmarks.text.hostile import digest; print(digest({size}))"
    return {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }


def main() -> None:
    """Every input, then what is aimed at."""
    rows: list[tuple[object, ...]] = []
    own: dict[str, Cost] = {}
    for name, make in INPUTS.items():
        old, new = make(SIZE)
        costs = [in_child(partial(run, engine, old, new), LIMIT) for engine in (OURS, GIT, CHARACTERS_TIMED)]
        own[name] = costs[0]
        rows.append((name, *(value for cost in costs for value in (cost.seconds, cost.mib, per_cent(cost)))))
    columns = [f"{name}: {what}" for name in ("ours", "git words", "dmp 1 s") for what in ("s", "MiB", "shown")]
    table(f"Hostile inputs (limit {LIMIT} s)", ["Input", *columns], rows)
    table(
        "Hostile inputs: targets",
        ("What", "Target", "Reached"),
        [
            ("longest, CPU s", f"≤ {MOST_SECONDS}", max(cost.seconds for cost in own.values())),
            ("largest, MiB", f"≤ {MOST_MIB}", max(cost.mib for cost in own.values())),
            ("each 10th changed: shown", "≤ 10 %", per_cent(own["100,000 equal lines, each 10th changed"])),
            ("one more in front: CPU s", "≤ 0.5", own["100,000 equal lines, one more in front"].seconds),
            ("different answers of two processes", "1", len(digests(SIZE // 20))),
        ],
    )


def per_cent(cost: Cost) -> str:
    """The share shown, as people write it."""
    return "failed" if cost.value is None else f"{cost.value:.1f} %"


if __name__ == "__main__":
    main()
