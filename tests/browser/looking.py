"""What a page is asked in the browser: what axe finds, what is cut off or overlaps, where the focus goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import PageFor, Served, client_of
from tests.every_page import Shown, make_site, shown_pages
from tests.world import make_world

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKING = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")
NARROW = {"width": 320, "height": 640}

MOST_STOPS = 400


def every_page_shown(served: Served, page_for: PageFor, **look: bool) -> Iterator[tuple[str, Page]]:
    """(who and where, the page) of everything in tests/every_page.py, refused forms included, in one look.

    Pages for writing ask before their words are left; that is answered with yes.
    """
    site = make_site(make_world(served.people))
    served.db.commit()
    shown = list(shown_pages(site, lambda member: client_of(served, member)))
    pages: dict[int, Page] = {}
    for one in shown:
        who = one.member.id if one.member else 0
        if who not in pages:
            pages[who] = page_for(one.member, asked=[], **look)
        _show(pages[who], one)
        yield f"{one.member.name if one.member else 'public'} {one.path} ({one.status})", pages[who]


def _show(page: Page, shown: Shown) -> None:
    """Go there; what only a sent form brings is given to the browser as it came back."""
    if not shown.is_refusal:
        answer = page.goto(shown.path)
        assert answer is not None
        assert answer.status == shown.status, (
            f"{shown.member and shown.member.name} {shown.path}: {answer.status}, was {shown.status}"
        )
        return
    page.route(
        f"**{shown.path}",
        lambda route: route.fulfill(status=shown.status, body=shown.html, content_type="text/html; charset=utf-8"),
    )
    page.goto(shown.path)
    page.unroute_all()


def violations(page: Page) -> list[str]:
    """What axe complains of, a line each."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(TAGS)}, resultTypes: ['violations']}})")
    return [
        f"{rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def layout_faults(page: Page) -> list[str]:
    """What does not fit into the window, is cut off or overlaps."""
    page.evaluate(LOOKING)
    found: list[str] = page.evaluate("[...looking.tooWide(), ...looking.cutOff(), ...looking.overlaps()]")
    return found


def narrow_faults(page: Page) -> list[str]:
    """The same in a window of 320 px, and for people who have set twice the size of text; the page is set back."""
    before: Any = page.viewport_size
    protocol = page.context.new_cdp_session(page)
    protocol.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    found = [f"200 % text: {fault}" for fault in layout_faults(page)]
    protocol.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    protocol.detach()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += [f"320 px: {fault}" for fault in layout_faults(page)]
    page.set_viewport_size(before)
    return found


def focus_faults(page: Page) -> list[str]:
    """What is wrong with the focus while Tab goes through the page once: unseen, covered, or not in reading order."""
    found: list[str] = []
    page.evaluate(LOOKING)
    page.evaluate("document.activeElement.blur()")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        faults = page.evaluate("looking.focused()")
        if faults is None:
            return found
        found += faults
    return [*found, f"more than {MOST_STOPS} stops"]
