"""Three-way merging: what is joined and what is asked."""

from __future__ import annotations

import time

import pytest

from workspace.text.merge import Conflict, Merged, merge
from workspace.text.normal import normalize
from workspace.text.seams import Seams

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


def sides(merged: Merged) -> list[tuple[str, str, str]]:
    return [(conflict.base, conflict.mine, conflict.theirs) for conflict in merged.conflicts]


CLEAN = {
    "different sentences of a paragraph": (
        [("früh.", "früh und verbindlich.")],
        [("Alle können", "Alle Menschen können")],
        [("früh.", "früh und verbindlich."), ("Alle können", "Alle Menschen können")],
    ),
    "different paragraphs": (
        [("viermal", "sechsmal")],
        [("zwei Stellen", "drei Stellen")],
        [("viermal", "sechsmal"), ("zwei Stellen", "drei Stellen")],
    ),
    "both the same word": (
        [("viermal", "sechsmal")],
        [("viermal", "sechsmal"), ("zwei", "drei")],
        [("viermal", "sechsmal"), ("zwei", "drei")],
    ),
    "both the same and one more in the same sentence": (
        [("Die Geschäftsstelle", "Das Büro")],
        [("Die Geschäftsstelle", "Das Büro"), ("zwei Stellen", "drei Stellen")],
        [("Die Geschäftsstelle", "Das Büro"), ("zwei Stellen", "drei Stellen")],
    ),
    "both insert the same sentence": (
        [("Spielraum. ", "Spielraum. Sie berichtet. ")],
        [("Spielraum. ", "Spielraum. Sie berichtet. "), ("viermal", "fünfmal")],
        [("Spielraum. ", "Spielraum. Sie berichtet. "), ("viermal", "fünfmal")],
    ),
    "words of one sentence that stand apart": (
        [("Die Geschäftsstelle", "Das Büro")],
        [("zwei Stellen", "drei Stellen")],
        [("Die Geschäftsstelle", "Das Büro"), ("zwei Stellen", "drei Stellen")],
    ),
    "insertions at different places": (
        [("- Beirat", "- Beirat\n- Budget")],
        [("früh. ", "früh. Sie informiert. ")],
        [("- Beirat", "- Beirat\n- Budget"), ("früh. ", "früh. Sie informiert. ")],
    ),
    "neighbouring sentences, one removed": (
        [("Er berät den Rat.", "Er berät Rat und Ausschüsse.")],
        [("Sie nennt den Spielraum. ", "")],
        [("Er berät den Rat.", "Er berät Rat und Ausschüsse."), ("Sie nennt den Spielraum. ", "")],
    ),
    "a line broken elsewhere is no other wording": (
        [("können mitmachen", "dürfen mitmachen")],
        [("früh. Sie", "früh.\nSie"), ("Alle können", "Alle\nkönnen")],
        [("früh. Sie", "früh.\nSie"), ("Alle können", "Alle\ndürfen")],
    ),
    "both insert the same long passage, at different places": (
        [("früh. ", f"früh. {LONG} ")],
        [("Er berät den Rat.", f"Er berät den Rat. {LONG}")],
        [("früh. ", f"früh. {LONG} ")],
    ),
    "a long passage is already there within more": (
        [("früh. ", f"früh. {LONG} ")],
        [("Er berät den Rat.", f"Er berät den Rat. {LONG} Er liegt aus.")],
        [("Er berät den Rat.", f"Er berät den Rat. {LONG} Er liegt aus.")],
    ),
}


@pytest.mark.parametrize("case", CLEAN)
def test_what_does_not_meet_is_joined(case: str) -> None:
    mine, theirs, both = (edited(*changes) for changes in CLEAN[case])
    assert merge(BASE, mine, theirs) == Merged(both)
    assert merge(BASE, theirs, mine) == Merged(both)


