"""Answers to what was just done that offer to take it back: a button that posts the inverse act."""

from __future__ import annotations

from flask import flash, url_for


def flash_undo(text: str, endpoint: str, *, sent: dict[str, object] | None = None, **values: object) -> None:
    """Flash a sentence with the button "Rückgängig".

    Where the inverse act needs a right that the person may have lost by the act itself, flash the sentence alone.

    Args:
        endpoint, values: where the inverse act is posted to.
        sent: the fields of its form; short, as the message travels in the cookie.
    """
    fields = {name: str(value) for name, value in (sent or {}).items()}
    flash({"text": text, "undo": url_for(endpoint, **values), "sent": fields})  # type: ignore[arg-type]
