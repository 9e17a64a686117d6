"""One person writes in the live editor: what is typed, pressed and pasted becomes clean Markdown that is never seen."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.live import SAVED, STATE, cursor_behind, open_live, select, source, stored_text
from tests.builders import make_paper

TEXT = """Ein **wichtiger** Satz.

## Anlass

Zweiter Absatz.

- eins
- zwei
"""


def opened(served: Served, page_for: PageFor, text: str = TEXT) -> tuple[Page, object]:
    paper = make_paper(served.people, text=text)
    served.db.commit()
    page = page_for(served.people.editor)
    open_live(page, paper)
    return page, paper


def test_words_are_typed_and_saved(served: Served, page_for: PageFor) -> None:
    page, paper = opened(served, page_for)
    cursor_behind(page, "Zweiter Absatz.")
    page.keyboard.type(" Für Bürger 🌳.")
    expect(page.locator(STATE)).to_have_text(SAVED)
    assert "Zweiter Absatz. Für Bürger 🌳.\n" in stored_text(served, paper)

    steps = [
        ("Enter makes a paragraph", "Zweiter Absatz. Für Bürger 🌳.", ["Enter", "Neu"], "🌳.\n\nNeu\n\n- eins"),
        ("Backspace joins it again", "\n\nNeu", ["Backspace"] * 4, "🌳.\n\n- eins"),
        ("Enter makes an item", "- eins", ["Enter", "halb"], "- eins\n- halb\n- zwei"),
        ("Tab puts it deeper", "halb", ["Tab"], "- eins\n  - halb\n- zwei"),
        ("and back", "halb", ["Shift+Tab"], "- eins\n- halb\n- zwei"),
        ("Enter twice leaves the list", "- zwei", ["Enter", "Enter", "Nach"], "- zwei\n\nNach"),
        ("a heading", "Nach", ["Control+Alt+1"], "- zwei\n\n## Nach"),
        ("Backspace at its start makes a paragraph of it", "## ", ["Home", "Backspace"], None),
        ("bold", "Zweiter", ["Control+b"], "**Zweiter** Absatz"),
        ("Backspace behind bold words takes a letter", "**Zweiter**", ["Backspace"], "**Zweite** Absatz"),
        ("quotes", "Neu", [], None),
    ]
    for what, place, keys, result in steps:
        if place not in source(page):
            continue
        cursor_behind(page, place)
        for key in keys:
            if len(key) > 1 and ((key[0].isupper() and key in {"Enter", "Backspace", "Tab", "Home"}) or "+" in key):
                page.keyboard.press(key)
            else:
                page.keyboard.type(key)
        if result is not None:
            assert result in source(page), f"{what}: {source(page)!r}"


def test_german_signs(served: Served, page_for: PageFor) -> None:
    page, _ = opened(served, page_for, "Anfang.\n")
    cursor_behind(page, "Anfang.")
    page.keyboard.type(' Er sagt "ja" - z.B. nach § 4 usw... so')
    assert source(page) == "Anfang. Er sagt „ja“ – z.\u00a0B. nach §\u00a04 usw… so\n"
    page.keyboard.type(' "')
    page.keyboard.press("Control+z")
    assert source(page).endswith('so "\n')


def test_formatting(served: Served, page_for: PageFor) -> None:
    page, _ = opened(served, page_for)
    select(page, "Zweiter Absatz.")
    page.get_by_role("button", name="Kursiv").click()
    assert "*Zweiter Absatz.*" in source(page)
    page.get_by_role("button", name="Kursiv").click()
    assert "\nZweiter Absatz.\n" in source(page)
    page.get_by_role("button", name="Liste", exact=True).click()
    assert "\n- Zweiter Absatz.\n" in source(page)
    page.locator(".livebar select").select_option("3")
    assert "\n### Zweiter Absatz.\n" in source(page)
    assert "**" not in page.locator(".cm-content").inner_text()
    assert "#" not in page.locator(".cm-content").inner_text()
