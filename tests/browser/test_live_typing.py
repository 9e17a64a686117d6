"""One person writes in the live editor: what is typed, pressed and pasted becomes clean Markdown that is never seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.live import (
    SAVED,
    STATE,
    TEXT,
    cursor_behind,
    holds,
    open_live,
    select_words,
    source,
    stored_text,
    until,
)
from tests.browser.looking import focus_faults, narrow_faults
from tests.browser.test_axe import faults
from tests.builders import make_paper
from tests.discussion.talk import talk
from tests.every_page import FULL
from tests.people import actor_of
from tests.world import picture
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper

SHORT = """Ein **wichtiger** Satz.

## Anlass

Zweiter Absatz.

- eins
- zwei
"""
WORD = """<html><body><h2>Vorgehen</h2><p class=MsoNormal>Die <b>Ämter</b> antworten.<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>erstens</p>
<table><tr><td>Art</td><td>Std.</td></tr><tr><td>Umfrage</td><td>4</td></tr></table></body></html>"""
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "nicht dieses");
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(event);
}"""

COPY = """() => {
  const data = new DataTransfer();
  const event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(event);
  return { html: data.getData("text/html"), plain: data.getData("text/plain") };
}"""
TOP = "document.querySelector('.cm-line').getBoundingClientRect().top"


def opened(served: Served, page_for: PageFor, text: str = SHORT, **how: bool) -> tuple[Page, Paper]:
    paper = make_paper(served.people, text=text)
    served.db.commit()
    page = page_for(served.people.editor, **how)
    open_live(page, paper)
    return page, paper


@pytest.mark.long
def test_a_text_is_written_by_keyboard_alone(served: Served, page_for: PageFor) -> None:
    page, paper = opened(served, page_for)
    page.keyboard.press("Control+End")
    page.keyboard.type("Neu")  # into the empty last line: a paragraph of its own
    page.keyboard.press("Alt+1")
    page.keyboard.press("Enter")
    page.keyboard.type('Sie sagen "ja" - z.B. nach § 4. ')
    page.keyboard.press("Control+b")
    page.keyboard.type("Für alle 🌳 ")
    expect(page.locator(TEXT)).to_contain_text("§\u00a04. Für alle 🌳 ")  # no sign shows behind a blank
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+b")
    page.keyboard.type(" und Bürger*innen und Gäste*innen.")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Shift+7")
    page.keyboard.type("eins")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("zwei")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Ende")
    written = "## Neu\n\nSie sagen „ja“ – z.\u00a0B. nach §\u00a04. "
    written += "**Für alle 🌳** und Bürger\\*innen und Gäste\\*innen.\n\n1. eins\n   1. zwei\n\nEnde"
    assert source(page).endswith(f"- zwei\n\n{written}")
    expect(page.locator(STATE)).to_have_text(SAVED)
    assert written in stored_text(served, paper)

    # a rule's form is taken back alone, then what was typed
    page.keyboard.type(' "')
    page.keyboard.press("Control+z")
    assert source(page).endswith('Ende "')

    # a link by its dialog, a footnote by its own
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+k")
    page.keyboard.type("stadt.example/satzung")
    page.keyboard.press("Tab")
    page.keyboard.type("Satzung")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Alt+f")
    page.keyboard.type("Siehe dort.")
    page.get_by_role("dialog").get_by_role("button", name="Übernehmen").press("Enter")
    holds(page, "[Satzung](https://stadt.example/satzung)[^1]\n\n[^1]: Siehe dort.")

    # the page shows none of it
    seen = page.locator(TEXT).inner_text()
    assert not any(sign in seen for sign in ("**", "##", "](", "[^", "> "))

    # and it is kept with a word for the history
    page.keyboard.press("Control+s")
    page.keyboard.type("Erster Entwurf")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("festgehalten")


@pytest.mark.long
def test_what_is_pasted_and_pressed(served: Served, page_for: PageFor) -> None:
    page, _ = opened(served, page_for)
    cursor_behind(page, "Zweiter Absatz.")
    page.evaluate(PASTE, WORD)
    pasted = "## Vorgehen\n\nDie **Ämter** antworten.\n\n- erstens\n\n| Art | Std. |\n| --- | --- |\n| Umfrage | 4 |"
    holds(page, f"Zweiter Absatz.\n\n{pasted}\n\n- eins")

    # the table that came is changed in its dialog, in which no sign of Markdown is seen either
    page.locator(".ed-piece").hover()
    page.get_by_role("button", name="Tabelle bearbeiten").click()
    page.get_by_role("textbox", name="Zeile 1, Spalte 2").fill("fünf")
    page.get_by_role("button", name="Zeile darunter").click()
    page.keyboard.type("Bürgerrat")
    page.locator("[data-caption]").fill("Aufwand")
    page.get_by_role("button", name="Übernehmen").click()
    holds(page, "| Umfrage | fünf |\n| Bürgerrat |  |\n\n: Aufwand\n")
    expect(page.locator(".ed-piece caption")).to_have_text("Tabelle 1. Aufwand")

    # arrow keys stop at the table and choose it; Delete takes it out, undo brings it back
    cursor_behind(page, "- erstens")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ed-piece.is-chosen")).to_have_count(1)
    page.keyboard.press("Delete")
    assert "| Art |" not in source(page)
    page.keyboard.press("Control+z")
    holds(page, "| Art |")

    select_words(page, "Zweiter Absatz.")
    page.get_by_role("button", name="Kursiv").click()
    holds(page, "*Zweiter Absatz.*")
    page.locator(".livebar select").select_option("3")
    holds(page, "### *Zweiter Absatz.*\n")

    # find and replace: what one reads stays where it is, and signs are neither found nor in the way
    before = page.evaluate(TOP)
    page.keyboard.press("Control+f")
    panel = page.get_by_role("search", name="Suchen und ersetzen")
    expect(panel).to_be_visible()
    assert page.evaluate(TOP) == before
    page.keyboard.type("wichtiger Satz")
    expect(panel.get_by_role("status")).to_have_text("1 von 1")
    page.get_by_label("Ersetzen durch").fill("Gruß an Bürger*innen")
    page.get_by_role("button", name="alle ersetzen").click()
    holds(page, "Ein **Gruß an Bürger\\*innen**.")
    panel.get_by_label("Suchen", exact=True).fill("-")
    expect(panel.get_by_role("status")).to_have_text("Nichts gefunden")
    page.keyboard.press("Escape")
    expect(page.locator(TEXT)).to_be_focused()

    # what is copied goes out formatted, and as plain words
    select_words(page, "Ein **Gruß an Bürger\\*innen**.")
    out = page.evaluate(COPY)
    assert out == {"html": "Ein <strong>Gruß an Bürger*innen</strong>.", "plain": "Ein Gruß an Bürger*innen."}


