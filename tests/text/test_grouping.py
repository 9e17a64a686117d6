"""Folding the history: one line for one sitting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.text.changes import papers
from workspace.text.grouping import LONGEST_PAUSE, STOOD, Autosave, Kept, revisions_of, sittings
from workspace.text.tokens import sentences

NOON = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)
CLARA, EMIL = frozenset({1}), frozenset({2})


def kept(number: int, minutes: float, authors: frozenset[int] = CLARA, *, is_named: bool = False) -> Kept:
    return Kept(number, authors, NOON + timedelta(minutes=minutes), is_named)


def lines(*revisions: Kept) -> list[tuple[int, ...]]:
    return [sitting.numbers for sitting in sittings(revisions)]


def test_no_revisions_no_lines() -> None:
    assert lines() == []


def test_revisions_of_one_sitting_are_one_line() -> None:
    assert lines(kept(3, 50), kept(2, 25), kept(1, 0)) == [(3, 2, 1)]


def test_a_pause_of_more_than_30_minutes_begins_a_new_line() -> None:
    assert lines(kept(3, 60.1), kept(2, 30), kept(1, 0)) == [(3,), (2, 1)]


def test_other_authors_begin_a_new_line() -> None:
    assert lines(kept(3, 3, EMIL), kept(2, 2), kept(1, 1, EMIL)) == [(3,), (2,), (1,)]
    assert lines(kept(2, 2, CLARA | EMIL), kept(1, 1, CLARA)) == [(2,), (1,)]


def test_a_named_revision_is_the_newest_of_its_line() -> None:
    assert lines(kept(4, 4), kept(3, 3), kept(2, 2, is_named=True), kept(1, 1)) == [(4, 3), (2, 1)]
    assert lines(kept(2, 2, is_named=True), kept(1, 1, is_named=True)) == [(2,), (1,)]


def test_a_clock_that_was_set_back_does_not_tear_or_join_a_line() -> None:
    assert lines(kept(2, 0), kept(1, 5)) == [(2, 1)]
    assert lines(kept(2, 0), kept(1, 120)) == [(2,), (1,)]


def test_a_line_knows_its_ends() -> None:
    (sitting,) = sittings([kept(2, 5), kept(1, 0)])
    assert (sitting.newest.number, sitting.oldest.number) == (2, 1)


def test_a_page_reads_no_more_than_it_shows() -> None:
    read = []

    def revisions() -> Iterator[Kept]:
        for number in range(10_000, 0, -1):
            read.append(number)
            yield kept(number, number * 20 if number % 10 else number * 20 - 15)

    assert len(list(islice(sittings(revisions()), 50))) == 50
    assert len(read) < 1_000


@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from([CLARA, EMIL, CLARA | EMIL]), st.booleans()), max_size=30)
)
def test_folding_loses_nothing_and_joins_only_what_belongs_together(
    steps: list[tuple[int, frozenset[int], bool]],
) -> None:
    revisions: list[Kept] = []
    minutes = 0
    for number, (pause, authors, is_named) in enumerate(steps, 1):
        minutes += pause
        revisions.insert(0, kept(number, minutes, authors, is_named=is_named))
    folded = list(sittings(revisions))
    assert [revision for sitting in folded for revision in sitting.revisions] == revisions
    for sitting in folded:
        assert len({revision.authors for revision in sitting.revisions}) == 1
        for later, earlier in pairwise(sitting.revisions):
            assert later.at - earlier.at <= LONGEST_PAUSE
            assert not earlier.is_named


FIRST = "Die Stadt beteiligt ihre Einwohner früh."
LONG = " ".join(f"Ein langer Absatz mit vielen Wörtern, Satz Nummer {number} von zehn." for number in range(10))


def typed(*steps: tuple[float, str]) -> list[int]:
    """The places that become revisions; steps are seconds and the text."""
    return list(revisions_of([Autosave(NOON + timedelta(seconds=at), text) for at, text in steps]))


def test_nothing_typed_no_revision() -> None:
    assert typed() == []
    assert typed((0, FIRST)) == [0]


def test_five_quiet_minutes_end_a_revision() -> None:
    assert typed((0, "Die"), (299, FIRST)) == [1]
    assert typed((0, "Die"), (300, FIRST)) == [0, 1]


def test_a_revision_ends_half_an_hour_after_it_began() -> None:
    steps = [(minute * 60.0, FIRST + " Mehr." * minute) for minute in range(70)]
    assert typed(*steps) == [29, 59, 69]


def test_a_revision_ends_before_a_large_deletion() -> None:
    assert typed((0, FIRST + " " + LONG), (20, FIRST), (30, FIRST + " Und weiter.")) == [0, 2]
    assert typed((0, FIRST + " " + LONG[:150]), (20, FIRST), (30, FIRST + " Und weiter.")) == [2]


def test_a_revision_ends_before_words_are_lost_that_stood_for_a_minute() -> None:
    assert typed((0, FIRST), (70, FIRST.replace("früh", "spät"))) == [0, 1]
    assert typed((0, FIRST), (50, FIRST.replace("früh", "spät"))) == [1]
    assert typed((0, FIRST), (70, FIRST + " Und mehr."), (80, "Und mehr.")) == [1, 2]


def test_words_of_the_last_revision_may_go_at_once() -> None:
    assert typed((0, FIRST + " Ja."), (400, FIRST + " Nein."), (470, "Nein.")) == [0, 2]


def test_a_sentence_stands_since_its_first_words() -> None:
    steps = ((0, "Die Stadt beteiligt"), (40, "Die Stadt beteiligt ihre"), (70, "Die Stadt beteiligt ihre Leute."))
    assert typed(*steps, (80, "Anders.")) == [2, 3]


def test_other_blanks_lose_no_words() -> None:
    assert typed((0, FIRST), (90, FIRST.replace(" ihre", "\nihre"))) == [1]


@given(st.lists(st.tuples(st.integers(1, 200), papers()), max_size=12))
def test_no_sentence_that_stood_for_a_minute_is_lost(steps: list[tuple[int, str]]) -> None:
    at, saves = NOON, []
    for seconds, text in steps:
        at += timedelta(seconds=seconds)
        saves.append(Autosave(at, text))
    kept = list(revisions_of(saves))
    assert kept == sorted(set(kept))
    assert kept[-1:] == ([len(saves) - 1] if saves else [])
    history = [" ".join(saves[place].text.split()) for place in kept]
    for place, save in enumerate(saves):
        for sentence in {" ".join(part.split()) for part in sentences(save.text)}:
            gone = next((later for later in saves[place:] if sentence not in " ".join(later.text.split())), None)
            if gone is not None and gone.at - save.at >= STOOD:
                assert any(sentence in text for text in history)
