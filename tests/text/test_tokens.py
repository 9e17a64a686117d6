"""Words, sentences and blocks of German prose with markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workspace.text.tokens import (
    blocks,
    is_word,
    pieces,
    read_passage,
    sentence_ends,
    sentences,
    token_key,
    tokens,
    words,
)

PIECES = [
    *("Bürger", "Bürger*innen", "Beteiligungsbeauftragte", "über", "ä", "z.", "B.", "1.000,50", "3"),
    *(" ", " ", " ", "\n", "\n\n", "\n \n", "\t", "\u00a0"),
    *("„", "“", ".", "…", "?!", ":", ",", "**", "*", "_", "`", "```", "#", "##", "- ", "| ", "> ", "1. "),
    *("https://stadt.example/a?b=1", "👩‍🌾", "🇩🇪", "e\u0301", "\u0301", "\u200d", "\u00ad", "'", "’", "["),
]
prose = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=80)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Bürger*innen, die 1.000,50 € zahlen", "Die|Bürger*innen|,|die|1.000,50|€|zahlen"),
        ("Bürger:innen und Kolleg_innen, eine*r", "Bürger:innen|und|Kolleg_innen|,|eine*r"),
        ("Bürger*innenräte", "Bürger*innenräte"),
        ("*kursiv* und **fett**", "*|kursiv|*|und|**|fett|**"),
        ("am 01.02.2024 um 12:30 Uhr.", "am|01.02.2024|um|12:30|Uhr|."),
        ("5G und § 3a", "5G|und|§|3a"),
        ("siehe https://stadt.example/plan?x=1.", "siehe|https://stadt.example/plan?x=1|."),
        ("(www.stadt.example)", "(|www.stadt.example|)"),
        ("Für 👩‍🌾 Bürger 👍🏽 🇩🇪", "Für|👩‍🌾|Bürger|👍🏽|🇩🇪"),
        ("„So geht’s nicht“", "„|So|geht’s|nicht|“"),
        ("Be\u00adteiligung", "Be\u00adteiligung"),
        ("e\u0301tude", "e\u0301tude"),
        ("### Ziel ###", "###|Ziel|###"),
        ("eins\n \n\n zwei\ndrei", "eins|\n \n\n |zwei|drei"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    assert "|".join(split(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ein Satz. Noch einer! Ende", ["Ein Satz. ", "Noch einer! ", "Ende"]),
        ("Das gilt z. b. hier. Gut.", ["Das gilt z. b. hier. ", "Gut."]),
        ("„Ja.“ Er ging.", ["„Ja.“ ", "Er ging."]),
        ("Warum?!  Darum.", ["Warum?!  ", "Darum."]),
        ("Liste:\n- eins\n- zwei", ["Liste:\n", "- eins\n", "- zwei"]),
        ("kein Ende\n\nkleiner Anfang", ["kein Ende\n\n", "kleiner Anfang"]),
        ("Um 12:30 Uhr für 1.000,50 €", ["Um 12:30 Uhr für 1.000,50 €"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Titel\nText\ngeht weiter\n\nNeu\n", ["# Titel\nText\ngeht weiter\n\n", "Neu\n"]),
        ("Text\n## Titel\n", ["Text\n", "## Titel\n"]),
        ("- a\n- b\n  1. c\n", ["- a\n", "- b\n", "  1. c\n"]),
        ("| a |\n| b |\n", ["| a |\n", "| b |\n"]),
        ("Text\n> Zitat\n```\nx\n```\n", ["Text\n", "> Zitat\n", "```\nx\n", "```\n"]),
        # a quote is one block: where its lines break means nothing
        ("Text\n> Zitat\n> geht\n  > weiter\nauch so\n", ["Text\n", "> Zitat\n> geht\n  > weiter\nauch so\n"]),
        ("> eins\n\n> zwei\n", ["> eins\n\n", "> zwei\n"]),
        ("> eins\n# Titel\n> zwei\n", ["> eins\n", "# Titel\n", "> zwei\n"]),
        ("", []),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    assert blocks(text) == expected


def test_words_are_what_says_something() -> None:
    assert words("Die **1.000** Bürger*innen – „ja“ _so_") == ["Die", "1.000", "Bürger*innen", "ja", "so"]
    assert not is_word("**")
    assert token_key("\n \n\n") == token_key("\n\n")


def test_extra_keys_make_tokens_differ_and_are_counted() -> None:
    assert read_passage("fett so", [1, 0]).keys == [("fett", 1), ("so", 0)]
    with pytest.raises(ValueError, match=r"."):
        read_passage("fett so", [1])


@given(prose)
@settings(deadline=None, max_examples=300)
def test_splitting_loses_nothing(text: str) -> None:
    assert "".join(blocks(text)) == text
    assert "".join(sentences(text)) == text
    assert [end for _, end in sentence_ends(text)][: len(sentences(text)) - 1] == [
        sum(map(len, sentences(text)[: k + 1])) for k in range(len(sentences(text)) - 1)
    ]
    turns = pieces(text)
    assert "".join(turns) == text
    assert turns[1::2] == split(text)
    at = 0
    for start, end in tokens(text):
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


@given(prose)
@settings(deadline=None, max_examples=300)
def test_sentences_and_blocks_cut_no_token_with_letters(text: str) -> None:
    whole = [text[a:b] for a, b in tokens(text) if is_word(text[a:b])]
    for parts in (sentences(text), blocks(text)):
        assert [part[a:b] for part in parts for a, b in tokens(part) if is_word(part[a:b])] == whole


@given(prose)
@settings(deadline=None, max_examples=300)
def test_tokens_of_sentences_are_the_tokens_of_the_text(text: str) -> None:
    keys = [token_key(token) for token in split(text)]
    assert [token_key(token) for part in sentences(text) for token in split(part)] == keys


@pytest.mark.parametrize(
    "unit",
    [".", '."', ".\n", " ", "\n", "\n ", "a\u0301", "www.", "_", "a_", "a'", "1.", "*", "\u200d", "👩\u200d", "> "],
)
def test_hostile_runs_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "x"
    begin = time.process_time()
    for split_up in (blocks, sentences):
        assert "".join(split_up(text)) == text
    assert tokens(text)
    assert time.process_time() - begin < 5
