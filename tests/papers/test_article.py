"""The article of the reading page: tools at its blocks, bars beside what is new."""

from __future__ import annotations

import re

import html5lib
import pytest

from workspace.papers.article import Place, article_html, new_spans
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


def with_tools(source: str, new: frozenset[tuple[int, int]] = frozenset()) -> str:
    return article_html(
        parse(source),
        tools_for=lambda place: f'<details data-skip data-edit="{place.edit}" data-words="{place.words}"></details>',
        new=new,
        new_label="Neu:",
    )


def places(source: str) -> list[Place]:
    found: list[Place] = []

    def note(place: Place) -> str:
        found.append(place)
        return ""

    article_html(parse(source), tools_for=note)
    return found


def test_tools_stand_behind_paragraphs_and_inside_items() -> None:
    html = with_tools("Ein Absatz.\n\n- eins\n")
    assert re.search(r'<div class="block"><p [^>]*>Ein Absatz\..*?</p><details .*?</details></div>', html)
    assert re.search(r'<li [^>]*class="block"[^>]*>.*?eins.*?<details .*?</details></li>', html)


def test_a_page_with_tools_reads_back_as_it_was_written() -> None:
    """A parser moves what may not stand where it is: <details> in a paragraph, for example."""
    html = with_tools(RICH)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    serious = [code for _, code, _ in parser.errors if code != "expected-doctype-but-got-start-tag"]
    assert not serious
    blocks = [element for element in tree.iter("div") if element.get("class") == "block"]
    assert all(element[-1].tag == "details" for element in blocks)
    assert [element[0].tag for element in blocks] == ["h2", "p", "p", "p", "div", "p"]


def test_what_is_edited_together_is_one_block() -> None:
    edited = [RICH[slice(*place.edit)] for place in places(RICH)]
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
    words = [RICH[slice(*place.words)] for place in places(RICH)]
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
    html = with_tools(new, new_spans(redline(parse(RICH), parse(new))))
    assert html.count("is-new") == html.count("Neu:") == 3
