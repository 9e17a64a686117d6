"""A proposal on a text that moved on: what holds whatever two people wrote."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.changes import changed_papers
from tests.text.test_merge_properties import all_tokens, three_texts
from workspace.text.changes import State, apply, hunks, place
from workspace.text.normal import normalize

TRIED = settings(max_examples=120, deadline=None)


@TRIED
@given(changed_papers())
def test_all_changes_together_are_the_proposal(texts: tuple[str, str]) -> None:
    base, proposed = texts
    changes = hunks(base, proposed)
    placed = place(changes, base, base)
    assert [change.number for change in changes] == list(range(len(changes)))
    assert all(base[change.start : change.end] == change.old for change in changes)
    assert all(one.end <= other.start for one, other in pairwise(changes))
    assert all(found.state == State.CLEAN for found in placed)
    assert apply(base, placed, range(len(changes))) == proposed
    assert apply(base, placed, []) == base


@TRIED
@given(changed_papers(), st.data())
def test_any_subset_is_exactly_those_changes(texts: tuple[str, str], data: st.DataObject) -> None:
    base, proposed = texts
    changes = hunks(base, proposed)
    chosen = [change for change in changes if data.draw(st.booleans())]
    expected = base
    for change in reversed(chosen):
        expected = expected[: change.start] + change.new + expected[change.end :]
    numbers = data.draw(st.permutations([change.number for change in chosen]))
    placed = data.draw(st.permutations(place(changes, base, base)))
    assert apply(base, placed, numbers) == expected.rstrip("\n") + ("\n" if expected.strip("\n") else "")


@TRIED
@given(three_texts(), st.data())
def test_a_change_replaces_its_own_old_words_only(texts: tuple[str, str, str], data: st.DataObject) -> None:
    base, mine, current = texts
    changes = hunks(base, mine)
    placed = place(changes, base, current)
    usable = [found for found in placed if found.is_applicable]
    for found in usable:
        assert current[found.start : found.end].split() == found.change.old.split()
    for one, other in pairwise(sorted(usable, key=lambda found: (found.start, found.end))):
        assert one.end <= other.start
        assert (one.start, one.end) != (other.start, other.end)
    chosen = [found.change.number for found in usable if data.draw(st.booleans())]
    text = apply(current, placed, chosen)
    assert text == normalize(text)
    assert text == apply(current, place(changes[::-1], base, current), chosen[::-1])
    known = (base, mine, current, apply(base, place(changes, base, base), chosen))
    assert all_tokens(text) <= set().union(*map(all_tokens, known))


@TRIED
@given(three_texts())
def test_a_choice_does_not_depend_on_the_others(texts: tuple[str, str, str]) -> None:
    """Each change alone has the state it has among all; only halves of a move look at each other."""
    base, mine, current = texts
    changes = [change for change in hunks(base, mine) if change.partner is None]
    together = {found.change.number: found.state for found in place(changes, base, current)}
    for change in changes:
        (alone,) = place([change], base, current)
        applicable = {State.CLEAN, State.ADAPTED}
        assert alone.state == together[change.number] or not {alone.state, together[change.number]} & applicable


@TRIED
@given(three_texts())
def test_what_is_there_is_never_put_in_twice(texts: tuple[str, str, str]) -> None:
    base, mine, _ = texts
    assert all(found.state == State.SETTLED for found in place(hunks(base, mine), base, mine))
