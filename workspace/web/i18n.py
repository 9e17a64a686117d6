"""Language, dates and numbers as readers expect them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, format_date, format_time, get_locale
from flask_babel import gettext as _

from workspace.config import Settings, settings

LANGUAGES = ("de", "en")


def init_app(app: Flask, given: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = given.timezone
    Babel(app, locale_selector=choose_language, timezone_selector=lambda: given.timezone)


def choose_language() -> str:
    """The person's choice, then the browser's, then German."""
    if not has_request_context():
        return "de"
    chosen: str | None = g.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or "de"


def locale() -> str:
    """The language of this page."""
    found = get_locale()
    return str(found.language) if found else "de"


def local(moment: datetime) -> datetime:
    """The moment in the installation's time zone."""
    return moment.astimezone(ZoneInfo(settings().timezone))


def fmt_date(moment: datetime) -> str:
    """14. März 2026"""
    return str(format_date(local(moment).date(), "long" if locale() == "de" else "d MMMM y"))


def fmt_day(moment: datetime) -> str:
    """14. März: a date whose year is clear."""
    return str(format_date(local(moment).date(), "d. MMMM" if locale() == "de" else "d MMMM"))


def fmt_time(moment: datetime) -> str:
    """14:03"""
    return str(format_time(moment, "HH:mm"))


def fmt_datetime(moment: datetime) -> str:
    """14. März 2026, 14:03"""
    return f"{fmt_date(moment)}, {fmt_time(moment)}"


def count_word(number: int) -> str:
    """Numbers up to twelve as words, as running text has them."""
    words = (
        _("null"), _("ein"), _("zwei"), _("drei"), _("vier"), _("fünf"), _("sechs"),
        _("sieben"), _("acht"), _("neun"), _("zehn"), _("elf"), _("zwölf"),
    )  # fmt: skip
    return words[number] if 0 <= number < len(words) else str(number)
