"""Differences of neighbouring and of distant revisions, beside other engines.

For a reader a difference costs what is shown as changed, the places to look at, the words cut, and
places so close together that they look torn apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from benchmarks.text.corpus import Pair, far_pairs, near_pairs
from benchmarks.text.engines import (
    CHARACTERS,
    CHARACTERS_TIMED,
    DIFFLIB,
    ENGINES,
    GIT,
    OURS,
    Engine,
    FailedError,
    checked,
)
from benchmarks.text.measure import cpu, in_child, middle, quantile, table
from workspace.text.diff import Op
from workspace.text.tokens import PARAGRAPH_BREAK

LIMIT = 8
"""CPU seconds for one pair."""
FEW_WORDS = 3
"""With fewer words between them two islands are confetti."""
ISLAND, CUT, CONFETTI = 12, 25, 12
"""What one of them costs, in visible characters."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader meets in one difference."""

    shown: int
    """Visible characters marked as changed."""
    islands: int
    """Places to look at: changes with nothing visible and no paragraph break between them are one."""
    cuts: int
    """Borders of islands inside a word."""
    confetti: int
    """Islands of one paragraph with fewer than `FEW_WORDS` words between them."""

    @property
    def cost(self) -> int:
        """One number in visible characters."""
        return self.shown + ISLAND * self.islands + CUT * self.cuts + CONFETTI * self.confetti


@dataclass(frozen=True, slots=True)
class Outcome:
    """One engine on one pair; `reading` is None where it failed or ran over the limit."""

    reading: Reading | None
    milliseconds: float


def read(ops: Iterable[Op]) -> Reading:
    """Measure a difference in canonical form."""
    islands = _islands(ops)
    return Reading(
        sum(_visible(island.deleted) + _visible(island.inserted) for island in islands),
        len(islands),
        sum(island.cuts for island in islands),
        sum(PARAGRAPH_BREAK not in island.before and _words_in(island.before) < FEW_WORDS for island in islands[1:]),
    )


@dataclass(slots=True)
class _Island:
    """One place to look at, with the kept text before and behind it."""

    before: str
    deleted: str = ""
    inserted: str = ""
    behind: str = ""

    @property
    def cuts(self) -> int:
        """How many of its two borders lie inside a word."""
        sides = [side for side in (self.deleted, self.inserted) if side]
        starts = any(_is_inside_word(self.before, side) for side in sides)
        return starts + any(_is_inside_word(side, self.behind) for side in sides)


def _islands(ops: Iterable[Op]) -> list[_Island]:
    """Islands with something visible; a paragraph break parts them, other blanks do not."""
    islands: list[_Island] = []
    open_one = _Island("")
    for kind, text in ops:
        if kind < 0:
            open_one.deleted += text
        elif kind > 0:
            open_one.inserted += text
        elif not (open_one.deleted or open_one.inserted):
            open_one.before += text
        elif not (open_one.deleted + open_one.inserted).strip():
            open_one = _Island(open_one.before + open_one.inserted + text)
        elif not text.strip() and PARAGRAPH_BREAK not in text:
            open_one.deleted += text
            open_one.inserted += text
        else:
            open_one.behind = text
            islands.append(open_one)
            open_one = _Island(text)
    if (open_one.deleted + open_one.inserted).strip():
        islands.append(open_one)
    return islands


def _visible(text: str) -> int:
    return len("".join(text.split()))


def _is_inside_word(before: str, after: str) -> bool:
    return before[-1:].isalnum() and after[:1].isalnum()


def _words_in(text: str) -> int:
    return sum(any(sign.isalnum() for sign in piece) for piece in text.split())


def outcomes(pair: Pair) -> dict[str, Outcome]:
    """Every engine on one pair: side by side, in processes of their own, those that know no bound."""
    unbounded = [engine for engine in ENGINES if not engine.is_bounded]
    with ThreadPoolExecutor() as threads:
        found = dict(zip(unbounded, threads.map(partial(_with_limit, pair), unbounded), strict=True))
    found |= {engine: _at_once(pair, engine) for engine in ENGINES if engine.is_bounded}
    return {engine.name: found[engine] for engine in ENGINES}


def _with_limit(pair: Pair, engine: Engine) -> Outcome:
    cost = in_child(partial(checked, engine.find, pair.old, pair.new), LIMIT)
    return Outcome(None if cost.value is None else read(cost.value), cost.seconds * 1000)


