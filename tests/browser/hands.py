"""Two ways to use a page, each counting what it does: with the mouse, and with the keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

TOOLS = "summary[title^=Werkzeuge], button[aria-label^=Werkzeuge]"
MOST_TABS = 400


@dataclass
class Count:
    """What one task took; words that one has to write anyway are not counted."""

    clicks: int = 0
    keys: int = 0


class Hand:
    """What a person does on a page, by the words that stand there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = Count()

    def counted(self) -> Count:
        """What was done since the last time."""
        done, self.count = self.count, Count()
        return done

    def press(self, name: str | re.Pattern[str], *, is_button: bool = False) -> None:
        """Press the first link, button or switch of this name; or the first button."""
        raise NotImplementedError

    def write(self, label: str | re.Pattern[str], words: str) -> None:
        """Write into the field of this label, behind what stands there."""
        raise NotImplementedError

    def comment_on(self, words: str) -> None:
        """Open the form for a comment on these words of the text."""
        raise NotImplementedError

    def tool(self, words: str, name: str) -> None:
        """Choose one of the tools of the paragraph with these words."""
        raise NotImplementedError

    def paragraph(self, words: str) -> Locator:
        return self.page.locator("article [data-start]").filter(has_text=words).last

    def handle(self, words: str) -> Locator:
        """What opens the tools of the paragraph with these words."""
        frame = "xpath=ancestor-or-self::*[.//*[self::summary[starts-with(@title, 'Werkzeuge')]"
        frame += " or self::button[starts-with(@aria-label, 'Werkzeuge')]]][1]"
        return self.paragraph(words).locator(frame).locator(TOOLS).first

    def _named(self, name: str | re.Pattern[str], is_button: bool) -> Locator:
        """In an open dialog, else on the page."""
        dialog = self.page.get_by_role("dialog").filter(visible=True)
        place: Page | Locator = dialog if dialog.count() else self.page
        exact = re.compile(f"^{re.escape(name)}$") if isinstance(name, str) else name
        found = place.get_by_role("button", name=exact)
        if is_button:
            return found.filter(visible=True).first
        return (
            found.or_(place.get_by_role("link", name=exact))
            .or_(place.locator("summary").filter(has_text=exact))
            .filter(visible=True)
            .first
        )

    def _in_the_list(self, name: str) -> Locator:
        """A link of the list that a paragraph's tools have opened; it stands behind all others of this name."""
        return self.page.get_by_role("link", name=name, exact=True).filter(visible=True).last


class Mouse(Hand):
    """Clicks; a selection made by drawing over words is one."""

    def press(self, name: str | re.Pattern[str], *, is_button: bool = False) -> None:
        self._named(name, is_button).click()
        self.count.clicks += 1

    def write(self, label: str | re.Pattern[str], words: str) -> None:
        field = self.page.get_by_label(label).filter(visible=True).first
        expect(field).to_be_visible()
        if not field.evaluate("(element) => element === document.activeElement"):
            field.click()
            self.count.clicks += 1
        field.press("Control+End")
        self.page.keyboard.type(words)

    def comment_on(self, words: str) -> None:
        self.paragraph(words).scroll_into_view_if_needed()
        self.page.evaluate(DRAW, words)
        self.page.get_by_role("button", name="Kommentieren").click()
        self.count.clicks += 2

    def tool(self, words: str, name: str) -> None:
        self.paragraph(words).hover()
        handle = self.handle(words)
        handle.hover()
        if handle.evaluate("(element) => element.matches('button')"):
            handle.click()
            self.count.clicks += 1
        self._in_the_list(name).click()
        self.count.clicks += 1


DRAW = """(words) => {
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
  }
  throw new Error("not in the text: " + words);
}"""


class Keyboard(Hand):
    """Tab, Enter, arrows, Escape and typing; each key is counted."""

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.count.keys += 1

    def to(self, target: Locator) -> None:
        """Tab until this element has the focus."""
        expect(target).to_be_attached()
        for _ in range(MOST_TABS):
            if target.evaluate("(element) => element === document.activeElement"):
                return
            self.key("Tab")
        raise AssertionError(f"Tab does not lead to {target}")

    def press(self, name: str | re.Pattern[str], *, is_button: bool = False) -> None:
        found = self._named(name, is_button)
        expect(found).to_be_visible()
        self.to(found)
        self.key("Enter")

    def write(self, label: str | re.Pattern[str], words: str) -> None:
        self.to(self.page.get_by_label(label).filter(visible=True).first)
        self.key("Control+End")
        self.page.keyboard.type(words)

    def comment_on(self, words: str) -> None:
        """By the tools of the paragraph; the words are written into the form."""
        self.tool(words, "Kommentieren")
        self.press("Nur einen Teil davon meinen")
        self.write("Nur diese Wörter", words)

    def tool(self, words: str, name: str) -> None:
        self.to(self.handle(words))
        self.key("Enter")
        expect(self._in_the_list("Wer hat das geschrieben?")).to_be_visible()
        self.to(self._in_the_list(name))
        self.key("Enter")
