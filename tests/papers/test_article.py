"""The article of the reading page: what can be edited by itself, bars beside what is new."""

from __future__ import annotations

import pytest

from workspace.papers.article import article_html, new_spans, places
from workspace.text.redline import redline
from workspace.text.tree import parse

RICH = """## Anlass

Ein Absatz.

- eins
- zwei
    - innen

> Ein Zitat,
> zwei Zeilen.

> [!HINWEIS]
> Hier steht ein Hinweis.

| Art | Std. |
| --- | --- |
| Rat | 180 |

Mit Fußnote.[^1]

[^1]: Die Quelle.
"""


def test_a_page_with_handles_shows_no_address_and_no_ends() -> None:
    html = article_html(parse(RICH), has_handles=True)
    assert "¶" not in html
    assert "data-end" not in html
    assert "¶" in article_html(parse(RICH))


def test_words_that_look_like_a_position_stay() -> None:
    assert "data-end=&quot;5&quot;" in article_html(parse('Ein data-start="3" data-end="5" im Text.\n'))


def test_every_place_has_an_address_of_the_page() -> None:
    html = article_html(parse(RICH), has_handles=True)
    assert all(html.count(f'id="{ident}"') == 1 for ident in places(parse(RICH)))


def test_what_is_edited_together_is_one_block() -> None:
    edited = [RICH[slice(*place.edit)] for place in places(parse(RICH)).values()]
    assert edited == [
        "## Anlass",
        "Ein Absatz.",
        "- eins",
        "- zwei\n    - innen",
        "- zwei\n    - innen",
        "> Ein Zitat,\n> zwei Zeilen.",
        "> [!HINWEIS]\n> Hier steht ein Hinweis.",
        "| Art | Std. |\n| --- | --- |\n| Rat | 180 |",
        "Mit Fußnote.[^1]",
        "[^1]: Die Quelle.",
    ]


def test_what_is_commented_on_are_the_words() -> None:
    words = [RICH[slice(*place.words)] for place in places(parse(RICH)).values()]
    assert words[:5] == ["Anlass", "Ein Absatz.", "eins", "zwei", "innen"]
    assert words[-1] == "Die Quelle."


def bars(old: str, new: str) -> list[str]:
    """The blocks with a bar beside them."""
    return sorted(new[slice(*span)] for span in new_spans(redline(parse(old), parse(new))))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Eins.\n\nZwei.\n", "Eins.\n\nZwei neue Wörter.\n", ["Zwei neue Wörter."]),
        ("Eins.\n", "Eins.\n\n- a\n- b\n", ["- a", "- b"]),
        ("- a\n- b\n", "- a\n- b und c\n", ["- b und c"]),
        ("Eins.\n\nZwei.\n", "Eins.\n", []),
        ("Satz[^1].\n\n[^1]: Alt.\n", "Satz[^1].\n\n[^1]: Neu.\n", ["Neu."]),
        ("| a | b |\n|---|---|\n| c | d |\n", "| a | b |\n|---|---|\n| c | e |\n", ["| a | b |\n|---|---|\n| c | e |"]),
        ("Ein Wort.\n", "Ein **Wort**.\n", ["Ein **Wort**."]),
    ],
)
def test_bars_stand_beside_what_changed(old: str, new: str, expected: list[str]) -> None:
    assert bars(old, new) == expected


def test_every_bar_can_be_heard() -> None:
    new = RICH.replace("Ein Absatz", "Der Absatz").replace("eins", "einzig").replace("180", "190")
    html = article_html(parse(new), new=new_spans(redline(parse(RICH), parse(new))), new_label="Neu:")
    assert html.count("is-new") == html.count("Neu:") == 3
