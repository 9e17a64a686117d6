"""Addresses: where a request may be sent on to, and links that leave the page."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, url_for

from workspace.config import settings


def safe_next(target: str | None) -> str | None:
    """The target when it is a path of this site, else None."""
    if not target or target[0] != "/" or target[1:2] in {"/", "\\"} or "\\" in target:
        return None
    if any(ord(char) < 33 or ord(char) == 127 for char in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def absolute(endpoint: str, **values: object) -> str:
    """The full address of an endpoint, made from the configured address and never from the request's Host."""
    return settings().base_url + url_for(endpoint, **values)  # type: ignore[arg-type]


def came_from() -> str:
    """Path of the page of this site that the browser says it comes from; "" for none."""
    before = urlsplit(request.headers.get("Referer", ""))
    return before.path if f"{before.scheme}://{before.netloc}" == settings().base_url else ""


def here() -> str:
    """Path and query of this request."""
    return request.full_path.rstrip("?")


def is_partial() -> bool:
    """A script asks for the piece that changes, not for the page around it."""
    return request.headers.get("X-Partial") == "1"
