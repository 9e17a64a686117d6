"""What a first visit costs: requests and compressed bytes, as the browser counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True)
class Sent:
    """One answer: `size` in bytes as it came over the wire, without headers."""

    url: str
    kind: str
    size: int


def first_visit(page: Page, address: str) -> list[Sent]:
    """Everything that a browser with an empty cache asks for to show a page."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    answers: dict[str, dict[str, Any]] = {}
    sizes: dict[str, int] = {}
    devtools.on("Network.responseReceived", lambda event: answers.update({event["requestId"]: event}))
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return [
        Sent(event["response"]["url"], event["type"], sizes.get(ident, 0) - event["response"]["encodedDataLength"])
        for ident, event in answers.items()
    ]
