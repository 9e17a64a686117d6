"""Forms of papers: what a page sends, as typed values."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, TextAreaField

from workspace.papers.models import PaperKind
from workspace.text.normal import normalize
from workspace.web.forms import Form, LineField, MaxLength, Required, TextField

LONGEST_NUMBER = 9
"""Digits of a revision number in a form; more cannot name a revision."""

KINDS = (
    SelectChoice(PaperKind.POSITION_PAPER, _l("Positionspapier")),
    SelectChoice(PaperKind.WORKING_PAPER, _l("Arbeitspapier")),
    SelectChoice(PaperKind.PROFESSION_PROFILE, _l("Berufsbild")),
)


def number_of(value: str | None) -> int | None:
    """A revision number from a form or address; None when it is none.

    >>> number_of("12"), number_of("-3"), number_of("10" * 9), number_of("x")
    (12, None, None, None)
    """
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


class BaseField(HiddenField):
    """The revision the writer started from; `data` is its number, 0 where the form names none."""

    data: int

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = (number_of(valuelist[0]) if valuelist else None) or 0


class SourceField(TextAreaField):
    """Markdown in its stored form; blank lines at its beginning stay."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[_stored], **options)


def _stored(value: str | None) -> str:
    return normalize(value or "")


class DescribeForm(Form):
    title = LineField(_l("Titel"), [Required(_l("Bitte geben Sie dem Papier einen Titel.")), MaxLength("title_max")])
    abstract = TextField(_l("Worum es geht"), [MaxLength("abstract_max")])
    contact = LineField(_l("Kontakt für Rückfragen"), [MaxLength("contact_max")])


class CreateForm(Form):
    kind = RadioField(_l("Was soll entstehen?"), [Required(_l("Bitte wählen Sie eine Art."))], choices=KINDS)
    title = LineField(_l("Titel"), [Required(_l("Bitte geben Sie dem Papier einen Titel.")), MaxLength("title_max")])
    abstract = TextField(_l("Worum es geht"), [MaxLength("abstract_max")])
    contact = LineField(_l("Kontakt für Rückfragen"), [MaxLength("contact_max")])


class ParkForm(Form):
    reason = LineField(_l("Grund"), [MaxLength("summary_max")])


class EditForm(Form):
    """The text of a paper, or of one block of it."""

    body = SourceField(_l("Text"))
    summary = LineField(_l("Was haben Sie geändert?"), [MaxLength("summary_max")])
    base = BaseField()


class SittingForm(Form):
    """What is said of a sitting of the live editor that is kept now."""

    summary = LineField(_l("Was haben Sie geändert?"), [MaxLength("summary_max")])
