"""A mail in words: subject, text and HTML from one template in the recipient's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workspace.config import settings
from workspace.resources import resource_dir

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
SOURCE_LANGUAGE = "de"
SUBJECT_MAX = 300


@dataclass(frozen=True)
class Letter:
    """What a mail says; to whom comes with `post`."""

    kind: str
    language: str
    subject: str
    text: str
    html: str


def compose(kind: str, language: str | None, /, **values: object) -> Letter:
    """Render a message.

    Args:
        kind: template below `templates/mail/`, without ending.
        language: of the recipient; None is German.
        values: for the template, which also knows `base_url`, `network_name` (pass it), `date()` and `time()`.
    Raises: jinja2.TemplateNotFound, jinja2.UndefinedError: a mail never goes out with a hole in it.
    """
    language = language or SOURCE_LANGUAGE
    environment = _environment(language)
    given: Mapping[str, object] = {
        "base_url": settings().base_url,
        "language": language,
        "date": partial(_date, language),
        "time": partial(_time, language),
        **values,
    }
    plain = environment.get_template(f"mail/{kind}.txt")
    subject = "".join(plain.blocks["subject"](plain.new_context(dict(given))))
    return Letter(
        kind=kind,
        language=language,
        subject=one_line(subject)[:SUBJECT_MAX],
        text=_tidy(plain.render(given)),
        html=environment.get_template(f"mail/{kind}.html").render({**given, "subject": one_line(subject)}),
    )


def one_line(value: str) -> str:
    """A text as it may stand in a header: no line ends, no control characters.

    >>> one_line("Neu\\r\\nBcc: evil@example.org\\x00")
    'Neu Bcc: evil@example.org'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def _tidy(text: str) -> str:
    """Templates leave empty lines behind; at most one stays, and no blank at the end of a line."""
    lines: list[str] = []
    for line in (given.rstrip() for given in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resource_dir("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    found: NullTranslations = NullTranslations()
    if language != SOURCE_LANGUAGE:
        found = Translations.load(TRANSLATIONS, [language])
    environment.install_gettext_translations(found, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _date(language: str, moment: datetime) -> str:
    """14. März 2026"""
    local = moment.astimezone(ZoneInfo(settings().timezone))
    return str(format_date(local.date(), "long" if language == "de" else "d MMMM y", locale=language))


def _time(language: str, moment: datetime) -> str:
    """14:03"""
    return str(format_time(moment.astimezone(ZoneInfo(settings().timezone)), "HH:mm", locale=language))
