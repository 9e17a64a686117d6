"""Comments stay where they belong, say what became of their passage, and never guess."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.changes import changed_papers
from workspace.text.anchors import Anchor, Placement, State, describe, find
from workspace.text.diff import compare
from workspace.text.mapping import Mapping
from workspace.text.tokens import is_word, tokens

PARAGRAPHS = [
    "Die Stadt legt jedes Jahr offen, welche Vorhaben zur Beteiligung anstehen.",
    "Wer ausgelost wird, bekommt frei und eine Entschädigung von 1.000,50 Euro.",
    "Beteiligungsbeauftragte sind im Stab der Bürgermeisterin angesiedelt.",
    "Der Beirat tagt öffentlich und schreibt ein Protokoll in Leichter Sprache.",
]
PAPER = "\n\n".join(PARAGRAPHS) + "\n"


def follow(old: str, new: str, passage: str) -> tuple[str, str | None]:
    """(state, the passage now)."""
    start = old.index(passage)
    anchor = describe(old, start, start + len(passage))
    placement = find(anchor, new, Mapping(compare(old, new, for_readers=False)))
    if placement.start is None or placement.end is None:
        return placement.state.value, None
    return placement.state.value, new[placement.start : placement.end]


def with_paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def test_describe_keeps_the_surroundings() -> None:
    text = "Für 👩‍🌾 Bürger gilt: Niemand bleibt ohne Antwort, und das ist gut so.\n"
    start = text.index("Bürger")
    assert describe(text, start, start + 6) == Anchor(
        start, start + 6, "Bürger", "Für 👩‍🌾 ", " gilt: Niemand bleibt ohne Antwo"
    )
    assert describe(text, 0, 3).prefix == ""


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 2), (0, 99), (3, 4)])
def test_describe_refuses_what_is_no_passage(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="passage"):
        describe("Ein Satz.\n", start, end)


@pytest.mark.parametrize(
    ("new", "passage", "expected"),
    [
        # exact: the words are unchanged and the difference carries them
        (PAPER, PARAGRAPHS[1], ("exact", PARAGRAPHS[1])),
        (with_paragraphs("Neu davor.", *PARAGRAPHS), "jedes Jahr offen", ("exact", "jedes Jahr offen")),
        (PAPER.replace("Beirat tagt", "Rat berät"), "öffentlich", ("exact", "öffentlich")),
        # only the line break moved
        (PAPER.replace("frei und", "frei\nund"), "frei und eine", ("exact", "frei\nund eine")),
        # shifted: the passage itself stands elsewhere
        (
            with_paragraphs(*PARAGRAPHS[1:], PARAGRAPHS[0]),
            "welche Vorhaben zur Beteiligung",
            ("shifted", "welche Vorhaben zur Beteiligung"),
        ),
        (
            with_paragraphs(PARAGRAPHS[0], PARAGRAPHS[2], f"{PARAGRAPHS[3]} {PARAGRAPHS[1]}"),
            "bekommt frei und eine Entschädigung von 1.000,50 Euro",
            ("shifted", "bekommt frei und eine Entschädigung von 1.000,50 Euro"),
        ),
        # changed: the words differ
        (
            PAPER.replace("eine Entschädigung", "eine angemessene Entschädigung"),
            "eine Entschädigung von",
            ("changed", "eine angemessene Entschädigung von"),
        ),
        (PAPER.replace("1.000,50", "1.000,60"), "1.000,50", ("changed", "1.000,60")),
        (PAPER.replace("Bürgermeisterin", "Bürgermeister*in"), "Bürgermeisterin", ("changed", "Bürgermeister*in")),
        (PAPER.replace("öffentlich", "nichtöffentlich"), "tagt öffentlich", ("changed", "tagt nichtöffentlich")),
        # orphaned: gone
        (with_paragraphs(*PARAGRAPHS[:2], PARAGRAPHS[3]), PARAGRAPHS[2], ("orphaned", None)),
        (with_paragraphs(*PARAGRAPHS[:2], PARAGRAPHS[3]), "Stab", ("orphaned", None)),
        ("Etwas ganz anderes steht jetzt hier.\n", PARAGRAPHS[0], ("orphaned", None)),
        ("", PARAGRAPHS[0], ("orphaned", None)),
    ],
)
def test_what_became_of_a_passage(new: str, passage: str, expected: tuple[str, str | None]) -> None:
    assert follow(PAPER, new, passage) == expected


def test_a_moved_and_changed_passage_is_changed() -> None:
    new = with_paragraphs(*PARAGRAPHS[1:], PARAGRAPHS[0].replace("jedes Jahr", "jährlich"))
    assert follow(PAPER, new, PARAGRAPHS[0]) == ("changed", PARAGRAPHS[0].replace("jedes Jahr", "jährlich"))


def test_a_rewritten_passage_is_found_by_likeness() -> None:
    new = with_paragraphs(
        "Ganz am Anfang steht nun ein neuer Absatz. Wer ausgelost wird, bekommt dafür frei und eine gute"
        " Entschädigung von 1.000,50 Euro. Danach folgt noch mehr, das niemand erwartet hat.",
        *PARAGRAPHS[2:],
    )
    state, found = follow(PAPER, new, PARAGRAPHS[1])
    assert state == "changed"
    assert found is not None
    assert "ausgelost" in found
    assert "Entschädigung" in found


def test_the_other_place_of_the_same_words_is_not_taken() -> None:
    """One of two equal sentences goes; the comment on it does not jump to the other."""
    twice = "Das gilt für alle Verfahren der Stadt ohne Ausnahme."
    old = with_paragraphs(PARAGRAPHS[0], twice, PARAGRAPHS[1], PARAGRAPHS[2], f"Anhang. {twice} Ende.")
    new = with_paragraphs(PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[2], f"Anhang. {twice} Ende.")
    assert follow(old, new, twice) == ("orphaned", None)


def test_a_word_is_not_found_inside_another() -> None:
    assert follow("Der Rat tagt.\n", "Das Rathaus und der Beirat.\n", "Rat") == ("orphaned", None)


def test_a_passage_that_begins_inside_a_word_stays_there() -> None:
    old = "Die Beteiligungsbeauftragte hilft.\n"
    assert follow(old, "Neu: Die Beteiligungsbeauftragte hilft.\n", "beauftragte") == ("exact", "beauftragte")
    assert follow(old, "Die Beauftragte hilft.\n", "beauftragte")[0] in {"changed", "orphaned"}


def test_a_restored_passage_is_found_again() -> None:
    without = with_paragraphs(*PARAGRAPHS[:2], PARAGRAPHS[3])
    assert follow(PAPER, without, PARAGRAPHS[2])[0] == "orphaned"
    assert follow(PAPER, PAPER, PARAGRAPHS[2]) == ("exact", PARAGRAPHS[2])


def test_the_mapping_has_to_lead_to_the_text() -> None:
    anchor = describe(PAPER, 0, 9)
    with pytest.raises(ValueError, match="another text"):
        find(anchor, "Ein anderer Text.\n", Mapping(compare(PAPER, PAPER)))
    with pytest.raises(ValueError, match="passage"):
        find(anchor, "Kurz.\n", Mapping(compare("Kurz.\n", "Kurz.\n")))


@st.composite
def followed(draw: st.DrawFn) -> tuple[str, str, Anchor]:
    old, new = draw(changed_papers().filter(lambda texts: bool(texts[0])))
    spans = tokens(old)
    first, last = sorted((draw(st.integers(0, len(spans) - 1)), draw(st.integers(0, len(spans) - 1))))
    start, end = spans[first][0], spans[min(last, first + 12)][1]
    if draw(st.booleans()):  # people also select half words
        start, end = start + draw(st.integers(0, 2)), end - draw(st.integers(0, 2))
    if start >= end or not old[start:end].strip():
        start, end = 0, len(old)
    return old, new, describe(old, start, end)


@given(followed())
@settings(deadline=None, max_examples=400)
def test_states_are_true(case: tuple[str, str, Anchor]) -> None:
    old, new, anchor = case
    own = find(anchor, old, Mapping(compare(old, old)))
    assert own == Placement(State.EXACT, anchor.start, anchor.end)
    placement = find(anchor, new, Mapping(compare(old, new, for_readers=False)))
    if placement.start is None or placement.end is None:
        assert placement == Placement(State.ORPHANED)
        return
    assert 0 <= placement.start < placement.end <= len(new)
    is_same = new[placement.start : placement.end].split() == anchor.quote.split()
    assert (placement.state is State.CHANGED) == (not is_same)


@given(followed())
@settings(deadline=None, max_examples=300)
def test_no_word_is_cut_that_was_not_cut_before(case: tuple[str, str, Anchor]) -> None:
    old, new, anchor = case
    placement = find(anchor, new, Mapping(compare(old, new, for_readers=False)))
    if placement.start is None or placement.end is None:
        return
    if not _is_inside_word(old, anchor.start):
        assert not _is_inside_word(new, placement.start)
    if not _is_inside_word(old, anchor.end):
        assert not _is_inside_word(new, placement.end)


def _is_inside_word(text: str, at: int) -> bool:
    return any(start < at < end and is_word(text[start:end]) for start, end in tokens(text))


def test_many_anchors_share_one_mapping() -> None:
    """A page of 60 KB with 300 comments, a third of them on changed places."""
    chance = random.Random(5)
    stock = ["".join(chance.choices("abcdefghilmnoprstuü", k=chance.randint(3, 11))) for _ in range(2000)]
    paragraphs = [" ".join(chance.choices(stock, k=60)) + "." for _ in range(140)]
    changed = [
        part if k % 3 else " ".join(w for w in part.split() if chance.random() > 0.2)
        for k, part in enumerate(paragraphs)
        if k % 10
    ]
    old, new = with_paragraphs(*paragraphs), with_paragraphs(*changed)
    spans = tokens(old)
    firsts = chance.sample(range(len(spans) - 20), 300)
    anchors = [describe(old, spans[k][0], spans[k + chance.randint(0, 15)][1]) for k in firsts]
    mapping = Mapping(compare(old, new, for_readers=False))
    begin = time.process_time()
    states = [find(anchor, new, mapping).state for anchor in anchors]
    assert (time.process_time() - begin) / len(anchors) < 5 * 0.0005
    assert set(states) >= {State.EXACT, State.CHANGED, State.ORPHANED}
