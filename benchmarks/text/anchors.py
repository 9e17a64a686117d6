"""Comments that stay where they belong: passages of real texts carried over 1, 3, 10 and 30 revisions."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.text.anchor_reading import Reading, Span
from benchmarks.text.anchor_truth import (
    CHANGED,
    COUNTED,
    GONE,
    MOVED,
    RESTOOD,
    UNCHANGED,
    WORD,
    Case,
    Truth,
)
from benchmarks.text.anchor_ways import ANYWHERE, Positions, by_context, by_search
from benchmarks.text.corpus import SEED, History, histories
from benchmarks.text.measure import cpu, table, timed
from workspace.text.anchors import Anchor, Placement, State, describe, find, find_again, follow
from workspace.text.diff import compare
from workspace.text.mapping import Mapping

STEPS = (1, 3, 10, 30)
PAIRS = 60
"""About so many pairs of texts for each number of steps are taken from all histories together."""
EACH = 3
"""Every so many pairs the yardsticks are asked as well: they are slow."""
LARGEST, LARGEST_UNLIMITED = 200_000, 40_000
"""Nor are they for larger texts, and the search without a limit of distance for still smaller ones."""
ALIKE = 0.8
"""A passage that changed is found where this share of both is the same place."""

TARGETS = {
    UNCHANGED: (99.95, 0.05),
    COUNTED: (98.9, 1.0),
    WORD: (95.8, 0.5),
    MOVED: (99.0, 1.0),
    RESTOOD: (99.0, 1.0),
    CHANGED: (98.4, 1.6),
    GONE: (98.0, 2.0),
}
"""Per cent of each kind that have to be right at least, and may be wrong at most."""
DIRECTLY, STEP_BY_STEP = "**this engine, directly**", "**this engine, step by step**"
SAMPLED = "this engine, directly, where the yardsticks are asked"
YARDSTICKS: dict[str, tuple[int, Callable[[Anchor, str], Span | None]]] = {
    "quote search with context score": (LARGEST, by_context),
    "diff-match-patch `match_main`": (LARGEST, lambda anchor, text: by_search(anchor, text, distance=1_000)),
    f"the same, distance limit off (up to {LARGEST_UNLIMITED:,} characters)": (
        LARGEST_UNLIMITED,
        lambda anchor, text: by_search(anchor, text, distance=ANYWHERE),
    ),
}
"""For each the largest text, and the way."""
POSITIONS = "diff-match-patch `diff_xIndex`"
WAYS = (DIRECTLY, STEP_BY_STEP, SAMPLED, *YARDSTICKS, POSITIONS)


@dataclass(frozen=True, slots=True)
class Trial:
    """Passages of one revision, and where they are `steps` revisions later."""

    history: History
    at: int
    steps: int
    cases: list[Case]

    @property
    def old(self) -> str:
        return self.history.revisions[self.at].text

    @property
    def new(self) -> str:
        return self.history.revisions[self.at + self.steps].text

    def anchors(self) -> list[Anchor]:
        return [describe(self.old, case.start, case.end) for case in self.cases]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where one way says a passage is."""

    span: Span | None
    ms: float
    is_true: bool = True
    """The state says what the words are."""


