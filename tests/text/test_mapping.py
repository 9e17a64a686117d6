"""Positions of the old text in the new one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.changes import changed_papers
from workspace.text.diff import compare
from workspace.text.mapping import Island, Mapping, Placed, visible

PARAGRAPHS = [
    "Die Stadt legt jedes Jahr offen, welche Vorhaben zur Beteiligung anstehen.",
    "Wer ausgelost wird, bekommt frei und eine Entschädigung von 1.000,50 Euro.",
    "Der Beirat tagt öffentlich und schreibt ein Protokoll in Leichter Sprache.",
]


def mapping(old: str, new: str) -> Mapping:
    return Mapping(compare(old, new, for_readers=False))


def placed(old: str, new: str, passage: str) -> tuple[str, float] | None:
    """(what the passage became, kept share)."""
    start = old.index(passage)
    found = mapping(old, new).place(start, start + len(passage))
    return None if found is None else (new[found.start : found.end], round(found.kept, 2))


@pytest.mark.parametrize(
    ("old", "new", "passage", "expected"),
    [
        # untouched, with text before it
        ("Für 👩‍🌾 Bürger gilt das.\n", "Neu ist: Für 👩‍🌾 Bürger gilt das.\n", "👩‍🌾 Bürger", ("👩‍🌾 Bürger", 1.0)),
        # something inserted in the middle belongs to it
        (
            "Der Rat tagt im Mai.\n",
            "Der Rat tagt sicher im Mai.\n",
            "Rat tagt im Mai",
            ("Rat tagt sicher im Mai", 1.0),
        ),
        # beside it, it does not
        ("Der Rat tagt.\n", "Der alte Rat tagt.\n", "Rat", ("Rat", 1.0)),
        # a replaced part in the middle and at the border
        ("Die alte Regel gilt.\n", "Die neue Regel gilt.\n", "alte Regel", ("neue Regel", 0.56)),
        ("Die alte Regel gilt.\n", "Die alte Ordnung gilt.\n", "alte Regel", ("alte Ordnung", 0.44)),
        # a new sentence in front of a replaced word does not come along
        (
            "Alles gut. Die Regel gilt hier und heute.\n",
            "Alles gut. Ganz neu und anders! Eine Regel gilt hier und heute.\n",
            "Die Regel gilt hier",
            ("Eine Regel gilt hier", 0.81),
        ),
        # gone as a whole
        ("Der Rat tagt. Das ist alles.\n", "Das ist alles.\n", "Der Rat tagt.", None),
        # other blanks
        ("Der Rat\ntagt heute.\n", "Der Rat tagt heute.\n", "Rat\ntagt", ("Rat tagt", 1.0)),
    ],
)
def test_places(old: str, new: str, passage: str, expected: tuple[str, float] | None) -> None:
    assert placed(old, new, passage) == expected


def test_a_passage_goes_with_the_block_that_moved() -> None:
    old = "\n\n".join(PARAGRAPHS) + "\n"
    new = "\n\n".join([*PARAGRAPHS[1:], PARAGRAPHS[0].replace("jedes Jahr", "jährlich")]) + "\n"
    found = mapping(old, new)
    start = old.index("welche Vorhaben")
    place = found.place(start, start + 15)
    at = new.index("welche Vorhaben")
    assert place == Placed(at, at + 15, 1.0, is_moved=True)
    assert found.kept(start, start + 15) == [(at, at + 15)]
    assert placed(old, new, "legt jedes Jahr offen") == ("legt jährlich offen", 0.5)
    # a passage across the border goes to where more of it is
    assert placed(old, new, "Beteiligung anstehen.\n\nWer") == ("Beteiligung anstehen.", 0.87)


def test_islands_and_survivors() -> None:
    old, new = "Die alte Regel gilt.\n", "Die neue Regel gilt.\n"
    found = mapping(old, new)
    assert found.island(4, 8) == found.island(5, 6) == Island(4, 8, 4, 8)
    assert found.island(4, 9) is None
    assert found.island(0, 2) is None
    assert found.survivors(0, 8) == 3
    assert found.survivors(4, 8) == 0
    assert found.survivors(0, len(new)) == 13


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 2), (0, 99)])
def test_only_passages_can_be_placed(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="passage"):
        mapping("Ein Text.\n", "Ein Wort.\n").place(start, end)


@given(changed_papers())
@settings(deadline=None, max_examples=200)
def test_every_kept_character_is_mapped_to_itself(texts: tuple[str, str]) -> None:
    old, new = texts
    difference = compare(old, new, for_readers=False)
    found = Mapping(difference)
    i = j = 0
    for kind, text in difference.ops:
        if kind == 0:
            for k in range(len(text)):
                assert (j + k, j + k + 1) in found.kept(i + k, i + k + 1)
        i += len(text) if kind <= 0 else 0
        j += len(text) if kind >= 0 else 0
    spans = found.kept(0, len(old))
    for start, end in spans:
        assert new[start:end] in old


@given(changed_papers(), st.data())
@settings(deadline=None, max_examples=300)
def test_places_are_inside_the_new_text(texts: tuple[str, str], data: st.DataObject) -> None:
    old, new = texts
    if not old:
        return
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    difference = compare(old, new, for_readers=False)
    place = Mapping(difference).place(start, end)
    if place is not None:
        assert 0 <= place.start < place.end <= len(new)
        assert 0 < place.kept <= 1
        assert visible(new[place.start : place.end]) or not visible(old[start:end])
    if old == new and old[start:end].strip():
        assert place == Placed(start, end, 1.0)
