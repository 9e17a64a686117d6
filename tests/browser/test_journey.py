"""The first path: sign in, start a paper, write, see what changed, comment, publish, read. As people do it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.builders import make_paper, save
from workspace.accounts.signing_in import write_token

BODY = """## Anlass

Wer fragt, verspricht eine Antwort. Das Versprechen gilt auch nach dem letzten Termin.

## Vorschlag

Jede Kommune antwortet binnen acht Wochen.
"""
CHANGED = BODY.replace("binnen acht Wochen", "binnen sechs Wochen öffentlich")


def press(page: Page, name: str) -> None:
    """Press the one visible button of this name."""
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


def sign_in(served: Served, page: Page, email: str) -> None:
    """By a single-use link, as a new member does."""
    member = next(m for m in vars(served.people).values() if getattr(m, "email", "") == email)
    token = write_token(member)
    served.db.commit()
    page.goto(f"/sign-in/{token}")
    press(page, "Jetzt anmelden")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten Tag")


def start_paper(page: Page, group: str) -> None:
    page.goto(f"/groups/{group}")
    page.get_by_role("link", name="Papier beginnen").click()
    page.get_by_label("Positionspapier").check()
    page.get_by_label(re.compile("^Titel")).fill("Antworten, die ankommen")
    page.locator("[name=abstract]").fill("Was Menschen von einem Verfahren erwarten dürfen.")
    page.locator("[name=contact]").fill("ag-qualitaet@netz.example")
    press(page, "Papier anlegen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Antworten, die ankommen")
    expect(page.locator(".guidance").first).to_be_visible()


def write(page: Page, text: str, summary: str, *, scripts: bool) -> None:
    """Put a text in place of what is there: in the live editor, or in the form without scripts."""
    page.get_by_role("link", name="Bearbeiten", exact=True).click()
    if scripts:
        expect(page.locator(".cm-content")).to_be_editable()
        page.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(text)
        press(page, "Speichern")
        page.locator("dialog[open] [name=summary]").fill(summary)
        page.keyboard.press("Enter")
        expect(page.locator(".notice--ok")).to_be_visible()
        page.get_by_role("link", name="Zum Text").click()
        expect(page.locator("article.prose")).to_be_visible()
        return
    page.locator("#body").fill(text)
    page.locator("#summary").fill(summary)
    press(page, "Speichern")
    expect(page.locator("article.prose")).to_be_visible()


def comment_on_paragraph(page: Page, words: str, *, scripts: bool) -> None:
    """By the tools of the paragraph: at its handle, or on a page of their own without scripts."""
    if scripts:
        page.locator("article p", has_text="binnen").get_by_role("button").click()
        page.locator("#pop").get_by_role("link", name="Kommentieren").click()
    else:
        page.locator(".bar summary", has_text="Mehr").click()
        page.get_by_role("link", name="Absatz für Absatz").click()
        page.get_by_role("link", name=re.compile("binnen")).first.click()
        page.get_by_role("main").get_by_role("link", name="Kommentieren").click()
    page.locator("dialog textarea[name=body], main form.cform textarea[name=body]").first.fill(words)
    press(page, "Rückmeldung absenden")
    expect(page.get_by_text(words).first).to_be_attached()


def comment_on_selection(page: Page, passage: str, words: str) -> None:
    """Select words in the text; the button beside them opens the form."""
    page.evaluate(
        """passage => {
            const walker = document.createTreeWalker(document.querySelector("article.prose"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(passage);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(walker.currentNode, at);
                range.setEnd(walker.currentNode, at + passage.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                walker.currentNode.parentElement.scrollIntoView({block: "center"});
                document.dispatchEvent(new Event("selectionchange"));
                document.dispatchEvent(new MouseEvent("mouseup", {bubbles: true}));
                return;
            }
            throw new Error("passage not found");
        }""",
        passage,
    )
    page.locator(".selpop").click()
    page.locator("dialog textarea[name=body], main form.cform textarea[name=body]").first.fill(words)
    press(page, "Rückmeldung absenden")
    expect(page.locator("article mark").first).to_have_text(passage)


@pytest.mark.parametrize(
    ("phone", "scripts"),
    [
        pytest.param(False, True, id="desktop-scripts"),
        pytest.param(True, False, id="phone-no-scripts", marks=pytest.mark.long),
        pytest.param(False, False, id="desktop-no-scripts", marks=pytest.mark.long),
        pytest.param(True, True, id="phone-scripts", marks=pytest.mark.long),
    ],
)
def test_from_sign_in_to_the_published_edition(served: Served, page_for: PageFor, phone: bool, scripts: bool) -> None:
    people = served.people
    editor = page_for(phone=phone, scripts=scripts)
    sign_in(served, editor, people.editor.email)
    start_paper(editor, people.quality.key)
    write(editor, BODY, "Erster Entwurf", scripts=scripts)
    write(editor, CHANGED, "Kürzere Frist nach dem Gespräch", scripts=scripts)
    paper_address = editor.url.split("#")[0].split("?")[0]

    editor.get_by_role("link", name="Vergleichen").click()
    expect(editor.get_by_role("heading", level=1)).to_contain_text("geändert")
    expect(editor.locator("ins").first).to_contain_text("sechs")
    expect(editor.locator("del").first).to_contain_text("acht")

    reviewer = page_for(people.reviewer, phone=phone, scripts=scripts)
    reviewer.goto(paper_address)
    if scripts and not phone:
        comment_on_selection(reviewer, "binnen sechs Wochen", "Das schaffen wir nur mit einer weiteren Stelle.")
    else:
        comment_on_paragraph(reviewer, "Das schaffen wir nur mit einer weiteren Stelle.", scripts=scripts)
    reviewer.goto(paper_address)
    expect(reviewer.locator("article mark").first).to_contain_text("Wochen")
    expect(reviewer.get_by_text("Das schaffen wir nur mit einer weiteren Stelle.").first).to_be_attached()

    name_and_submit(served, page_for, paper_address, phone=phone, scripts=scripts)
    publish_and_read(served, page_for, phone=phone, scripts=scripts)


def name_and_submit(served: Served, page_for: PageFor, paper: str, *, phone: bool, scripts: bool) -> None:
    lead = page_for(served.people.lead, phone=phone, scripts=scripts)
    lead.goto(f"{paper}/revisions/3")
    lead.get_by_text("Als Fassung benennen").click()
    lead.locator("[name=name]").fill("K1")
    press(lead, "Benennen")
    expect(lead.get_by_text("K1").first).to_be_visible()
    lead.goto(f"{paper}/submission")
    lead.locator("[name=authors]").fill("AG Qualität")
    press(lead, "Fassung K1 einreichen")
    expect(lead.get_by_text("Wartet auf Antwort")).to_be_visible()


def publish_and_read(served: Served, page_for: PageFor, *, phone: bool, scripts: bool) -> None:
    coordination = page_for(served.people.coordination, phone=phone, scripts=scripts)
    coordination.goto("/coordination")
    coordination.get_by_role("link", name="Antworten, die ankommen").first.click()
    expect(coordination.locator("article.prose")).to_contain_text("binnen sechs Wochen")
    press(coordination, "Veröffentlichen")

    public = page_for(None, phone=phone, scripts=scripts)
    public.goto("/library")
    public.get_by_role("link", name="Antworten, die ankommen").first.click()
    expect(public.get_by_role("heading", level=1)).to_have_text("Antworten, die ankommen")
    expect(public.locator("article.prose")).to_contain_text("binnen sechs Wochen öffentlich")
    expect(public.get_by_text("Das schaffen wir nur")).to_have_count(0)
    assert public.url.endswith("/1.0")


def test_both_wordings_stand_side_by_side_when_two_change_the_same_sentence(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people, text=BODY)
    page = page_for(served.people.editor)
    page.goto(f"/papers/{paper.key}/edit?as=form")
    save(paper, served.people.lead, BODY.replace("acht", "zehn"))
    page.locator("#body").fill(BODY.replace("acht", "vier"))
    press(page, "Speichern")
    expect(page.locator(".theirs").first).to_contain_text("zehn")
    expect(page.locator(".mine").first).to_contain_text("vier")
    expect(page.locator(".base").first).to_contain_text("acht")


def test_a_step_from_change_to_change_by_keyboard(served: Served, page_for: PageFor) -> None:
    paper = make_paper(served.people, text=BODY)
    save(paper, served.people.lead, CHANGED.replace("letzten Termin", "letzten Abend"))
    page = page_for(served.people.reader)
    page.goto(f"/papers/{paper.key}/compare/1/2")
    expect(page.locator(".stepper output")).to_contain_text("2")
    page.keyboard.press("j")
    expect(page.locator(".stepper output")).to_have_text("Änderung 1 von 2")
    page.keyboard.press("j")
    expect(page.locator(".stepper output")).to_have_text("Änderung 2 von 2")
    page.keyboard.press("k")
    expect(page.locator(".stepper output")).to_have_text("Änderung 1 von 2")
