"""Pages in a narrow window, with large text, without styles, with reduced motion, with forced colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageFor, Served
from tests.browser.looking import every_page_shown, narrow_faults
from tests.every_page import full_paper
from tests.world import make_world

STANDS = """() => {
  for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) sheet.remove();
  const shown = [...document.querySelectorAll("header, nav, main, h1, article, aside, footer, [role=region]")];
  const tops = shown.map((element) => element.getBoundingClientRect().top);
  return {
    words: shown.map((element) => element.tagName.toLowerCase()),
    isInOrder: tops.every((top, place) => place === 0 || top >= tops[place - 1] - 1),
    isStyled: getComputedStyle(document.body).display !== "block",
  };
}"""
MOVES = """() => document.getAnimations().map((one) => one.effect.target.outerHTML.slice(0, 90))
  .concat([...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    const long = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
    return long(style.transitionDuration) && style.transitionProperty !== "none" || style.scrollBehavior === "smooth"
      || style.animationName !== "none";
  }).map((element) => element.outerHTML.slice(0, 90)))"""


@pytest.mark.long
def test_no_page_breaks_at_320_px_or_with_text_twice_as_large(served: Served, page_for: PageFor) -> None:
    found = [f"{where}: {fault}" for where, page in every_page_shown(served, page_for) for fault in narrow_faults(page)]
    assert not found, "\n".join(found)


def order_of(page: Page) -> list[str]:
    """What stands on the page, one after the other, without any styles."""
    stands = page.evaluate(STANDS)
    assert not stands["isStyled"]
    assert stands["isInOrder"]
    return [word for word in stands["words"] if word != "div"]


def test_pages_read_in_the_right_order_without_styles(served: Served, page_for: PageFor) -> None:
    world = make_world(served.people)
    full = full_paper(world)
    page = page_for(served.people.lead)
    page.goto(f"/papers/{full.key}")
    text = order_of(page)
    wanted = ["header", "nav", "main", "h1", "nav", "article", "aside", "footer"]
    assert [word for word in text if word in wanted][: len(wanted) - 1] == wanted[:-1]
    assert text[-1] == "footer" or "footer" in text
    page.goto(f"/papers/{full.key}/compare/1/2")
    compared = order_of(page)
    assert compared.index("header") < compared.index("main") < compared.index("h1") < compared.index("footer")
    page.goto(f"/p/{world.published.slug}/1.1")
    edition = order_of(page)
    assert edition.index("h1") < edition.index("article") < edition.index("footer")


def test_nothing_moves_for_who_wants_no_motion(served: Served, page_for: PageFor) -> None:
    world = make_world(served.people)
    full = full_paper(world)
    page = page_for(served.people.lead)
    page.emulate_media(reduced_motion="reduce")
    for path in (
        "/",
        f"/papers/{full.key}",
        f"/papers/{full.key}/compare/1/2",
        f"/papers/{full.key}/history",
        "/library",
    ):
        page.goto(path)
        assert page.evaluate(MOVES) == [], path
    page.goto(f"/papers/{full.key}/compare/1/2")
    page.keyboard.press("j")
    expect(page.get_by_role("group", name="Von Änderung zu Änderung").locator("output")).to_contain_text("1 von")
    at = page.evaluate("scrollY")
    page.wait_for_timeout(100)
    assert page.evaluate("scrollY") == at


def test_forced_colours_keep_states_and_differences_apart(served: Served, page_for: PageFor) -> None:
    """Where the system chooses all colours, lines and borders still say what blue, green and red said."""
    world = make_world(served.people)
    full = full_paper(world)
    page = page_for(served.people.lead)
    page.emulate_media(forced_colors="active")
    page.goto(f"/papers/{full.key}/compare/1/2")
    line = "(element) => getComputedStyle(element).textDecorationLine"
    assert page.locator("ins").first.evaluate(line) == "underline"
    assert page.locator("del").first.evaluate(line) == "line-through"
    current = page.get_by_role("navigation", name="Hauptnavigation").locator("[aria-current]")
    other = page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Start")
    border = "(element) => getComputedStyle(element).borderBottomColor"
    assert current.evaluate(border) != other.evaluate(border)
