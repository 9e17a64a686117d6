"""Comments as HTML."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.discussion.bodies import body_html

NAMES = {"rosa": "Rosa Review", "emil.redaktion": "Emil Redaktion"}


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("Ja.", "<p>Ja.</p>"),
        ("Eins\nzwei\n\n\ndrei", "<p>Eins<br>zwei</p><p>drei</p>"),
        ("<b>&amp;\"'", "<p>&lt;b&gt;&amp;amp;&#34;&#39;</p>"),
        ("**kein** Markdown [x](y)", "<p>**kein** Markdown [x](y)</p>"),
        ("@rosa, bitte", '<p><b class="mention" title="Rosa Review">@rosa</b>, bitte</p>'),
        ("@emil.redaktion.", '<p><b class="mention" title="Emil Redaktion">@emil.redaktion</b>.</p>'),
        ("@fremd und rosa@stadt.example", "<p>@fremd und rosa@stadt.example</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        (
            "(siehe https://a.example/(c)), ja",
            '<p>(siehe <a href="https://a.example/(c)" rel="noopener noreferrer">https://a.example/(c)</a>), ja</p>',
        ),
        (
            "https://a.example/@rosa?x=1&y=2",
            '<p><a href="https://a.example/@rosa?x=1&amp;y=2" rel="noopener noreferrer">'
            "https://a.example/@rosa?x=1&amp;y=2</a></p>",
        ),
        ("https://", "<p>https://</p>"),
    ],
)
def test_a_body_becomes(body: str, html: str) -> None:
    assert str(body_html(body, NAMES)) == html


@given(st.text(alphabet=st.sampled_from("<>&\"'@ab./:htps\n()[]"), max_size=200))
def test_only_our_own_elements_come_out(body: str) -> None:
    html = str(body_html(body, {"a": "A<", "b": '"'}))
    rest = html
    for ours in ("<p>", "</p>", "<br>", "</a>", "</b>"):
        rest = rest.replace(ours, "")
    for piece in rest.split("<")[1:]:
        assert piece.startswith(('a href="http', 'b class="mention" title="'))


@pytest.mark.parametrize(
    "body", ["https://a" + ")" * 10_000, "https://a" + "!" * 10_000, "@a." * 3_000, "\n" * 10_000 + "x"]
)
def test_hostile_bodies_are_quick(body: str) -> None:
    began = time.perf_counter()
    body_html(body, NAMES)
    assert time.perf_counter() - began < 1
