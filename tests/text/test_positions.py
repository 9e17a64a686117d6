"""CommonMark as specified; a selection in the page leads to the source and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.commonmark import EXAMPLES, expected, has_html, written
from tests.text.markdown import markdown
from workspace.text import tree

# CommonMark


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['example']} {case['section']}")
def test_an_example_of_the_specification_means_what_it_says(case: dict[str, Any]) -> None:
    document, faults = tree.build(case["markdown"], lambda _target: True)
    assert written(document.blocks) == expected(case)
    assert not faults


def test_only_examples_with_html_of_the_writer_differ_from_the_specification() -> None:
    assert len(EXAMPLES) == 652
    differing = [case for case in EXAMPLES if has_html(case)]
    assert len(differing) == 72
    assert all("<" in case["markdown"] for case in differing)


# Selections


@given(markdown, st.data())
@settings(deadline=None)
def test_a_selection_leads_to_the_source_and_back(text: str, data: st.DataObject) -> None:
    document = tree.parse(text)
    leaves = [leaf for leaf in tree.leaf_blocks(document) if tree.rendered(leaf)[0]]
    if not leaves:
        return
    leaf = data.draw(st.sampled_from(leaves))
    shown, spans = tree.rendered(leaf)
    first = data.draw(st.integers(0, len(shown) - 1))
    after = data.draw(st.integers(first + 1, len(shown)))
    start, end = tree.source_span(document, leaf.start, first, after)
    assert (start, end) == (spans[first][0], spans[after - 1][1])
    inside = [at for at, span in enumerate(spans) if span[0] < end and span[1] > start]
    assert inside[0] <= first
    assert inside[-1] >= after - 1


@pytest.mark.parametrize(("first", "after"), [(0, 0), (3, 1), (-1, 2), (0, 5), (9, 12)])
def test_a_selection_outside_the_text_is_refused(first: int, after: int) -> None:
    document = tree.parse("# A\n\nWort\n")
    with pytest.raises(ValueError, match=r"selection|passage"):
        tree.source_span(document, 5, first, after)


def test_a_selection_in_no_block_is_refused() -> None:
    with pytest.raises(ValueError, match="passage"):
        tree.source_span(tree.parse("Wort\n"), 2, 0, 1)


@pytest.mark.parametrize(
    ("text", "shown", "source"),
    [
        ("Für **alle** &amp; `jede`\n", "alle & jede", "alle** &amp; `jede"),
        ("Für **alle** da\n", "alle", "alle"),
        ("Für **alle** da\n", "r alle d", "r **alle** d"),
        ("*a **b** c*\n", "b c", "b** c"),
        ("~~weg~~ da\n", "g d", "g~~ d"),
        ("Für &amp; da\n", "&", "&amp;"),
        ("a &nGt; b\n", "\u226b", "&nGt;"),
        ("a \\* b\n", "* b", "\\* b"),
        ("Für 👩\u200d🌾 Bürger\n", "👩\u200d🌾", "👩\u200d🌾"),
        ("Für 👩\u200d🌾 Bürger\n", "\u200d", "\u200d"),
        ("siehe [den Bericht](https://a.example) hier\n", "Bericht", "Bericht"),
        ("siehe [den Bericht](https://a.example) hier\n", "Bericht hier", "Bericht](https://a.example) hier"),
        ("siehe <https://a.example> hier\n", "https://a.example", "https://a.example"),
        ("vor[^1] nach\n\n[^1]: Note\n", "vor nach", "vor[^1] nach"),
        ("vor[^1] nach\n\n[^1]: Note\n", "Note", "Note"),
        ("eins  \nzwei\n", "s\nz", "s  \nz"),
        ("eins\\\nzwei\n", "\n", "\\\n"),
        ("eins\n  zwei\n", "eins zwei", "eins\n  zwei"),
        ("> eins\n> zwei\n", "s z", "s\n> z"),
        ("- eins\n  zwei\n", "s z", "s\n  z"),
        ("|a \\| b|\n|-|\n", "|", "\\|"),
        ("|a|\n|-|\n|x **y** z|\n", "y z", "y** z"),
        ("|a|\n|-|\n\n: Die *Zahlen*\n", "e Zahl", "e *Zahl"),
        ("# Kopf **fett** #\n", "Kopf fett", "Kopf **fett"),
        ("Kopf\n===\n", "Kopf", "Kopf"),
        ("```\na\n\tb\n```\n", "a\n\tb", "a\n\tb"),
        ("    a\n    b\n", "a\nb", "a\n    b"),
        ("-\t\ta\n", "a", "a"),
        ("Begriff\n: Er*klä*rung\n", "rklär", "r*klä*r"),
        ("- [x] getan\n", "getan", "getan"),
        ('![A](b.png){caption="Ein Bild"}\n', "Bild", "Bild"),
        ('![A](b.png "Ein  Bild")\n', "Bild", '![A](b.png "Ein  Bild")'),
        ("a ![B](c.png) d\n", "a  d", "a ![B](c.png) d"),
        ("a ![B](/c.png) d\n", "B", "B"),
    ],
)
def test_a_selection_takes_in_what_lies_between(text: str, shown: str, source: str) -> None:
    document = tree.parse(text)
    (leaf,) = [leaf for leaf in tree.leaf_blocks(document) if shown in tree.rendered(leaf)[0]]
    first = tree.rendered(leaf)[0].index(shown)
    start, end = tree.source_span(document, leaf.start, first, first + len(shown))
    assert text[start:end] == source


def test_a_selection_is_found_in_every_cell() -> None:
    text = "|eins|zwei|\n|-|-|\n|drei||\n|vier|fünf|\n"
    document = tree.parse(text)
    for leaf in tree.leaf_blocks(document):
        word = tree.rendered(leaf)[0]
        if word:
            assert tree.source_span(document, leaf.start, 0, len(word)) == (text.index(word), leaf.end)