ASKED = {
    "the same word in two ways": (
        [("viermal", "sechsmal")],
        [("viermal", "zweimal")],
        [
            (
                "Der Beirat tagt viermal im Jahr.",
                "Der Beirat tagt sechsmal im Jahr.",
                "Der Beirat tagt zweimal im Jahr.",
            )
        ],
    ),
    "words of one sentence with one word between": (
        [("Die Geschäftsstelle", "Das Büro")],
        [("beim Dezernat", "im Dezernat")],
        [
            (
                "Die Geschäftsstelle liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.",
                "Das Büro liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.",
                "Die Geschäftsstelle liegt im Dezernat der Oberbürgermeisterin und hat zwei Stellen.",
            )
        ],
    ),
    "marks in one sentence": (
        [("Die Geschäftsstelle", "**Die Geschäftsstelle**")],
        [("zwei Stellen", "**zwei Stellen**")],
        [
            (
                "Die Geschäftsstelle liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.",
                "**Die Geschäftsstelle** liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.",
                "Die Geschäftsstelle liegt beim Dezernat der Oberbürgermeisterin und hat **zwei Stellen**.",
            )
        ],
    ),
    "a changed sentence that was removed": (
        [("Sie nennt den Spielraum. ", "")],
        [("den Spielraum", "offen den Spielraum")],
        [("Sie nennt den Spielraum. ", "", "Sie nennt offen den Spielraum. ")],
    ),
    "different insertions at one place": (
        [("früh. ", "früh. Sie informiert. ")],
        [("früh. ", "früh. Sie berichtet. ")],
        [("", "Sie informiert. ", "Sie berichtet. ")],
    ),
    "different ends": (
        [("zwei Stellen.", "zwei Stellen.\n\nStand: März")],
        [("zwei Stellen.", "zwei Stellen.\n\nBeschluss folgt.")],
        [("", "\nStand: März\n", "\nBeschluss folgt.\n")],
    ),
    "different items at one place": (
        [("- Beirat", "- Beirat\n- Budget")],
        [("- Beirat", "- Beirat\n- Bürgerrat")],
        [("", "- Budget\n", "- Bürgerrat\n")],
    ),
    "different headings at one place": (
        [("Der Beirat tagt", "## Beirat\n\nDer Beirat tagt")],
        [("Der Beirat tagt", "## Gremien\n\nDer Beirat tagt")],
        [("", "## Beirat\n\n", "## Gremien\n\n")],
    ),
    "a note at a sentence that the other side changed": (
        [("im Jahr.", "im Jahr.[^1]")],
        [("viermal", "sechsmal")],
        [
            (
                "Der Beirat tagt viermal im Jahr.",
                "Der Beirat tagt viermal im Jahr.[^1]",
                "Der Beirat tagt sechsmal im Jahr.",
            )
        ],
    ),
    "a sentence put beside one that was removed": (
        [("früh. ", "früh. Sie informiert. ")],
        [("Sie nennt den Spielraum. ", "")],
        [("Sie nennt den Spielraum. ", "Sie informiert. Sie nennt den Spielraum. ", "")],
    ),
    "a paragraph break where the other writes on": (
        [("früh. Sie nennt", "früh.\n\nSie nennt")],
        [("früh. Sie nennt", "früh. Und gern. Sie nennt")],
        [(" ", "\n\n", " Und gern. ")],
    ),
}


@pytest.mark.parametrize("case", ASKED)
def test_what_meets_is_asked_with_all_three_sides(case: str) -> None:
    mine, theirs = (edited(*changes) for changes in ASKED[case][:2])
    merged = merge(BASE, mine, theirs)
    assert sides(merged) == ASKED[case][2]
    assert merged.text == theirs
    assert merged.resolved([conflict.mine for conflict in merged.conflicts]) == mine
    assert not merge(BASE, theirs, mine).is_clean


