"""What one does in the first hour, from the printed link, without reading anything: with the mouse and by keyboard.

docs/first-hour.md says how many clicks each task takes; here they are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.hands import Hand, Keyboard, Mouse
from tests.builders import TEXT, make_paper, save
from tests.discussion.talk import talk
from tests.people import actor_of
from workspace.accounts.models import Member
from workspace.accounts.signing_in import write_token
from workspace.papers import actions as papers
from workspace.papers.models import Paper

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "first-hour.md"
TITLE = "Beteiligung mit Antwort"
PASSAGE = "ersetzt keine Satzung"


def paper_that_changed(served: Served) -> Paper:
    """The editor has read it; meanwhile the reviewer asked something and the lead changed a sentence."""
    people = served.people
    paper = make_paper(people, title=TITLE)
    talk(paper, people.reviewer, "Das Versprechen heißt", body="Wer hat es gegeben?")
    papers.mark_read(actor_of(people.editor), paper, 1)
    served.db.commit()
    save(paper, people.lead, TEXT.replace("binnen acht Wochen", "binnen sechs Wochen"))
    return paper


def signed_in(hand: Hand, served: Served, member: Member) -> Hand:
    """From the printed link."""
    token = write_token(member)
    served.db.commit()
    hand.page.goto(f"/sign-in/{token}")
    hand.press("Jetzt anmelden")
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Guten Tag")
    return hand


def as_editor(hand: Hand) -> Iterator[str]:
    """Reading, commenting, correcting; the name of each task when it is done."""
    page = hand.page
    yield "sign in from the printed link"
    hand.press("Änderungen ansehen")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Guten Tag")
    yield "find the paper that changed"
    expect(page.locator("ins").first).to_contain_text("sechs")
    expect(page.locator("del").first).to_contain_text("acht")
    yield "see what changed"
    hand.press("Zum Text")
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    hand.comment_on(PASSAGE)
    hand.write("Ihre Rückmeldung", "Welche Satzung ist gemeint?")
    hand.press("Rückmeldung absenden")
    expect(page.locator("article mark", has_text=PASSAGE)).to_be_visible()
    yield "comment on a passage"
    hand.press(re.compile("^Antworten"))
    hand.write("Ihre Antwort", "Wir alle.")
    hand.press("Antwort senden")
    expect(page.locator("aside").get_by_text("Wir alle.")).to_be_visible()
    yield "answer a comment"
    hand.tool("Die Antwort ist öffentlich", "Absatz bearbeiten")
    hand.write(re.compile("^(Text|Absatz)"), " Das gilt immer.")
    hand.press("Speichern")
    expect(page.locator("article")).to_contain_text("Das gilt immer.")
    yield "correct a paragraph"
    hand.tool("Das gilt immer.", "Wer hat das geschrieben?")
    expect(page.get_by_role("main")).to_contain_text("Emil Redaktion")
    expect(page.get_by_role("main")).to_contain_text("Clara Leitung")
    yield "find who wrote a sentence"


def as_lead(hand: Hand) -> Iterator[str]:
    page = hand.page
    hand.press("Mehr")
    hand.press("Als Fassung benennen")
    hand.write(re.compile("^Name"), "K1")
    hand.press("Benennen")
    expect(page.get_by_text("Fassung K1").first).to_be_visible()
    yield "name a version"
    hand.press("Zur Veröffentlichung einreichen")
    expect(page.get_by_label(re.compile("^Wer als Verfasser"))).to_have_value("AG Qualität")
    hand.press("Fassung K1 einreichen")
    expect(page.get_by_text("Wartet auf Antwort")).to_be_visible()
    yield "submit it"


def as_coordination(hand: Hand) -> Iterator[str]:
    hand.press("Fassung prüfen")
    hand.press("Zur Entscheidung")
    hand.press("Veröffentlichen", is_button=True)
    expect(hand.page).to_have_url(re.compile("/p/.*/1.0$"))
    yield "publish it"


def as_public(hand: Hand) -> Iterator[str]:
    hand.press("Bibliothek")
    hand.press(re.compile(re.escape(TITLE)))
    hand.press(re.compile("^Zitieren"))
    hand.press(re.compile("^Angabe kopieren"))
    expect(hand.page.get_by_text("Kopiert")).to_be_visible()
    yield "cite it"


def the_hour(served: Served, page_for: PageFor, kind: type[Hand]) -> Iterator[tuple[str, Hand]]:
    """(task, the hand that has just done it), in order."""
    people, paper = served.people, paper_that_changed(served)

    def fresh() -> Page:
        page = page_for()
        page.context.grant_permissions(["clipboard-write", "clipboard-read"])
        return page

    editor = signed_in(kind(fresh()), served, people.editor)
    yield from ((task, editor) for task in as_editor(editor))
    lead = signed_in(kind(fresh()), served, people.lead)
    lead.page.goto(f"/papers/{paper.key}")
    lead.counted()
    yield from ((task, lead) for task in as_lead(lead))
    coordination = signed_in(kind(fresh()), served, people.coordination)
    coordination.counted()
    yield from ((task, coordination) for task in as_coordination(coordination))
    public = kind(fresh())
    public.page.goto("/")
    yield from ((task, public) for task in as_public(public))


def written_down() -> dict[str, int]:
    """Task → clicks, as the document says."""
    rows = re.findall(r"^\| ([a-z][^|]+?) \| (\d+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {task: int(clicks) for task, clicks in rows}


def test_the_first_hour_takes_as_many_clicks_as_written_down(served: Served, page_for: PageFor) -> None:
    counted = {task: hand.counted().clicks for task, hand in the_hour(served, page_for, Mouse)}
    assert counted == written_down(), "\n".join(f"| {task} | {clicks} |" for task, clicks in counted.items())


@pytest.mark.long
def test_the_first_hour_passes_without_a_mouse(served: Served, page_for: PageFor) -> None:
    """Tab, Enter, arrows and typing alone."""
    counted = {task: hand.counted() for task, hand in the_hour(served, page_for, Keyboard)}
    assert counted.keys() == written_down().keys()
    assert not any(count.clicks for count in counted.values())
    assert sum(count.keys for count in counted.values()) > len(counted)


@pytest.mark.parametrize("path", ["/", "/library"])
def test_the_first_tab_leads_past_the_head(served: Served, page_for: PageFor, path: str) -> None:
    page = page_for(served.people.lead)
    page.goto(path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
