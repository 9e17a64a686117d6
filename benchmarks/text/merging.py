"""Joining real texts: our merge and our proposals beside git and diff-match-patch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.text import corpus, measure
from benchmarks.text.merging_cases import KINDS, Case, cases
from benchmarks.text.merging_judge import faults, is_same, unknown_words
from benchmarks.text.merging_ways import OURS, YARDSTICKS, Way, by_lines

RIGHT_SHARE = 798 / 964
ASKED_SHARE = 156 / 964
SOLVED_SHARE = 16 / 172
MOVED_SHARE = 135 / 140
WAYS: dict[str, Way] = OURS | YARDSTICKS


@dataclass(slots=True)
class Tally:
    """What one way made of many texts."""

    right: int = 0
    asked: int = 0
    differing: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """Names of results that are really wrong, and why."""
    unknown: set[str] = field(default_factory=set)
    milliseconds: list[float] = field(default_factory=list)

    def count(self, name: str, way: Way, texts: tuple[str, str, str], accepted: str) -> str | None:
        """One result held against the accepted text."""
        result, took = measure.timed(lambda: way(*texts))
        self.milliseconds.append(took)
        if result is None:
            self.asked += 1
            return None
        self.unknown |= unknown_words(result, texts)
        if is_same(result, accepted):
            self.right += 1
            return result
        self.differing.append(name)
        if found := faults(*texts, result):
            self.wrong[name] = found
        return result

    @property
    def all(self) -> int:
        return self.right + self.asked + len(self.differing)


def main() -> None:
    """Print the tables of joining."""
    real = list(corpus.real_merges())
    if real:
        _show_real(real)
    _show_made(list(cases()))


def _show_real(real: list[corpus.RealMerge]) -> None:
    tallies = {name: Tally() for name in WAYS}
    hard: Counter[str] = Counter()
    given_up = 0
    for each in real:
        texts = (each.base, each.proposal, each.current)
        is_hard = by_lines(*texts) is None
        given_up += is_hard
        for name, way in WAYS.items():
            before = tallies[name].right
            tallies[name].count(each.name, way, texts, each.merged)
            hard[name] += is_hard and tallies[name].right > before
    rows = [_row(name, tally, f"{hard[name]} of {given_up}") for name, tally in tallies.items()]
    columns = ("way", "right", "asked", "differs", "really wrong", "git gives up: right", "unknown words", *_TIMES)
    measure.table(f"Real merges ({len(real)})", columns, rows)
    _name_differing(tallies)
    ours = tallies[next(iter(OURS))]
    solved = hard[next(iter(OURS))] / max(1, given_up)
    _show_targets(ours, solved)


def _show_targets(ours: Tally, solved: float) -> None:
    mean = sum(ours.milliseconds) / max(1, len(ours.milliseconds))
    rows = [
        ("right", f"≥ {RIGHT_SHARE:.1%}", f"{ours.right / ours.all:.1%}"),
        ("asked", f"≤ {ASKED_SHARE:.1%}", f"{ours.asked / ours.all:.1%}"),
        ("really wrong", "0", len(ours.wrong)),
        ("right where git gives up", f"≥ {SOLVED_SHARE:.1%}", f"{solved:.1%}"),
        ("words that none of the texts has", "0", len(ours.unknown)),
        ("CPU ms, mean", "≤ 110", mean),
    ]
    measure.table("Real merges: targets", ("measure", "target", "reached"), rows)


_TIMES = ("ms mean", "p50", "p95")


def _times(milliseconds: list[float]) -> tuple[float, float, float]:
    mean = sum(milliseconds) / max(1, len(milliseconds))
    return mean, measure.middle(milliseconds), measure.quantile(milliseconds, 0.95)


def _row(name: str, tally: Tally, solved: str) -> tuple[object, ...]:
    wrong, unknown = len(tally.wrong), len(tally.unknown)
    return name, tally.right, tally.asked, len(tally.differing), wrong, solved, unknown, *_times(tally.milliseconds)


def _name_differing(tallies: dict[str, Tally]) -> None:
    rows = [
        (name, ", ".join(tally.differing) or "–", ", ".join(tally.wrong) or "–")
        for name, tally in tallies.items()
        if name in OURS or len(tally.differing) <= 30
    ]
    measure.table("Which real merges differ from the accepted text", ("way", "differs", "really wrong"), rows)
    _explain(tally for name, tally in tallies.items() if name in OURS)


def _explain(tallies: Iterable[Tally]) -> None:
    for tally in tallies:
        for name, found in tally.wrong.items():
            print(f"- {name}: {'; '.join(found[:3])}")


def _show_made(made: list[Case]) -> None:
    tallies = {name: {kind: Tally() for kind in KINDS} for name in WAYS}
    doubled: Counter[str] = Counter()
    for case in made:
        for name, way in WAYS.items():
            texts = (case.base, case.mine, case.theirs)
            tally = tallies[name][case.kind]
            result = tally.count(f"{case.kind} {case.name}", way, texts, case.right)
            doubled[name] += case.kind == "again" and result is not None and len(result) > len(case.right)
    counts = Counter(case.kind for case in made)
    columns = ("way", *(f"{kind} ({counts[kind]})" for kind in KINDS), "again: doubled", "unknown words", *_TIMES)
    rows = []
    for name, kinds in tallies.items():
        cells = [f"{t.right} / {t.asked} / {len(t.differing)}" for t in kinds.values()]
        unknown = len(set().union(*(tally.unknown for tally in kinds.values())))
        times = [took for tally in kinds.values() for took in tally.milliseconds]
        rows.append((name, *cells, doubled[name], unknown, *_times(times)))
    measure.table("Made cases: right / asked / differs", columns, rows)
    _show_made_targets({name: tallies[name] for name in OURS}, doubled)


def _show_made_targets(ours: dict[str, dict[str, Tally]], doubled: Counter[str]) -> None:
    rows: list[tuple[object, ...]] = []
    for name, kinds in ours.items():
        moved = kinds["movedon"]
        unknown = sum(len(tally.unknown) for tally in kinds.values())
        differing = [each for tally in kinds.values() for each in tally.differing]
        rows += [
            (f"{name}: moved on, right", f"≥ {MOVED_SHARE:.1%}", f"{moved.right / max(1, moved.all):.1%}"),
            (f"{name}: again, doubled", "0", doubled[name]),
            (f"{name}: words that none of the texts has", "0", unknown),
            (f"{name}: not asked and differing", "0", ", ".join(differing) or 0),
        ]
        _explain(kinds.values())
    measure.table("Made cases: targets", ("measure", "target", "reached"), rows)