def test_a_conflict_leaves_everything_else_joined() -> None:
    mine = edited(("viermal", "sechsmal"), ("früh.", "früh und gern."))
    theirs = edited(("viermal", "zweimal"), ("zwei Stellen", "drei Stellen"))
    merged = merge(BASE, mine, theirs)
    joined = [("früh.", "früh und gern."), ("zwei Stellen", "drei Stellen")]
    assert merged.text == edited(("viermal", "zweimal"), *joined)
    (conflict,) = merged.conflicts
    assert merged.text[conflict.start : conflict.end] == conflict.theirs
    assert merged.resolved(["Der Beirat tagt fünfmal im Jahr."]) == edited(("viermal", "fünfmal"), *joined)


def test_the_blanks_around_a_choice_survive_a_form() -> None:
    mine = edited(("früh. ", "früh. Sie informiert. "), ("zwei Stellen", "drei Stellen"))
    theirs = edited(("früh. ", "früh. Sie berichtet. "))
    merged = merge(BASE, mine, theirs)
    assert merged.resolved(["Sie informiert."]) == mine
    own = merged.resolved(["Sie informiert.\r\nSie berichtet."])
    assert "beteiligt früh. Sie informiert.\nSie berichtet. Sie nennt" in own
    assert merged.resolved([""]) == edited(("zwei Stellen", "drei Stellen"))


def test_each_conflict_needs_a_choice() -> None:
    merged = merge(BASE, edited(("viermal", "sechsmal")), edited(("viermal", "zweimal")))
    with pytest.raises(ValueError, match=r"longer|shorter"):
        merged.resolved([])


MOVED = """Der Beirat tagt viermal im Jahr. Er berät den Rat in allen Fragen der Beteiligung.

Die Stadt beteiligt früh und nennt offen, was noch zu entscheiden ist und was nicht.

Die Geschäftsstelle liegt beim Dezernat der Oberbürgermeisterin und hat zwei Stellen.

Das Budget für Beteiligung steht im Haushalt und wird jedes Jahr vom Rat beschlossen.
"""
PARTS = MOVED.rstrip("\n").split("\n\n")


def ordered(*places: int, **changes: str) -> str:
    text = "\n\n".join(PARTS[place] for place in places)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return normalize(text)


@pytest.mark.parametrize("word", ["viermal", "Beteiligung."])
def test_a_moved_block_takes_the_edits_of_the_other_side_along(word: str) -> None:
    moved, changed = ordered(1, 2, 3, 0), normalize(MOVED.replace(word, "immer"))
    both = normalize(moved.replace(word, "immer"))
    assert merge(MOVED, moved, changed) == Merged(both)
    assert merge(MOVED, changed, moved) == Merged(both)


def test_a_block_moved_and_edited_by_one_takes_another_edit_along() -> None:
    moved = ordered(1, 2, 3, 0, viermal="sechsmal")
    changed = normalize(MOVED.replace("in allen Fragen", "zu allen Fragen"))
    both = ordered(1, 2, 3, 0, viermal="sechsmal").replace("in allen Fragen", "zu allen Fragen")
    assert merge(MOVED, moved, changed) == merge(MOVED, changed, moved) == Merged(both)


def test_both_moved_a_block_to_the_same_place() -> None:
    mine, theirs = ordered(1, 2, 3, 0), ordered(1, 2, 3, 0, zwei="drei")
    assert merge(MOVED, mine, theirs) == Merged(theirs)


def test_a_block_moved_to_two_places_is_asked_and_stands_once_in_the_text() -> None:
    mine, theirs = ordered(1, 2, 3, 0), ordered(1, 0, 2, 3)
    merged = merge(MOVED, mine, theirs)
    assert not merged.is_clean
    assert merged.text == theirs
    assert merged.resolved([conflict.mine for conflict in merged.conflicts]) == mine


def test_a_move_into_a_conflict_leaves_the_block_where_it_was() -> None:
    """Else the block would be gone from the text, and whoever chooses the other side would lose it."""
    mine, theirs = ordered(1, 2, 3, 0), normalize(MOVED + "\nNeuer Schluss.\n")
    for one, other in ((mine, theirs), (theirs, mine)):
        merged = merge(MOVED, one, other)
        assert not merged.is_clean
        assert merged.text == other
        assert merged.resolved([conflict.mine for conflict in merged.conflicts]) == one


