"""The stored form of text."""

from __future__ import annotations

import doctest
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.text import normal
from workspace.text.normal import COMBINING_MARKS, normalize

MARKS = st.text("a\u0308\u0315\u0300\u0344\u0f71\u0f72\u0f73\u0f75\u0f81\u0345 \n", max_size=200)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("", ""),
        ("\n\n", ""),
        ("a", "a\n"),
        ("a\n\n\n", "a\n"),
        ("\n\na", "\n\na\n"),
        ("a  ", "a  \n"),
        ("a\r\nb\rc", "a\nb\nc\n"),
        ("a\r\n\r\nb", "a\n\nb\n"),
        ("a\vb\fc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf\n"),
        ("a\tb\x00\x07\x1b\x7fc\x9f", "a\tbc\n"),
        ("\ufeffa\ufeffb", "ab\n"),
        ("Fu\u0308r", "Für\n"),
        ("a\ue000\uf8ff\U000f0000\U0010fffdb", "ab\n"),
        ("a\ufffe\uffff\ufdd0b", "ab\n"),
        ("a\ud83db\udc69", "ab\n"),
        ("\ud83d\udc69", "👩\n"),
        ("👩\u200d🌾 Bürger", "👩\u200d🌾 Bürger\n"),
        ("soft\u00adhyphen and\u00a0no-break", "soft\u00adhyphen and\u00a0no-break\n"),
        ("u\ufeff\u0308", "ü\n"),
    ],
)
def test_text_gets_its_stored_form(given_text: str, stored: str) -> None:
    assert normalize(given_text) == stored


@given(st.one_of(st.text(), MARKS, st.text(st.characters())))
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    stored = normalize(text)
    assert normalize(stored) == stored


@given(st.one_of(st.text(), st.text("\r\n\x00\x85\ud800\udc00\ue000a\u0308")))
def test_the_stored_form_holds_what_it_promises(text: str) -> None:
    stored = normalize(text)
    assert unicodedata.is_normalized("NFC", stored)
    assert stored == "" or (stored.endswith("\n") and not stored.endswith("\n\n"))
    assert all(c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp") for c in stored)
    assert "\ufeff" not in stored
    stored.encode()


def test_more_marks_than_any_script_uses_are_cut() -> None:
    assert normalize("a" + "\u0301" * 100) == "á" + "\u0301" * (COMBINING_MARKS - 1) + "\n"


@pytest.mark.parametrize("unit", ["\u0315\u0300", "\u0f73", "a\u0315\u0300", "\r", "\ud83d", "\x00", "\u0344\u0345"])
def test_a_million_characters_are_normalized_in_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    normalize(text)
    assert time.process_time() - started < 5


def test_the_documented_example_is_true() -> None:
    assert doctest.testmod(normal).failed == 0
