from __future__ import annotations

import pytest
from hypothesis import given

from tests.text.markdown import markdown
from workspace.text.nearby import blocks_near
from workspace.text.tree import parse

TEXT = """\
## Antworten

Die Kommune antwortet innerhalb von acht Wochen auf jeden Vorschlag.

Der Haushalt nennt die Mittel.

- Ein Beirat tagt öffentlich.
- Der Bericht erscheint jährlich.
"""


@pytest.mark.parametrize(
    ("words", "around", "first"),
    [
        ("Die Kommune antwortet in sechs Wochen auf Vorschläge.", "", "Die Kommune antwortet innerhalb"),
        ("Berichte erscheinen jährlich", "", "Der Bericht erscheint jährlich."),
        ("Etwas ganz Neues", "Der Haushalt nennt die Mittel.", "Der Haushalt nennt die Mittel."),
    ],
)
def test_the_block_most_like_the_lost_words_is_offered_first(words: str, around: str, first: str) -> None:
    near, others = blocks_near(parse(TEXT), words, around)
    assert near[0].words.startswith(first)
    assert len(near) + len(others) == 5


def test_what_is_like_nothing_gets_no_offer() -> None:
    near, others = blocks_near(parse(TEXT), "xyzzy", "")
    assert near == []
    assert [block.words for block in others][:2] == ["Antworten", TEXT.split("\n\n")[1]]


@given(markdown)
def test_every_block_that_shows_text_can_be_chosen_once(text: str) -> None:
    near, others = blocks_near(parse(text), "Kommune", "Beirat")
    keys = [block.key for block in near + others]
    assert len(keys) == len(set(keys))
    assert all(text[block.start : block.end].strip() for block in near + others)
