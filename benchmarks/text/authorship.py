"""How many characters are said to be younger than they verifiably are.

Each revision of a history counts as another author, so a run's author is the revision that a way of carrying
authorship says it is from. The truth comes from the texts alone, by counting, and knows nothing of any difference:
`RUN` words in a row (words are what blanks separate) that stand exactly once in the text looked at and stood exactly
once in an earlier revision are at least as old as that revision, whether they stood there ever since, moved, or went
and came back. A visible character inside such a run that is said to be from a later revision than the oldest of these
is **late**. The other way round, a word whose letters are all said to be from one revision, where no such word stood,
is **early**. Looked at are the states after a quarter, half, three quarters and all of a history; the shares are of all
their visible characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from benchmarks.text.corpus import History, histories
from benchmarks.text.measure import cpu, middle, table
from workspace.text.authorship import Graveyard, Runs, carry, start
from workspace.text.diff import Op, compare
from workspace.text.runs import Covered, joined

RUN = 8
LOOKS = 4
WORD = re.compile(r"\w+")
NONE = float("nan")
GIVE_UP = 1.0
"""Seconds after which diff-match-patch gives up on a pair: its own usual limit."""

Step = Callable[[Runs, str, str, int], Runs]
"""(runs, old text, new text, author) → runs of the new text."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A word of a text and the newest revision that it can be from."""

    start: int
    end: int
    newest: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one way made of one history."""

    late: float
    early: float
    """Both in per cent of the visible characters."""
    milliseconds: float
    """CPU time of one revision, the difference included."""
    runs: float
    """For 10,000 characters."""


def main() -> None:
    """Print the table of ways, and each history by the last way."""
    every = histories(3)
    bounds = [known_ages(history.texts) for history in every]
    found = {
        name: [measured(make(), history, known) for history, known in zip(every, bounds, strict=True)]
        for name, make in WAYS.items()
    }
    table(
        "Authorship: visible characters said to be younger than they are",
        (
            "Way",
            "late: mean %",
            "median %",
            "worst %",
            "early: mean %",
            "CPU ms a revision: mean",
            "median history",
            "runs per 10,000",
        ),
        [("target", 0.75, 0.25, NONE, NONE, 5.0, 5.0, NONE), *(_row(name, found[name]) for name in found)],
    )
    last = list(found)[-1]
    table(
        f"Authorship by history: {last}",
        ("History", "late %", "early %", "CPU ms a revision", "runs per 10,000"),
        [(h.name, one.late, one.early, one.milliseconds, one.runs) for h, one in zip(every, found[last], strict=True)],
    )


def _row(name: str, found: Sequence[Found]) -> tuple[object, ...]:
    late, times = [one.late for one in found], [one.milliseconds for one in found]
    runs = middle([one.runs for one in found])
    return name, mean(late), middle(late), max(late), mean(one.early for one in found), mean(times), middle(times), runs


def looked_at(count: int) -> list[int]:
    """The places of the revisions whose characters are judged."""
    return sorted({(count - 1) * quarter // LOOKS for quarter in range(1, LOOKS + 1)} - {0})


def known_ages(texts: Sequence[str]) -> dict[int, list[Bound]]:
    """For each revision looked at its words of known age."""
    born: dict[int, int] = {}
    looks = set(looked_at(len(texts)))
    found = {}
    for number, text in enumerate(texts):
        words = [match.span() for match in re.finditer(r"\S+", text)]
        runs = _word_runs([text[first:after] for first, after in words])
        times = Counter(runs)
        for run in runs:
            if times[run] == 1:
                born.setdefault(run, number)
        if number in looks:
            found[number] = list(_bounds(words, [born[run] if times[run] == 1 else number for run in runs], number))
    return found


def _word_runs(words: Sequence[str]) -> list[int]:
    """Every `RUN` words in a row, as one number."""
    return [hash(run) for run in zip(*(words[skip:] for skip in range(RUN)), strict=False)]


def _bounds(words: Sequence[tuple[int, int]], ages: Sequence[int], now: int) -> Iterator[Bound]:
    """Each word that the runs over it make older than now."""
    for at, (first, after) in enumerate(words):
        newest = min(ages[max(0, at - RUN + 1) : at + 1], default=now)
        if newest < now:
            yield Bound(first, after, newest)


def measured(step: Step, history: History, known: dict[int, list[Bound]]) -> Found:
    """Carry a history from its first to its last revision and judge what is said on the way."""
    texts = history.texts
    runs, seconds = start(texts[0], 0), 0.0
    late = early = visible = 0
    for number in range(1, len(texts)):
        began = cpu()
        runs = step(runs, texts[number - 1], texts[number], number)
        seconds += cpu() - began
        if number in known:
            said = [int(author) for author, length in runs for _ in range(length)]
            late += sum(author > bound.newest for bound in known[number] for author in said[bound.start : bound.end])
            early += _early(said, texts, number)
            visible += len("".join(texts[number].split()))
    per_revision = 1000 * seconds / (len(texts) - 1)
    return Found(100 * late / visible, 100 * early / visible, per_revision, 10_000 * len(runs) / len(texts[-1]))


def _early(said: Sequence[int], texts: Sequence[str], number: int) -> int:
    """Letters of words that did not stand where they are said to be from."""
    stood: dict[int, set[str]] = {}
    early = 0
    for found in WORD.finditer(texts[number]):
        author = said[found.start()]
        if all(other == author for other in said[found.start() : found.end()]):
            if author not in stood:
                stood[author] = set(WORD.findall(texts[author]))
            early += len(found[0]) if found[0] not in stood[author] else 0
    return early


def by_lines() -> Step:
    """As `git blame`: the longest common subsequence of lines."""

    def step(runs: Runs, old: str, new: str, author: int) -> Runs:
        before, after = old.splitlines(True), new.splitlines(True)
        ops: list[Op] = []
        for part in Indel.opcodes(before, after):
            gone, come = before[part.src_start : part.src_end], after[part.dest_start : part.dest_end]
            ops += [(0, "".join(gone))] if part.tag == "equal" else [(-1, "".join(gone)), (1, "".join(come))]
        return kept_only(runs, ops, author)

    return step


def by_characters() -> Step:
    """diff-match-patch by character, as it comes but for its clean-up, which would only lose characters."""
    engine = diff_match_patch()
    engine.Diff_Timeout = GIVE_UP
    return lambda runs, old, new, author: kept_only(runs, engine.diff_main(old, new), author)


def by_words() -> Step:
    """The difference of the engine and nothing beside it."""
    return lambda runs, old, new, author: kept_only(runs, compare(old, new, for_readers=False).ops, author)


def kept_only(runs: Runs, ops: Iterable[Op], author: int) -> Runs:
    """What is kept stays with its authors, all else is the new one's."""
    old, at = Covered(runs), 0
    pieces: list[Runs] = []
    for kind, text in ops:
        pieces.append(old.span(at, at + len(text)) if kind == 0 else ((author, len(text) if kind > 0 else 0),))
        at += len(text) if kind <= 0 else 0
    return joined(pieces)


def by_engine(*, comes_back: bool) -> Step:
    """As the workspace does it, with or without the graveyard."""
    graveyard = Graveyard() if comes_back else None
    return lambda runs, old, new, author: carry(runs, compare(old, new, for_readers=False), author, graveyard)


WAYS: dict[str, Callable[[], Step]] = {
    "lines, as `git blame`": by_lines,
    "diff-match-patch by character": by_characters,
    "the difference alone": by_words,
    "with moved blocks and words": partial(by_engine, comes_back=False),
    "with what comes back too": partial(by_engine, comes_back=True),
}
