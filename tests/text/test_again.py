"""The same change at another one of several equal rows or sentences is asked about, never made twice."""

from __future__ import annotations

import pytest

from workspace.text.again import Order, effect_of
from workspace.text.changes import State, hunks, place
from workspace.text.diff import compare
from workspace.text.hunks import Zones
from workspace.text.hunks import hunks as hunks_of
from workspace.text.merge import merge

SENTENCES = {
    "A": "Die Frist beginnt neu.",
    "B": "Das gilt.",
    "C": "Näheres regelt das Amt.",
    "D": "Die Stadt prüft den Antrag.",
    "E": "Die Frist 2024 neu.",
}
ROWS = {
    "A": "| Das Amt antwortet in vier Wochen | nein | offen |",
    "B": "| Der Entwurf liegt im Rathaus aus | ja | |",
    "C": "| Die Stadt prüft den Antrag | ja | offen |",
    "D": "| Die Stadt prüft den Süd | ja | offen |",
    "E": "| Das Amt antwortet in acht Wochen | nein | offen |",
}


def paper(letters: str, pieces: dict[str, str]) -> str:
    """A paper of these sentences, or of a table with these rows."""
    wordings = [pieces[letter] for letter in letters.split()]
    body = " ".join(wordings) if pieces is SENTENCES else "\n".join(("| a | b | c |", "|---|---|---|", *wordings))
    return f"# Leitlinien\n\nAlle können mitmachen.\n\n{body}\n\nDer Rat entscheidet.\n"


AGAIN = [
    (SENTENCES, "A A B C", "A A B B C", "C A B B C"),
    (SENTENCES, "A A B C C B B A B A B D", "A A B C C B B A B B A B D", "A A B C C B D B A B B A B D"),
    (ROWS, "C C B B B C B", "D C C B B B C B", "D C B B B C A B"),
    (ROWS, "B C C B", "B C D B", "E B C C D B"),
    (ROWS, "C B A C A B A A B", "C B A C A B A A B B", "C B A C C A A B B"),
]


@pytest.mark.parametrize(("pieces", "base", "mine", "theirs"), AGAIN)
def test_a_save_is_not_doubled(pieces: dict[str, str], base: str, mine: str, theirs: str) -> None:
    texts = [paper(letters, pieces) for letters in (base, mine, theirs)]
    assert merge(*texts).text == texts[2]
    assert merge(texts[0], texts[2], texts[1]).is_clean == merge(*texts).is_clean


@pytest.mark.parametrize(("pieces", "base", "mine", "theirs"), AGAIN)
def test_a_proposal_is_not_applied_twice(pieces: dict[str, str], base: str, mine: str, theirs: str) -> None:
    before, proposed, current = (paper(letters, pieces) for letters in (base, mine, theirs))
    found = place(hunks(before, proposed), before, current)
    assert {each.state for each in found} <= {State.SETTLED, State.NEEDS_REBASE}


def test_what_changed_is_told_wherever_it_seems_to_have_changed() -> None:
    before = paper("A B B C", SENTENCES)
    (added,) = hunks_of(compare(before, paper("A B B B C", SENTENCES), for_readers=False))
    effect = effect_of(Zones(before), [added])
    assert (dict(effect.come), dict(effect.gone)) == ({"Das gilt.": 1}, {})
    assert {(True, SENTENCES["A"]), (False, SENTENCES["C"])} <= effect.neighbours
    assert effect.run == tuple(SENTENCES[letter] for letter in "ABBBC")


def test_a_run_of_sentences_is_counted_whatever_the_blanks() -> None:
    order = Order("Das gilt.\nAuch hier. Das  gilt. Auch\nhier. Nein.\n")
    assert order.count(("Das gilt.", "Auch hier.")) == 2
    assert order.count(("Auch hier.", "Nein.")) == 1
    assert order.count(("Nein.", "Das gilt.")) == order.count(()) == 0