def _at_once(pair: Pair, engine: Engine) -> Outcome:
    ops: Sequence[Op] = ()
    began = cpu()
    with suppress(FailedError):
        ops = engine.find(pair.old, pair.new)
    milliseconds = (cpu() - began) * 1000
    try:
        return Outcome(read(checked(lambda *_: ops, pair.old, pair.new)), milliseconds)
    except FailedError:
        return Outcome(None, milliseconds)


@dataclass(frozen=True, slots=True)
class Score:
    """One engine on all pairs."""

    failures: int
    times: list[float]
    islands: float
    """For each pair."""
    cuts: float
    """For each 100 islands."""
    confetti: float
    """For each 100 islands."""
    shown: list[float]
    """Relative to the least that any engine showed of that pair."""
    costs: list[float]
    """Relative to the best engine of that pair."""


def score(mine: Sequence[Outcome], best: Sequence[tuple[int, int]]) -> Score:
    """Sum one engine up; `best` holds the least cost and the least shown of each pair."""
    finished = [(one.reading, least) for one, least in zip(mine, best, strict=True) if one.reading]
    islands = sum(reading.islands for reading, _ in finished)
    each = 100 / max(1, islands)
    return Score(
        len(mine) - len(finished),
        [one.milliseconds for one in mine if one.reading],
        islands / max(1, len(finished)),
        each * sum(reading.cuts for reading, _ in finished),
        each * sum(reading.confetti for reading, _ in finished),
        [max(1, reading.shown) / max(1, shown) for reading, (_, shown) in finished],
        [max(1, reading.cost) / max(1, cost) for reading, (cost, _) in finished],
    )


def compare_engines(pairs: Iterable[Pair]) -> dict[str, Score]:
    """Every engine on every pair."""
    found = [outcomes(pair) for pair in pairs]
    readings = [[each.reading for each in of_pair.values() if each.reading] for of_pair in found]
    best = [(min(each.cost for each in pair), min(each.shown for each in pair)) for pair in readings]
    return {engine.name: score([of_pair[engine.name] for of_pair in found], best) for engine in ENGINES}


COLUMNS = (
    *("Engine", "failed", "CPU ms p50", "p95", "islands", "cuts in 100", "confetti in 100"),
    *("shown, median", "cost, median", "cost, p95"),
)


def show(title: str, scores: dict[str, Score]) -> None:
    """The table of one kind of pairs."""
    rows = []
    for name, each in scores.items():
        times = (middle(each.times), quantile(each.times, 0.95))
        costs = (middle(each.shown), middle(each.costs), quantile(each.costs, 0.95))
        rows.append((name, each.failures, *times, each.islands, each.cuts, each.confetti, *costs))
    table(title, COLUMNS, rows)


def main() -> None:
    """Near and far pairs, then what is aimed at."""
    near, far = compare_engines(near_pairs()), compare_engines(far_pairs())
    show(f"Differences of neighbours ({pairs_in(near)} pairs, limit {LIMIT} s)", near)
    show(f"Differences of distant revisions ({pairs_in(far)} pairs, limit {LIMIT} s)", far)
    rows = [*_aims("near", near, (1.00, 1.50), (5, 20)), *_aims("far", far, (1.01, 1.15), (None, 150))]
    table("Differences: targets", ("What", "Target", "Reached"), rows)


def pairs_in(scores: dict[str, Score]) -> int:
    """How many pairs were compared."""
    return scores[OURS.name].failures + len(scores[OURS.name].times)


def _aims(
    kind: str, scores: dict[str, Score], costs: tuple[float, float], times: tuple[int | None, int]
) -> Iterable[tuple[str, str, object]]:
    own = scores[OURS.name]
    yield f"{kind}: failures", "0", own.failures
    yield f"{kind}: cost, median", f"≤ {costs[0]:.2f}", middle(own.costs)
    yield f"{kind}: cost, 95th percentile", f"≤ {costs[1]:.2f}", quantile(own.costs, 0.95)
    yield f"{kind}: cuts in 100 islands", "≤ 0.3", own.cuts
    if times[0]:
        yield f"{kind}: CPU ms, median", f"≤ {times[0]}", middle(own.times)
    yield f"{kind}: CPU ms, 95th percentile", f"≤ {times[1]}", quantile(own.times, 0.95)
    for other in (GIT, DIFFLIB, CHARACTERS_TIMED, CHARACTERS):
        theirs = scores[other.name]
        reached = f"{quantile(own.costs, 0.95):.2f} / {quantile(theirs.costs, 0.95):.2f}, {theirs.failures} failed"
        yield f"{kind}: cost p95, ours / {other.name}", "less", reached