def test_a_moved_block_that_the_other_side_rewrote_in_the_same_sentence_is_asked() -> None:
    mine = ordered(1, 2, 3, 0, viermal="sechsmal")
    theirs = normalize(MOVED.replace("tagt viermal", "tritt viermal zusammen"))
    merged = merge(MOVED, mine, theirs)
    assert not merged.is_clean
    assert merged.text == theirs
    assert merged.resolved([conflict.mine for conflict in merged.conflicts]) == mine


def test_two_edits_of_blanks_and_marks_glue_no_words() -> None:
    base = "Alle, Gäste und andere (auch / Kinder) sind da.\n"
    for mine, theirs in (("auch Kinder", "auch/Kinder"), ("auch /Kinder", "auch/ Kinder")):
        one, other = (base.replace("auch / Kinder", text) for text in (mine, theirs))
        assert "auchKinder" not in merge(base, one, other).text
        assert "auchKinder" not in merge(base, other, one).text


def test_a_short_insertion_may_stand_at_two_places() -> None:
    address = "(mail@stadt.example) "
    mine, theirs = edited(("Alle ", address + "Alle ")), edited(("Er berät", address + "Er berät"))
    assert merge(BASE, mine, theirs).text.count(address) == 2


def test_a_change_that_is_already_there_within_a_larger_one_is_not_asked() -> None:
    mine = edited(("Sie nennt den Spielraum.", LONG))
    theirs = edited(("Sie nennt den Spielraum. Alle können mitmachen.", f"{LONG} Niemand bleibt außen vor."))
    assert merge(BASE, mine, theirs) == merge(BASE, theirs, mine) == Merged(theirs)


def test_a_doubled_sentence_stays_doubled() -> None:
    sentence = "Die Stadt beteiligt ihre Bürger*innen früh und verbindlich."
    base, mine = f"{sentence}\n", f"Kurz: {sentence}\n"
    for theirs in (f"{sentence} {sentence}\n", f"Kurz: {sentence} {sentence}\n"):
        for merged in (merge(base, mine, theirs), merge(base, theirs, mine)):
            shown = [merged.text, *(c.mine for c in merged.conflicts), *(c.theirs for c in merged.conflicts)]
            assert max(text.count(sentence) for text in shown) == 2 or not merged.is_clean


def test_two_ways_to_write_the_same_doubling_are_one_change() -> None:
    base = "Zuerst tagt der Rat. Immer wieder gern. Immer wieder gern. Danach tagt der Beirat.\n"
    tripled = base.replace("gern. Dan", "gern. Immer wieder gern. Dan")
    theirs = tripled.replace("Zuerst", "Gern")
    assert merge(base, tripled, theirs) == merge(base, theirs, tripled) == Merged(theirs)
    single = base.replace("gern. Immer wieder gern.", "gern.")
    theirs = single.replace("Zuerst", "Gern")
    assert merge(base, single, theirs) == merge(base, theirs, single) == Merged(theirs)


def test_the_same_change_to_two_equal_sentences_is_two_changes() -> None:
    sentence = "Die Stadt beteiligt ihre Bürger*innen früh."
    base = normalize(f"{sentence} {LONG} {sentence} Sie hört zu.\n")
    parts = base.split("früh")
    mine, theirs = f"{parts[0]}stets{parts[1]}früh{parts[2]}", f"{parts[0]}früh{parts[1]}stets{parts[2]}"
    assert merge(base, mine, theirs) == merge(base, theirs, mine) == Merged(base.replace("früh", "stets"))


def test_a_change_to_a_sentence_that_stands_twice_is_not_made_twice() -> None:
    """Where blocks moved, nobody can tell the equal sentences apart."""
    parts = [
        "Wer mitmacht, erhält eine Antwort innerhalb von vier Wochen.",
        "Das ist *wichtig* und [hier](https://stadt.example) belegt[^1].",
    ]
    base = normalize(f"{parts[0]} {parts[0]}\n\n{parts[1]} {parts[1]} {parts[1]}\n")
    mine = base.replace("Das ist", "Dies ist", 1)
    moved = normalize("\n\n".join(reversed(base.rstrip("\n").split("\n\n"))))
    both = merge(base, mine, moved)
    assert both == Merged(moved.replace("Das ist", "Dies ist", 1))
    again = merge(base, mine, both.text)
    assert not again.is_clean or again.text == both.text
    assert again.text.count("Dies ist") == 1


