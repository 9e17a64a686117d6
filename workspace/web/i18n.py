"""Language, dates and numbers as readers expect them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request
from flask import session as cookie
from flask_babel import Babel, format_date, format_time, get_locale
from flask_babel import gettext as _

from workspace.clock import now
from workspace.config import Settings, settings

LANGUAGES = ("de", "en")
OWN_NAMES = {"de": "Deutsch", "en": "English"}


COOKIE = "language"
"""Name of the visitor's choice in the one cookie; a member's stands in the account."""


def init_app(app: Flask, given: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = given.timezone
    Babel(app, locale_selector=choose_language, timezone_selector=lambda: given.timezone)


def choose_language() -> str:
    """The person's choice, then the one made in this browser without an account, then the browser's, then German."""
    if not has_request_context():
        return "de"
    chosen: str | None = g.get("language") or cookie.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "de"


def remember_language(language: str) -> None:
    """Keep a visitor's choice in the one cookie, which is set because this visitor asked for it."""
    cookie[COOKIE] = language
    cookie.permanent = True


def forget_language() -> None:
    """Follow the account again, or the browser."""
    cookie.pop(COOKIE, None)


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


def fmt_when(moment: datetime) -> str:
    """heute, 11:26; gestern, 9:05; 14. März; 14. März 2025: as one speaks of what was lately."""
    day, today = local(moment).date(), local(now()).date()
    if day == today:
        return str(_("heute, %(time)s", time=fmt_time(moment)))
    if day == today - timedelta(days=1):
        return str(_("gestern, %(time)s", time=fmt_time(moment)))
    return fmt_day(moment) if day.year == today.year else fmt_date(moment)


def count_word(number: int) -> str:
    """Numbers up to twelve as words, as running text has them."""
    words = (
        _("null"), _("ein"), _("zwei"), _("drei"), _("vier"), _("fünf"), _("sechs"),
        _("sieben"), _("acht"), _("neun"), _("zehn"), _("elf"), _("zwölf"),
    )  # fmt: skip
    return words[number] if 0 <= number < len(words) else str(number)