class Track:
    """The mappings from each revision of a history to the next, made once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.ms = 0.0
        self._mappings: dict[int, Mapping] = {}

    def mapping(self, at: int) -> Mapping:
        if at not in self._mappings:
            old, new = self.history.texts[at], self.history.texts[at + 1]
            self._mappings[at], ms = timed(lambda: Mapping(compare(old, new, for_readers=False)))
            self.ms += ms
        return self._mappings[at]


def trials(history: History, count: int) -> Iterator[Trial]:
    """Always the same pairs of a history, `count` for each number of steps."""
    readings: dict[int, Reading] = {}
    texts = history.texts
    for steps in STEPS:
        places = range(len(texts) - steps)
        for at in sorted(random.Random(SEED + steps).sample(places, min(count, len(places)))):
            for one in (at, at + steps):
                if one not in readings:
                    readings[one] = Reading(texts[one])
            yield Trial(history, at, steps, Truth(readings[at], readings[at + steps], SEED + at).cases())


def directly(trial: Trial) -> tuple[list[Answer], float]:
    """From the first to the last revision at once; also the milliseconds of the difference."""
    mapping, shared = timed(lambda: Mapping(compare(trial.old, trial.new, for_readers=False)))
    answers = []
    for anchor in trial.anchors():
        began = cpu()
        placement = find(anchor, trial.new, mapping)
        answers.append(_answer(anchor, placement, trial.new, (cpu() - began) * 1000))
    return answers, shared


def step_by_step(trial: Trial, track: Track) -> list[Answer]:
    """Through every revision between; an orphan is looked for again in each. Milliseconds are those of one step."""
    return [_carried(anchor, trial, track) for anchor in trial.anchors()]


def _carried(anchor: Anchor, trial: Trial, track: Track) -> Answer:
    placement = Placement(State.EXACT, anchor.start, anchor.end)
    ms = 0.0
    for at in range(trial.at, trial.at + trial.steps):
        mapping = track.mapping(at)
        text = mapping.difference.new
        began = cpu()
        placement = (find_again if placement.state is State.ORPHANED else find)(anchor, text, mapping)
        anchor = follow(anchor, placement, text)
        ms += (cpu() - began) * 1000
    return _answer(anchor, placement, trial.new, ms / trial.steps)


def _answer(anchor: Anchor, placement: Placement, text: str, ms: float) -> Answer:
    if placement.start is None or placement.end is None:
        return Answer(None, ms, placement.state is State.ORPHANED)
    is_same = text[placement.start : placement.end].split() == anchor.quote.split()
    is_true = placement.state in ((State.EXACT, State.SHIFTED) if is_same else (State.CHANGED,))
    return Answer((placement.start, placement.end), ms, is_true)


def verdict(case: Case, answer: Answer, text: str) -> str:
    """right, near, lost or wrong."""
    if case.truth is None or answer.span is None:
        return "right" if case.truth == answer.span else "wrong" if case.truth is None else "lost"
    truth, found = _visible(text, case.truth), _visible(text, answer.span)
    both = len(range(max(truth.start, found.start), min(truth.stop, found.stop)))
    if truth == found or (case.kind == CHANGED and both >= ALIKE * max(len(truth), len(found))):
        return "right"
    return "near" if both else "wrong"


def _visible(text: str, span: Span) -> range:
    """A span without the blanks at its ends."""
    piece = text[slice(*span)]
    return range(span[0] + len(piece) - len(piece.lstrip()), span[1] - len(piece) + len(piece.rstrip()))


@dataclass(slots=True)
class Score:
    """What one way made of the passages of one kind."""

    verdicts: Counter[str] = field(default_factory=Counter)
    ms: float = 0.0
    untrue: int = 0

    def row(self) -> list[object]:
        count = self.verdicts.total()
        shares = (f"{self.share(verdict):.2f}" for verdict in ("right", "near", "lost", "wrong"))
        return [count, *shares, self.ms / max(1, count)]

    def share(self, verdict: str) -> float:
        """Per cent of the passages."""
        return 100 * self.verdicts[verdict] / max(1, self.verdicts.total())


class Board:
    """Every way held against the truth."""

    def __init__(self) -> None:
        self.scores: defaultdict[tuple[str, str], Score] = defaultdict(Score)
        self.shared: defaultdict[str, float] = defaultdict(float)
        """Milliseconds of the differences."""

    def enter(self, way: str, trial: Trial, answers: list[Answer]) -> None:
        for case, answer in zip(trial.cases, answers, strict=True):
            score = self.scores[case.kind, way]
            score.verdicts[verdict(case, answer, trial.new)] += 1
            score.ms += answer.ms
            score.untrue += not answer.is_true

    def ours(self, trial: Trial, track: Track) -> tuple[list[Answer], float]:
        """Enter both of our ways; what `directly` found, for a comparison with yardsticks."""
        answers, ms = directly(trial)
        self.enter(DIRECTLY, trial, answers)
        self.shared[DIRECTLY] += ms
        self.enter(STEP_BY_STEP, trial, step_by_step(trial, track))
        return answers, ms

    def yardsticks(self, trial: Trial, ours: list[Answer], ms: float) -> None:
        anchors, text = trial.anchors(), trial.new
        self.enter(SAMPLED, trial, ours)
        self.shared[SAMPLED] += ms
        for name, (largest, way) in YARDSTICKS.items():
            if len(text) <= largest:
                self.enter(name, trial, [Answer(*timed(lambda: way(anchor, text))) for anchor in anchors])  # noqa: B023
        positions, ms = timed(lambda: Positions(trial.old, text))
        self.enter(POSITIONS, trial, [Answer(*timed(lambda: positions.find(anchor))) for anchor in anchors])  # noqa: B023
        self.shared[POSITIONS] += ms

    def show(self) -> None:
        for kind, (right, wrong) in TARGETS.items():
            rows = [[way, *self.scores[kind, way].row()] for way in WAYS if self.scores[kind, way].verdicts]
            table(
                f"Anchors: {kind} (target ≥ {right} %, wrong ≤ {wrong} %)",
                ("way", "n", "right %", "near %", "lost %", "wrong %", "ms each"),
                rows,
            )
        rows = []
        for way in WAYS:
            scores = [self.scores[kind, way] for kind in TARGETS]
            count = max(1, sum(score.verdicts.total() for score in scores))
            ms = sum(score.ms for score in scores) / count
            rows.append([way, count, ms, ms + self.shared[way] / count, sum(score.untrue for score in scores)])
        table(
            "Anchors: all passages (targets: ≤ 0.5 ms each with one mapping for all, no untrue state)",
            ("way", "n", "ms each", "with the differences", "state says something else than the words"),
            rows,
        )


def main() -> None:
    """Print one table for each kind of passage."""
    board = Board()
    known = histories()
    number = 0
    for history in known:
        track = Track(history)
        for trial in trials(history, max(1, round(PAIRS / len(known)))):
            ours = board.ours(trial, track)
            if len(trial.new) <= LARGEST:
                number += 1
                if number % EACH == 0:
                    board.yardsticks(trial, *ours)
        board.shared[STEP_BY_STEP] += track.ms
    board.show()