def test_a_long_wording_that_one_side_puts_in_twice_may_stand_thrice() -> None:
    mine = edited(("früh. ", f"früh. {LONG} "))
    theirs = edited(("den Rat.", f"den Rat. {LONG}"), ("zwei Stellen.", f"zwei Stellen. {LONG}"))
    merged = merge(BASE, mine, theirs)
    assert merged.is_clean
    assert merged.text.count(LONG) == 3


def test_rows_put_into_a_table_at_one_place_are_asked_whole() -> None:
    base = "| Ort | Rat |\n|---|---|\n| Köln | ja |\n\nEnde.\n"
    mine, theirs = (base.replace("| ja |\n", f"| ja |\n| {town} | nein |\n") for town in ("Bonn", "Ulm"))
    merged = merge(base, mine, theirs)
    assert sides(merged) == [("", "| Bonn | nein |\n", "| Ulm | nein |\n")]
    both = merged.resolved(["| Ulm | nein |\n| Bonn | nein |"])
    assert both == base.replace("ja |\n", "ja |\n| Ulm | nein |\n| Bonn | nein |\n")


def test_an_empty_base_joins_nothing_by_guessing() -> None:
    merged = merge("", "Eins.\n", "Zwei.\n")
    assert merged == Merged("Zwei.\n", (Conflict("", "Eins.\n", "Zwei.\n", 0, 6),))


def test_a_text_that_was_emptied_meanwhile_is_asked() -> None:
    mine = edited(("viermal", "sechsmal"))
    merged = merge(BASE, mine, "")
    assert merged.text == ""
    assert merged.resolved([conflict.mine for conflict in merged.conflicts]) == mine


def test_foreign_words_are_found_at_seams_only() -> None:
    seams = Seams(["andere Ströme", "an der Straße" + " und" * 50])
    assert list(seams.foreign("andereStröme fließen", [6])) == [(0, 12)]
    assert list(seams.foreign("andere Ströme fließen", [6, 7])) == []
    assert list(seams.foreign("an der un", [0, 3, 9])) == [(7, 9)]


def test_many_changes_on_both_sides_are_joined_in_bounded_time() -> None:
    rows = [f"Zeile {number} nennt ein Vorhaben der Stadt mit Nummer {number * 7}.\n\n" for number in range(8_000)]
    mine = "".join(row.replace("nennt", "zeigt") if k % 4 == 0 else row for k, row in enumerate(rows))
    theirs = "".join(row.replace("Stadt", "Kommune") if k % 4 == 2 else row for k, row in enumerate(rows))
    begin = time.process_time()
    merged = merge(normalize("".join(rows)), normalize(mine), normalize(theirs))
    assert time.process_time() - begin < 5
    assert merged.is_clean
    assert (merged.text.count("zeigt"), merged.text.count("Kommune")) == (2_000, 2_000)


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("x " + " " * 200_000 + "y\n", "x " + " a" * 3_000 + " " * 190_000 + "y\n", "x\n"),
        ("wort " * 30_000 + "\n", "wort " * 29_000 + "\n", "ein wort " * 15_000 + "\n"),
        ("a\n" * 60_000, "a\n" * 59_000 + "b\n" * 5_000, "b\n" * 5_000 + "a\n" * 60_000),
    ],
)
def test_hostile_texts_are_answered_in_bounded_time(base: str, mine: str, theirs: str) -> None:
    begin = time.process_time()
    merged = merge(base, mine, theirs)
    assert time.process_time() - begin < 5
    assert merged.resolved([conflict.theirs for conflict in merged.conflicts]) == merged.text
