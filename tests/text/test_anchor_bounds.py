"""Large and hostile texts: finding a passage again stays quick, whatever stands there."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable

import pytest

from workspace.text.anchors import Anchor, State, describe, find, find_again
from workspace.text.diff import compare
from workspace.text.mapping import Mapping

SLACK = 5
"""Bounds are tested at so many times their size."""


def paper(size: int, seed: int) -> list[str]:
    """Paragraphs of made-up words."""
    chance = random.Random(seed)
    stock = ["".join(chance.choices("abcdefghilmnoprstuü", k=chance.randint(3, 11))) for _ in range(3000)]
    return [" ".join(chance.choices(stock, k=60)) + "." for _ in range(size // 450)]


def joined(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def hostile(size: int) -> dict[str, tuple[str, str]]:
    """Pairs of texts of about `size` characters that are hard on a search."""
    one, other = paper(size, 1), paper(size, 2)
    line = "gleiche Zeile hier\n"
    lines = size // len(line)
    return {
        "unrelated": (joined(one), joined(other)),
        "shuffled": (joined(one), joined(random.Random(3).sample(one, len(one)))),
        "gone": (joined(one), "Nur das.\n"),
        "equal lines": (line * lines, "davor\n" + line * lines),
        "each tenth": (line * lines, "".join(line if k % 10 else f"andere {k}\n" for k in range(lines))),
        "two words": ("ab " * (size // 3) + "\n", "ba " * (size // 3) + "\n"),
        "one word": ("a" * size + "\n", "a" * (size // 2) + "b" * (size // 2) + "\n"),
        "signs": ("." * size + "\n", "," * size + "\n"),
        "no blanks": (".," * (size // 4) + "\n", ",.-" * (size // 6) + "\n"),
    }


def anchors_in(text: str, seed: int) -> list[Anchor]:
    """Thirty passages of one to 3,000 characters, and all of the text."""
    chance = random.Random(seed)
    spans = [
        (start, start + chance.choice([1, 3, 10, 60, 400, 3000])) for start in chance.choices(range(len(text)), k=30)
    ]
    return [describe(text, a, min(b, len(text))) for a, b in [*spans, (0, len(text))] if text[a:b].strip()]


def check(old: str, new: str, bound: float) -> None:
    mapping = Mapping(compare(old, new, for_readers=False))
    anchors = anchors_in(old, 4)
    began = time.process_time()
    found = [find(anchor, new, mapping) for anchor in anchors]
    again = [find_again(anchor, new, mapping) for anchor in anchors]
    assert time.process_time() - began < SLACK * bound
    for anchor, placement in zip([*anchors, *anchors], [*found, *again], strict=True):
        if placement.start is None or placement.end is None:
            assert placement.state is State.ORPHANED
            continue
        assert 0 <= placement.start < placement.end <= len(new)
        is_same = new[placement.start : placement.end].split() == anchor.quote.split()
        assert (placement.state is State.CHANGED) == (not is_same)


@pytest.mark.parametrize("name", sorted(hostile(1)))
def test_hostile_texts(name: str) -> None:
    check(*hostile(10_000)[name], bound=0.3)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(hostile(1)))
def test_hostile_texts_of_a_megabyte(name: str) -> None:
    check(*hostile(1_000_000)[name], bound=5)


if os.environ.get("CORPUS"):

    @pytest.mark.long
    def test_real_histories_keep_the_targets() -> None:
        """The targets of the benchmark, on one pair of each history for each number of steps."""
        from benchmarks.text import anchors as benchmark  # needs the corpus
        from benchmarks.text.corpus import histories

        board = benchmark.Board()
        for history in histories():
            track = benchmark.Track(history)
            for trial in benchmark.trials(history, 2):
                board.ours(trial, track)
        for kind, (right, wrong) in benchmark.TARGETS.items():
            for way in (benchmark.DIRECTLY, benchmark.STEP_BY_STEP):
                score = board.scores[kind, way]
                assert score.share("right") >= right, (kind, way)
                assert score.share("wrong") <= wrong, (kind, way)
                assert score.untrue == 0
