"""A proposal on a text that moved on: what becomes of each change."""

from __future__ import annotations

import time

import pytest

from workspace.text.changes import Change, Placed, State, apply, hunks, place
from workspace.text.merge import merge
from workspace.text.normal import normalize

BASE = """# Leitlinien

Die Stadt beteiligt früh. Sie nennt den Spielraum. Alle können mitmachen.

Der Beirat tagt viermal im Jahr. Er berät den Rat.

- Vorhabenliste
- Beirat

Die Geschäftsstelle liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.
"""
LONG = "Zu jedem Vorhaben gibt es einen Steckbrief mit Ziel, Dauer, Kosten und Ansprechperson."


def edited(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return normalize(text)


def rebased(mine: str, theirs: str) -> list[Placed]:
    return place(hunks(BASE, mine), BASE, theirs)


STECKBRIEF = ("früh. ", f"früh. {LONG} ")
NENNT = ("Sie nennt den Spielraum. ", "")
FRAGT = ("früh. ", "früh. Sie fragt. ")
VIERMAL = ("viermal", "sechsmal")
BEIRAT = "Der Beirat tagt viermal im Jahr. Er berät den Rat.\n\n"

CASES = {
    "nothing moved on": (VIERMAL, [], State.CLEAN),
    "another block changed": (VIERMAL, [("zwei Stellen", "drei Stellen")], State.CLEAN),
    "another sentence of the block changed": (VIERMAL, [("den Rat", "Rat und Ausschüsse")], State.ADAPTED),
    "another word of the sentence changed": (VIERMAL, [("Der Beirat", "Der Bürgerrat")], State.ADAPTED),
    "a sentence was put into the block": (VIERMAL, [("Jahr. Er", "Jahr. Er wählt. Er")], State.ADAPTED),
    "a line was broken beside it": (VIERMAL, [("tagt viermal", "tagt\nviermal")], State.CLEAN),
    "a line was broken inside of it": (
        ("tagt viermal", "trifft sich oft"), [("tagt viermal", "tagt\nviermal")], State.ADAPTED,
    ),
    "a block was put before it": (VIERMAL, [("Der Beirat tagt", "Neu hier.\n\nDer Beirat tagt")], State.CLEAN),
    "the word beside it changed": (VIERMAL, [("im Jahr", "je Jahr")], State.NEEDS_REBASE),
    "the same word changed": (VIERMAL, [("viermal", "zweimal")], State.NEEDS_REBASE),
    "its sentence was removed": (VIERMAL, [("Der Beirat tagt viermal im Jahr. ", "")], State.NEEDS_REBASE),
    "its block was rewritten": (VIERMAL, [(BEIRAT, "Gremien berichten halbjährlich.\n\n")], State.NEEDS_REBASE),
    "it was made already": (VIERMAL, [("viermal im", "sechsmal im"), ("den Rat", "alle")], State.SETTLED),
    "its block was deleted": (VIERMAL, [(BEIRAT, "")], State.GONE),
    "what it removes was removed": (NENNT, [NENNT], State.SETTLED),
    "what it puts in was put in": (FRAGT, [FRAGT], State.SETTLED),
    "another sentence was put in there": (FRAGT, [("früh. ", "früh. Sie hört. ")], State.NEEDS_REBASE),
    "a neighbour went": (FRAGT, [NENNT], State.NEEDS_REBASE),
    "both neighbours stand": (("- Beirat", "- Budget\n- Beirat"), [("zwei", "drei")], State.CLEAN),
    "its words were put in elsewhere": (STECKBRIEF, [("den Rat.", f"den Rat. {LONG}")], State.SETTLED),
    "they were put in elsewhere with other line ends": (
        STECKBRIEF,
        [("den Rat.", "den Rat. " + LONG.replace(" einen ", "\neinen "))],
        State.SETTLED,
    ),
    "a block was put in between the same two": (
        ("- Vorhaben", "Neu.\n\n- Vorhaben"),
        [("- Vorhaben", "Anders.\n\n- Vorhaben")],
        State.NEEDS_REBASE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_state(case: str) -> None:
    change, since, state = CASES[case]
    current = edited(*since)
    (found,) = rebased(edited(change), current)
    assert found.state == state
    if found.is_applicable:
        old, new = (wording.split() for wording in change)
        assert current[found.start : found.end].split() == found.change.old.split()
        assert (
            apply(current, [found], [0]).split()
            == " ".join(current.split()).replace(*map(" ".join, (old, new))).split()
        )
    elif state == State.SETTLED:
        assert apply(current, [found], [0]) == current
    else:
        with pytest.raises(ValueError, match="cannot be applied"):
            apply(current, [found], [0])


def test_what_stands_at_the_place_now_is_told() -> None:
    current = edited(("viermal", "zweimal"))
    (found,) = rebased(edited(VIERMAL), current)
    assert current[found.start : found.end] == "zweimal"
    current = edited((BEIRAT, ""))
    (found,) = rebased(edited(VIERMAL), current)
    assert found.start == found.end == current.index("- Vorhabenliste")
    current = edited(VIERMAL)
    (found,) = rebased(edited(VIERMAL), current)
    assert current[found.start : found.end] == "sechsmal"


def test_any_choice_in_any_order() -> None:
    changes = [VIERMAL, ("zwei Stellen", "drei Stellen"), ("früh.", "früh und gern.")]
    current = edited(("Alle können", "Alle Menschen können"))
    placed = rebased(edited(*changes), current)
    assert [found.state for found in placed] == [State.ADAPTED, State.CLEAN, State.CLEAN]
    assert apply(current, placed, [2, 0]) == apply(current, placed[::-1], [0, 2])
    assert apply(current, placed, [0, 2]) == edited(
        ("Alle können", "Alle Menschen können"), ("früh.", "früh und gern."), ("zwei Stellen", "drei Stellen")
    )
    assert apply(current, placed, []) == current
    with pytest.raises(ValueError, match="change 7"):
        apply(current, placed, [7])


def test_two_edits_of_one_tag_are_no_adapted_change() -> None:
    base = 'Das ist ein <dfn id="wg-decision-appeal">Einspruch der Gruppe</dfn> nach der Ordnung.\n'
    mine, theirs = base.replace("<dfn", "<dfn export"), base.replace('appeal"', 'appeal" noexport')
    (found,) = place(hunks(base, mine), base, theirs)
    assert found.state == State.NEEDS_REBASE
    assert not merge(base, mine, theirs).is_clean
    (found,) = place(hunks(base, mine), base, base.replace("Ordnung", "Satzung"))
    assert found.state == State.ADAPTED


def test_words_close_together_are_one_change() -> None:
    (change,) = hunks(BASE, edited(("viermal im Jahr", "sechsmal im Quartal")))
    assert (change.old, change.new) == ("viermal im Jahr", "sechsmal im Quartal")
    assert BASE[change.start : change.end] == change.old
    assert len(hunks(BASE, edited(("Die Geschäftsstelle", "Das Büro"), ("zwei Stellen", "drei Stellen")))) == 2


def moved(*places: int) -> str:
    blocks = BASE.rstrip("\n").split("\n\n")
    return normalize("\n\n".join(blocks[place] for place in places))


def test_a_change_goes_along_with_its_block() -> None:
    current = moved(0, 2, 3, 4, 1)
    (found,) = rebased(edited(("den Spielraum", "offen den Spielraum")), current)
    assert found.state == State.CLEAN
    assert apply(current, [found], [0]) == current.replace("nennt den", "nennt offen den")


def test_both_halves_of_a_move_are_placed_or_none() -> None:
    proposal = hunks(BASE, moved(0, 2, 3, 4, 1))
    assert [change.partner for change in proposal] == [1, 0]
    assert all(found.is_applicable for found in place(proposal, BASE, BASE))
    current = edited(("zwei Stellen.", "zwei Stellen.\n\nStand: März"))
    assert [found.state for found in place(proposal, BASE, current)] == [State.NEEDS_REBASE] * 2


def test_what_replaces_a_whole_block_does_not_follow_it() -> None:
    current = moved(0, 2, 3, 4, 1)
    old = "Die Stadt beteiligt früh. Sie nennt den Spielraum. Alle können mitmachen."
    for found in rebased(edited((old, "Ganz neu geschrieben ist dieser Absatz.")), current):
        assert found.state == State.NEEDS_REBASE


def test_an_empty_base_and_an_empty_text() -> None:
    (found,) = place(hunks("", "Neu.\n"), "", "")
    assert found == Placed(Change(0, 0, 0, "", "Neu.\n"), State.CLEAN, 0, 0)
    assert apply("", [found], [0]) == "Neu.\n"
    (found,) = place(hunks("", "Neu.\n"), "", "Anders.\n")
    assert found.state == State.NEEDS_REBASE
    (found,) = place(hunks(BASE, edited(VIERMAL)), BASE, "")
    assert found.state == State.GONE


@pytest.mark.parametrize("end", [" ", "\n\n"])
def test_many_changes_are_placed_in_bounded_time(end: str) -> None:
    parts = [f"Nummer {n} nennt ein Vorhaben der Stadt mit Kosten von {n * 7} Euro." for n in range(8_000)]
    base = normalize(end.join(parts))
    mine = normalize(end.join(p.replace("nennt", "zeigt") if k % 4 == 0 else p for k, p in enumerate(parts)))
    theirs = normalize(end.join(p.replace("Stadt", "Kommune") if k % 4 == 2 else p for k, p in enumerate(parts)))
    begin = time.process_time()
    placed = place(hunks(base, mine), base, theirs)
    text = apply(theirs, placed, range(len(placed)))
    assert time.process_time() - begin < 10
    assert (text.count("zeigt"), text.count("Kommune")) == (2_000, 2_000)
