"""Tab through every page: the focus is seen, lies in the window, is not covered, and goes in reading order."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PageFor, Served
from tests.browser.looking import every_page_shown, focus_faults


@pytest.mark.long
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_focus_is_seen_at_every_stop_of_every_page(served: Served, page_for: PageFor, phone: bool) -> None:
    found = [
        f"{where}: {fault}"
        for where, page in every_page_shown(served, page_for, phone=phone)
        for fault in focus_faults(page)
    ]
    assert not found, "\n".join(found)
