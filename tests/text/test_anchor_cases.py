"""What becomes of passages in the markup people write, and over several changes one after the other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.changes import changed_papers, papers
from workspace.text.anchors import CONTEXT, Anchor, Placement, State, describe, find, find_again, follow
from workspace.text.diff import compare
from workspace.text.mapping import Mapping
from workspace.text.tokens import tokens

LIST = "- Anträge stellt die Verwaltung.\n- Der Rat beschließt.\n- Der Rat beschließt.\n- Bürger reden mit.\n"
TABLE = "| Jahr | Betrag | Zweck |\n|---|---|---|\n| 2023 | 500 Euro | Beirat |\n| 2024 | 500 Euro | Losverfahren |\n"
NOTE = "Das gilt seit langem.[^1] Mehr steht im Anhang.\n\n[^1]: Beschluss des Rates vom 01.02.2024.\n"
CODE = "So geht es:\n\n```python\nfor name in names:\n    print(name)\n```\n\nDas war alles.\n"
HEADINGS = "# Ziele der Beteiligung\n\nAlle reden mit.\n\n## Rolle der Verwaltung\n\nSie hilft dabei.\n"
PROSE = (
    "Die Stadt legt jedes Jahr offen, welche Vorhaben anstehen. Der Beirat prüft die Liste und ergänzt sie. Danach"
    " entscheidet der Rat in öffentlicher Sitzung.\n\nWer mitmacht, erhält eine Antwort innerhalb von vier Wochen.\n"
)
LONG = "Der Beirat prüft vor jeder Sitzung die Liste aller Vorhaben und ergänzt sie."


def mapping(old: str, new: str) -> Mapping:
    return Mapping(compare(old, new, for_readers=False))


def anchor_of(text: str, passage: str, nth: int = 0) -> Anchor:
    """The anchor of the nth place of a passage."""
    at = text.index(passage)
    for _ in range(nth):
        at = text.index(passage, at + 1)
    return describe(text, at, at + len(passage))


def now(text: str, placement: Placement) -> tuple[str, str | None]:
    """(state, the passage now)."""
    span = None if placement.start is None else text[placement.start : placement.end]
    return placement.state.value, span


@pytest.mark.parametrize(
    ("old", "new", "passage", "expected"),
    [
        # markup around words comes and goes
        (PROSE, PROSE.replace("jedes Jahr", "**jedes Jahr**"), "jedes Jahr offen", ("changed", "jedes Jahr** offen")),
        (PROSE, PROSE.replace("Der Beirat", "**Der Beirat**"), "Beirat", ("exact", "Beirat")),
        (PROSE, PROSE.replace("die Liste", "[die Liste](https://a.example)"), "die Liste", ("exact", "die Liste")),
        # one more column, another row in front
        (
            TABLE,
            TABLE.replace(" |\n", " | Quelle |\n"),
            "500 Euro | Losverfahren",
            ("exact", "500 Euro | Losverfahren"),
        ),
        (TABLE, TABLE.replace("| 2023", "| 2022 | 500 Euro | Planung |\n| 2023"), "Beirat", ("exact", "Beirat")),
        (TABLE, TABLE.replace("2024 | 500", "2024 | 700"), "2024 | 500 Euro", ("changed", "2024 | 700 Euro")),
        # footnotes, code, headings
        (NOTE, NOTE.replace("[^1]", "[^2]"), "Beschluss des Rates", ("exact", "Beschluss des Rates")),
        (NOTE, NOTE.replace("langem.[^1]", "langem."), "langem.[^1]", ("changed", "langem.")),
        (CODE, CODE.replace("print(name)", "print(name, end='')"), "print(name", ("exact", "print(name")),
        (CODE, CODE.replace("names", "people"), "for name in names:", ("changed", "for name in people:")),
        (
            HEADINGS,
            HEADINGS.replace("## Rolle", "### Rolle"),
            "Rolle der Verwaltung",
            ("exact", "Rolle der Verwaltung"),
        ),
        (
            HEADINGS,
            "## Rolle der Verwaltung\n\nSie hilft dabei.\n\n# Ziele der Beteiligung\n\nAlle reden mit.\n",
            "Ziele",
            ("shifted", "Ziele"),
        ),
        # across the border of two blocks
        (
            PROSE,
            PROSE.replace("legt jedes", "legt nun jedes"),
            "Sitzung.\n\nWer mitmacht",
            ("exact", "Sitzung.\n\nWer mitmacht"),
        ),
        (
            PROSE,
            PROSE.replace("\n\nWer", "\n\nUnd noch etwas dazwischen.\n\nWer"),
            "Sitzung.\n\nWer",
            ("changed", "Sitzung.\n\nUnd noch etwas dazwischen.\n\nWer"),
        ),
        (PROSE, PROSE.replace("\n\nWer", " Wer"), "Sitzung.\n\nWer", ("exact", "Sitzung. Wer")),
        # a paragraph is split
        (PROSE, PROSE.replace(" Danach", "\n\nDanach"), "ergänzt sie. Danach", ("exact", "ergänzt sie.\n\nDanach")),
        # a sentence that stood elsewhere takes its words along, however few
        (
            PROSE,
            PROSE.replace(" Der Beirat prüft die Liste und ergänzt sie.", "").replace(
                "vier Wochen.", "vier Wochen. Der Beirat prüft die Liste und ergänzt sie."
            ),
            "Liste",
            ("shifted", "Liste"),
        ),
        # a new sentence behind a passage is no part of it, nor one in front
        (
            PROSE,
            PROSE.replace("ergänzt sie.", "ergänzt sie. Er tagt im Mai."),
            "Der Beirat prüft die Liste und ergänzt sie.",
            ("exact", "Der Beirat prüft die Liste und ergänzt sie."),
        ),
        # a sentence that was reworded at its ends is followed as a whole
        (
            "## Der Rat entscheidet über alles\n\nText.\n",
            "## Wie der Rat am Ende entscheidet\n\nText.\n",
            "## Der Rat entscheidet über alles",
            ("changed", "## Wie der Rat am Ende entscheidet"),
        ),
        # a part of an address
        (
            "Siehe [hier](http://alt.example/plan/2023/liste) im Netz.\n",
            "Siehe [hier](https://neu.example/p/2023/index) im Netz.\n",
            "2023",
            ("exact", "2023"),
        ),
        # emoji families and combining marks are never torn apart
        ("Für 👩‍🌾 und 👨🏽‍🚒 gilt es.\n", "Für 👩‍🌾 und 👩🏽‍🚒 gilt es.\n", "👨🏽‍🚒", ("changed", "👩🏽‍🚒")),
        ("Ein e\u0301tat ist da.\n", "Ein neuer e\u0301tat ist da.\n", "e\u0301tat", ("exact", "e\u0301tat")),
    ],
)
def test_what_became_of_a_passage(old: str, new: str, passage: str, expected: tuple[str, str | None]) -> None:
    assert now(new, find(anchor_of(old, passage), new, mapping(old, new))) == expected


def test_the_second_of_two_equal_items_stays_the_second() -> None:
    new = "- Neu davor.\n" + LIST.replace("reden mit", "reden immer mit")
    for nth in (0, 1):
        anchor = anchor_of(LIST, "Der Rat beschließt.", nth)
        placement = find(anchor, new, mapping(LIST, new))
        assert placement == Placement(State.EXACT, anchor.start + 13, anchor.end + 13)


def test_a_copy_does_not_draw_the_comment_away() -> None:
    sentence = "Der Beirat prüft die Liste und ergänzt sie."
    anchor = anchor_of(PROSE, sentence)
    for new in (PROSE + f"\n{sentence}\n", f"{sentence}\n\n{PROSE}"):
        placement = find(anchor, new, mapping(PROSE, new))
        assert placement.state is State.EXACT
        assert new[: placement.start].endswith("anstehen. ")


def test_what_is_gone_is_not_found_in_its_like() -> None:
    old = PROSE + "\nDer Jugendrat prüft den Haushalt und lobt ihn.\n\nEin Satz danach.\n"
    new = PROSE + "\nEin Satz danach.\n"
    for passage in ("Der Jugendrat prüft den Haushalt und lobt ihn.", "Jugendrat", "prüft", "Haushalt und lobt"):
        anchor = anchor_of(old, passage, 1 if passage == "prüft" else 0)
        assert now(new, find(anchor, new, mapping(old, new))) == ("orphaned", None)


def test_a_sentence_is_not_replaced_by_a_mark() -> None:
    old = "Vorher steht das.\n\nDiese Regel gilt für alle Menschen der Stadt.\n\nNachher steht das.\n"
    new = "Vorher steht das.\n\n###\n\nNachher steht das.\n"
    anchor = anchor_of(old, "Diese Regel gilt für alle Menschen der Stadt.")
    assert now(new, find(anchor, new, mapping(old, new))) == ("orphaned", None)


def through(anchor: Anchor, texts: list[str]) -> list[tuple[str, str | None]]:
    """What became of a passage in each of the texts after the first."""
    placement = Placement(State.EXACT, anchor.start, anchor.end)
    found = []
    for old, new in pairwise(texts):
        way = find_again if placement.state is State.ORPHANED else find
        placement = way(anchor, new, mapping(old, new))
        anchor = follow(anchor, placement, new)
        found.append(now(new, placement))
    return found


def test_the_quote_stays_and_its_surroundings_follow() -> None:
    new = PROSE.replace("prüft die Liste", "prüft gern die lange Liste").replace("ergänzt", "verbessert")
    anchor = anchor_of(PROSE, "prüft die Liste")
    placement = find(anchor, new, mapping(PROSE, new))
    carried = follow(anchor, placement, new)
    assert carried.quote == "prüft die Liste"
    assert new[carried.start : carried.end] == "prüft gern die lange Liste"
    assert carried.suffix == new[carried.end : carried.end + CONTEXT]
    assert carried.prefix == new[carried.start - CONTEXT : carried.start]
    assert follow(anchor, Placement(State.ORPHANED), new) is anchor


def test_words_that_come_back_are_exact_again() -> None:
    changed = PROSE.replace("prüft die Liste", "prüft gern die lange Liste")
    anchor = anchor_of(PROSE, "prüft die Liste")
    assert through(anchor, [PROSE, changed, changed, PROSE]) == [
        ("changed", "prüft gern die lange Liste"),
        ("changed", "prüft gern die lange Liste"),
        ("exact", "prüft die Liste"),
    ]


def test_a_restore_brings_an_orphan_back() -> None:
    sentence = "Der Beirat prüft die Liste und ergänzt sie. "
    without = PROSE.replace(sentence, "")
    other = without.replace("Wer mitmacht", "Alle, die mitmachen")
    for passage in (sentence.strip(), "die Liste", "prüft"):
        found = through(anchor_of(PROSE, passage), [PROSE, without, other, PROSE])
        assert found == [("orphaned", None), ("orphaned", None), ("shifted", passage)]


def test_an_orphan_is_not_found_in_what_stood_there_all_the_time() -> None:
    twice = "Das gilt für alle Verfahren der Stadt ohne Ausnahme."
    old = f"Anfang.\n\n{twice}\n\n{PROSE}\nAnhang. {twice} Ende.\n"
    new = f"Anfang.\n\n{PROSE}\nAnhang. {twice} Ende.\n"
    last = new.replace("Anfang", "Beginn")
    assert through(anchor_of(old, twice), [old, new, last]) == [("orphaned", None), ("orphaned", None)]


def test_an_orphan_is_looked_for_word_for_word_only() -> None:
    sentence = "Der Beirat prüft die Liste und ergänzt sie. "
    without = PROSE.replace(sentence, "")
    like = PROSE.replace("prüft die Liste", "prüft diese Liste")
    assert through(anchor_of(PROSE, sentence.strip()), [PROSE, without, like]) == [("orphaned", None)] * 2


def test_a_long_sentence_that_stands_elsewhere_takes_its_words_along() -> None:
    old = f"Alle reden mit. {LONG} Danach entscheidet der Rat.\n\nSo ist es Brauch.\n"
    new = old.replace("Der Beirat prüft", "Der Ausschuss prüft") + f"\nNeu ist dies.\n\n{LONG}\n"
    placement = find(anchor_of(old, "die Liste aller"), new, mapping(old, new))
    at = new.rindex("die Liste aller")
    assert placement == Placement(State.SHIFTED, at, at + len("die Liste aller"))


def test_a_quote_that_is_written_again_elsewhere_is_found_there() -> None:
    old = f"Alle reden mit.\n\n{LONG} Danach entscheidet der Rat.\n\nSo ist es Brauch.\n"
    changed = old.replace("Der Beirat prüft", "Der Ausschuss prüft")
    again = f"{changed}\nNeu ist dies.\n\n{LONG}\n"
    placements = through(anchor_of(old, LONG), [old, changed, again])
    assert placements == [("changed", LONG.replace("Beirat", "Ausschuss")), ("shifted", LONG)]


def test_markup_that_comes_back_belongs_to_the_passage_again() -> None:
    old = "Es heißt dort:\n\n> Restaurant, an vielen Tischen. Ein Kellner nimmt auf.\n"
    bare = old.replace("> ", "")
    placements = through(anchor_of(old, "> Restaurant, an vielen Tischen."), [old, bare, old])
    assert placements == [
        ("changed", "Restaurant, an vielen Tischen."),
        ("exact", "> Restaurant, an vielen Tischen."),
    ]


def test_a_long_address_is_followed_into_what_replaced_it() -> None:
    old = "Webseite. <https://stadt.example/ressourcen/checkliste>. Gesehen 2021.\n"
    new = old.replace("checkliste", "checkliste_plan/")
    passage = "<https://stadt.example/ressourcen/checkliste>."
    found = now(new, find(anchor_of(old, passage), new, mapping(old, new)))
    assert found == ("changed", "<https://stadt.example/ressourcen/checkliste_plan/>.")


def test_finding_again_needs_the_mapping_to_the_text() -> None:
    with pytest.raises(ValueError, match="another text"):
        find_again(describe(PROSE, 0, 9), "Ein anderer Text.\n", mapping(PROSE, PROSE))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], Anchor]:
    """Some states of a text, and a passage of the first."""
    first, second = draw(changed_papers().filter(lambda texts: bool(texts[0])))
    texts = [first, second, *draw(st.lists(st.one_of(papers(), st.sampled_from([first, second])), max_size=3))]
    spans = tokens(first)
    at = draw(st.integers(0, len(spans) - 1))
    end = spans[min(len(spans) - 1, at + draw(st.integers(0, 20)))][1]
    visible = [(start, end) for start in (spans[at][0], 0) if first[start:end].strip()]
    return texts, describe(first, *visible[0])


@given(histories())
@settings(max_examples=100)
def test_any_history_can_be_followed(case: tuple[list[str], Anchor]) -> None:
    texts, anchor = case
    quote = anchor.quote
    placement = Placement(State.EXACT, anchor.start, anchor.end)
    for old, new in pairwise(texts):
        way = find_again if placement.state is State.ORPHANED else find
        placement = way(anchor, new, mapping(old, new))
        assert placement == way(anchor, new, mapping(old, new))
        anchor = follow(anchor, placement, new)
        assert anchor.quote == quote
        if placement.start is not None and placement.end is not None:
            assert 0 <= placement.start < placement.end <= len(new)
            is_same = new[placement.start : placement.end].split() == quote.split()
            assert (placement.state is State.CHANGED) == (not is_same)
        else:
            assert placement.state is State.ORPHANED


@given(changed_papers(), st.data())
@settings(max_examples=100)
def test_kept_passages_keep_their_order(texts: tuple[str, str], data: st.DataObject) -> None:
    """Two passages that the difference kept in place stand in the same order afterwards."""
    old, new = texts
    spans = [span for span in tokens(old) if old[span[0] : span[1]].strip()]
    if len(spans) < 2:
        return
    first, second = sorted(data.draw(st.lists(st.integers(0, len(spans) - 1), min_size=2, max_size=2, unique=True)))
    way = mapping(old, new)
    places = [way.place(*spans[at]) for at in (first, second)]
    kept = [place for place in places if place is not None and place.kept == 1 and not place.is_moved]
    if len(kept) == 2:
        assert kept[0].end <= kept[1].start
