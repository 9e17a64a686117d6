"""Each letter a reader sees came from where the tree says, and the page holds these letters and no others."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.text import corpus
from tests.text.commonmark import EXAMPLES
from tests.text.letters import assert_letters
from tests.text.markdown import FULL, markdown
from workspace.text import tree
from workspace.text.nodes import Document

EVERY = 7
"""Of each history, every seventh revision and the last: neighbours hardly differ."""
LARGE = 300_000
"""Of larger texts the last revision only."""


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['example']} {case['section']}")
def test_the_letters_of_an_example_are_where_they_are_said_to_be(case: dict[str, Any]) -> None:
    assert_letters(case["markdown"])


def test_the_check_finds_a_tree_that_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Für **alle** &amp; `jede`\n"
    assert assert_letters(text) == len("Für alle & jede")
    moved = tree.parse(" " + text)
    monkeypatch.setattr(tree, "build", lambda _text: (Document(text, moved.blocks), []))
    with pytest.raises(AssertionError):
        assert_letters(text)


@pytest.mark.parametrize(
    "text",
    [
        "|a \\| b|*c*|\n|-|-|\n|`x\\|y`|&amp;\\||\n|1|\n\n: Titel &ouml; *x*\n",
        "~~weg~~ da ~~~x~~~\n~~a\nb~~\n",
        "a[^1] b[^zwei]\n\n[^1]: Erste\n  faul weiter\n\n    Zweite &lt;Zeile&gt;\n[^zwei]: - Punkt\n",
        "Begriff *x*\n: Erklärung\nfaul\n\n  mehr\n~ noch\\*eine\n",
        "- [ ] offen **ja**\n- [x] \\[x] getan\n  weiter\n- [X]\tTab\n",
        '![Alt](b.png){alt="x" caption="Eins  zwei" width=50%}\n\n![](b.png "Ein &quot;Titel&quot;")\n',
        "> [!HINWEIS]\n> Bitte *kurz*\n> fassen\n>\n> 1. a\n",
        ">\tcode\n>\t\tTab\n\n-\t\tcode\n\n\tcode\n \t code\n",
        "hart  \nweich\nnoch\\\n  hart   \n",
        "&#0; &#x80; &#150; &nbsp; &nGt; &unbekannt; &copy &#xD800; &#1114112;\n",
        "# \\# Kopf &mdash; *x* #\n\n\xa0a\xa0\n\n\u2003b\u2003\n===\n",
        "👩‍🌾 *👨‍👩‍👧‍👦* [🇩🇪](/x) `e\u0301`\n",
    ],
)
def test_the_letters_of_what_goes_beyond_commonmark(text: str) -> None:
    assert assert_letters(text)


@given(markdown)
@example(FULL)
def test_the_letters_of_any_text_are_where_they_are_said_to_be(text: str) -> None:
    assert_letters(text)


@given(st.text(alphabet="ab \t\n>-+*_`[]()!\\|:#=~&;<1.^{}\xa0\u2003\r\v\x00\ud800", max_size=120))
def test_the_letters_of_torn_markup_are_where_they_are_said_to_be(text: str) -> None:
    assert_letters(text)


if os.environ.get("CORPUS"):

    @pytest.mark.long
    @pytest.mark.parametrize("history", corpus.histories(), ids=lambda history: history.name)
    def test_the_letters_of_a_real_history_are_where_they_are_said_to_be(history: corpus.History) -> None:
        texts = history.texts
        for text in {*texts[:: EVERY if len(texts[-1]) < LARGE else len(texts)], texts[-1]}:
            assert assert_letters(text)
