"""Folding the history: one line for one sitting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from workspace.text.grouping import LONGEST_PAUSE, Kept, sittings

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
