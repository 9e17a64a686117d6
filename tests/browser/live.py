"""What a person does in the live editor, and what has become of the text."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from workspace.papers import log
from workspace.papers.models import Paper

STATE = "[data-live-state]"
TEXT = ".cm-content"
SAVED = re.compile("^Auf dem Server gespeichert, [0-9]{2}:[0-9]{2}$")


def open_live(page: Page, paper: Paper) -> None:
    """Open the edit page and wait until one can write."""
    page.goto(f"/papers/{paper.key}/edit")
    expect(page.locator(TEXT)).to_be_editable()


def source(page: Page) -> str:
    """The Markdown that this page holds."""
    text: str = page.evaluate("document.querySelector('live-editor').session.text.toString()")
    return text


def cursor_behind(page: Page, words: str) -> None:
    """Put the cursor behind these words of the source."""
    page.evaluate(
        """(words) => {
          const { view } = document.querySelector("live-editor").editor;
          const at = view.state.doc.toString().indexOf(words);
          if (at < 0) throw new Error(`not in the text: ${words}`);
          view.dispatch({ selection: { anchor: at + words.length }, scrollIntoView: true });
          view.focus();
        }""",
        words,
    )


def select_words(page: Page, words: str) -> None:
    """Select these words of the source."""
    page.evaluate(
        """(words) => {
          const { view } = document.querySelector("live-editor").editor;
          const at = view.state.doc.toString().indexOf(words);
          if (at < 0) throw new Error(`not in the text: ${words}`);
          view.dispatch({ selection: { anchor: at, head: at + words.length }, scrollIntoView: true });
          view.focus();
        }""",
        words,
    )


def stored_text(served: Served, paper: Paper) -> str:
    """What the log says, as another process reads it now."""
    served.db.rollback()
    return log.Document.of(log.load(paper.id)).text


def until(page: Page, is_so: Callable[[], bool], what: str) -> None:
    """Wait as long as an expectation would; `page` goes on meanwhile. (The page's policy forbids the usual way.)"""
    for _ in range(400):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


def is_unsent(page: Page) -> bool:
    """Whether this page holds words that are not on the server's disk."""
    found: bool = page.evaluate("document.querySelector('live-editor').session.isUnsent")
    return found


def holds(page: Page, words: str) -> None:
    """Wait until this page's text has these words."""
    until(page, lambda: words in source(page), f"{words!r} is not in {source(page)!r}")
