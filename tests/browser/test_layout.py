"""Pages in a narrow window, with large text, without styles and with reduced motion."""

from __future__ import annotations

from tests.browser.conftest import PageFor, Served
from tests.browser.looking import every_page_shown, narrow_faults


def test_no_page_breaks_at_320_px_or_with_text_twice_as_large(served: Served, page_for: PageFor) -> None:
    found = [f"{where}: {fault}" for where, page in every_page_shown(served, page_for) for fault in narrow_faults(page)]
    assert not found, "\n".join(found)
