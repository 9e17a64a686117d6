"""Found words are shown in their sentence, as a reader sees it."""

from __future__ import annotations

from workspace.editions.snippet import LENGTH, marked, snippet


def text_of(pieces: list[tuple[str, bool]]) -> str:
    return "".join(words for words, _found in pieces)


def found_in(pieces: list[tuple[str, bool]]) -> list[str]:
    return [words for words, is_found in pieces if is_found]


def test_whole_words_that_hold_a_stem_are_marked() -> None:
    pieces = marked("Bürgerbeteiligungsverfahren und Beteiligte, nicht mehr.", "Beteiligungen")
    assert found_in(pieces) == ["Bürgerbeteiligungsverfahren", "Beteiligte"]
    assert text_of(pieces) == "Bürgerbeteiligungsverfahren und Beteiligte, nicht mehr."


def test_nothing_is_marked_without_words() -> None:
    assert marked("Ein Satz.", "") == [("Ein Satz.", False)]
    assert marked("", "Satz") == []


def test_the_paragraph_with_most_of_the_words_is_shown_without_markup() -> None:
    text = "## Losverfahren\n\nErster Absatz.\n\nDas **Los** [verfahren](https://x.example) und der *Haushalt*.\n"
    pieces = snippet(text, "Haushalt Los")
    assert text_of(pieces) == "Das Los verfahren und der Haushalt."
    assert found_in(pieces) == ["Los", "Haushalt"]


def test_a_long_paragraph_is_cut_at_blanks_around_the_first_found_word() -> None:
    text = "Davor steht viel. " * 30 + "Hier die Satzung. " + "Danach noch mehr. " * 30
    shown = text_of(snippet(text, "Satzung"))
    assert "Hier die Satzung." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= LENGTH + 4


def test_no_snippet_where_the_text_holds_none_of_the_words() -> None:
    assert snippet("Ein Satz.\n", "Haushalt") == []
    assert snippet("", "Haushalt") == []
    assert snippet("Ein Satz.\n", "!!!") == []


def test_words_that_are_shown_anyway_need_not_be_found_again() -> None:
    text = "Das Los und die Beteiligten.\n\nDer Haushalt allein.\n"
    assert text_of(snippet(text, "Los Haushalt", besides="Losverfahren")) == "Der Haushalt allein."
    assert snippet(text, "Los", besides="Losverfahren") == []
