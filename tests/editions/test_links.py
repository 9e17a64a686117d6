"""A text that leaves its group takes its files along and nothing that leads back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workspace.config import Settings, using
from workspace.editions.links import for_readers
from workspace.text.html import render
from workspace.text.tree import parse

ADDRESSES = {"a.pdf": "/p/x/1.0/files/a.pdf"}


@pytest.fixture(autouse=True)
def base_url() -> Iterator[None]:
    with using(Settings(environment="test", secret_key="x" * 40, base_url="https://papiere.example")):
        yield


def shown(text: str) -> str:
    return render(for_readers(parse(text), "geheimerschluessel", ADDRESSES.get))


@pytest.mark.parametrize("start", ["", "https://papiere.example"])
def test_a_link_to_a_file_of_the_paper_gets_its_public_address(start: str) -> None:
    assert 'href="/p/x/1.0/files/a.pdf"' in shown(f"[Anlage]({start}/papers/geheimerschluessel/files/a.pdf)\n")


@pytest.mark.parametrize(
    "target",
    ["/papers/geheimerschluessel", "/papers/geheimerschluessel/files/b.pdf", "https://papiere.example/papers/anders"],
)
def test_a_link_into_the_workspace_becomes_its_words(target: str) -> None:
    html = shown(f"Siehe [den **alten** Stand]({target}) dort.\n")
    assert "<a href=" not in html.replace('<a class="para"', "")
    assert "den <strong>alten</strong> Stand" in html
    assert "geheimerschluessel" not in html


def test_every_place_of_a_text_is_looked_at() -> None:
    link = "[x](/papers/geheimerschluessel)"
    text = (
        f"## {link}\n\n> {link}\n\n- *{link}*\n\n| a |\n|---|\n| {link} |\n\n: Tabelle {link}\n\nWort\n: {link}\n\n"
        f"Satz[^1].\n\n[^1]: Note {link}\n"
    )
    assert "geheimerschluessel" in render(parse(text))
    assert "geheimerschluessel" not in shown(text)


def test_other_links_stay_as_they_are() -> None:
    html = shown("[a](https://b.example/papers/x) [b](/library) [c](#h-1) [d](mailto:x@y.example)\n")
    for target in ("https://b.example/papers/x", "/library", "mailto:x@y.example"):
        assert f'href="{target}"' in html


def test_deep_texts_do_not_break_it() -> None:
    for text in ("> " * 3000 + "tief\n", "- " * 3000 + "tief\n", "*" * 3000 + "x" + "*" * 3000, "[" * 5000 + "x"):
        assert shown(text)