@pytest.mark.long
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_editor_is_accessible_in_every_state(served: Served, page_for: PageFor, phone: bool, dark: bool) -> None:
    people = served.people
    paper = make_paper(people, text=FULL)
    add_attachment(actor_of(people.editor), paper, name="ablauf.png", data=picture("teal"))
    served.db.commit()
    talk(paper, people.reviewer, "Das **Versprechen** heißt", body="Wer hat es gegeben?")
    page, other = page_for(people.editor, phone=phone, dark=dark), page_for(people.lead)
    open_live(page, paper)
    open_live(other, paper)
    cursor_behind(other, "Jede Kommune")
    expect(page.locator(".ed-caret")).to_have_count(1)
    expect(page.locator("[data-thread-mark]").first).to_be_visible()
    page.evaluate("scrollTo(0, 300)")
    before = page.evaluate("scrollY")
    page.locator("[data-live-save]").focus()
    page.locator(".livebar select").focus()
    assert page.evaluate("scrollY") == before, "the page jumps when the focus comes to what sticks"
    page.wait_for_timeout(2600)  # names at carets stand over the text while they move, and fade
    found = faults(page)
    for name in ("table", "picture", "link", "footnote"):
        page.locator(f".livebar [data-deed={name}]").first.click()
        expect(page.locator("dialog[open]")).to_be_visible()
        found += [f"{name}: {fault}" for fault in faults(page)]
        page.keyboard.press("Escape")
    page.locator(".livemore summary").click()
    found += [f"more: {fault}" for fault in faults(page)]
    page.keyboard.press("Escape")
    page.locator(".livebar [data-deed=find]").click()
    expect(page.get_by_role("search", name="Suchen und ersetzen")).to_be_visible()
    found += [f"find: {fault}" for fault in faults(page)]
    page.keyboard.press("Escape")
    if not dark:
        found += [f"focus: {fault}" for fault in focus_faults(page)]
        found += [f"narrow: {fault}" for fault in narrow_faults(page)]
    assert not found, "\n".join(found)


@pytest.mark.long
def test_a_comment_is_written_while_editing_and_moves_with_its_words(served: Served, page_for: PageFor) -> None:
    page, paper = opened(served, page_for)
    cursor_behind(page, "Ein ")
    page.keyboard.type("sehr ")
    select_words(page, "Zweiter Absatz")
    page.keyboard.press("Alt+k")
    sheet = page.locator("dialog.sheet[open]")
    expect(sheet.locator(".passage")).to_have_text("Zweiter Absatz")
    sheet.get_by_label("Ihre Rückmeldung").fill("Warum zwei?")
    sheet.get_by_role("button", name="Rückmeldung absenden").click()
    mark = page.locator("[data-thread-mark]")
    expect(mark).to_have_text("Zweiter Absatz")
    expect(page.locator(".comment")).to_contain_text("Warum zwei?")
    cursor_behind(page, "## Anlass")
    page.keyboard.press("Enter")
    page.keyboard.type("Noch einer davor.")
    expect(mark).to_have_text("Zweiter Absatz")
    page.locator(".comment").get_by_text("Antworten").click()
    page.locator(".comment textarea").fill("Weil einer fehlt.")
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.locator(".comment")).to_contain_text("Weil einer fehlt.")
    until(page, lambda: "Noch einer davor." in stored_text(served, paper), "not stored")


@pytest.mark.long
def test_a_phone_writes_with_the_toolbar_at_the_bottom(served: Served, page_for: PageFor) -> None:
    page, paper = opened(served, page_for, phone=True)
    bar = page.locator(".livebar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == 844
    page.locator(TEXT).tap()
    cursor_behind(page, "Zweiter Absatz.")
    page.keyboard.type(" Vom Telefon.")
    page.get_by_role("button", name="Fett").tap()
    page.keyboard.type("Wichtig")
    expect(page.locator(STATE)).to_have_text(SAVED)
    assert "Zweiter Absatz. Vom Telefon." in stored_text(served, paper)
