"""Forms of discussions: what a page sends, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from workspace.discussion.models import ThreadKind
from workspace.discussion.spans import Span, selected
from workspace.errors import Invalid
from workspace.papers.forms import number_of
from workspace.text.nodes import Document
from workspace.web.forms import Form, LineField, MaxLength, TextField
from workspace.web.messages import message

KINDS = (
    SelectChoice(ThreadKind.QUESTION.value, _l("Frage")),
    SelectChoice(ThreadKind.REMARK.value, _l("Anmerkung")),
    SelectChoice(ThreadKind.OBJECTION.value, _l("Einwand")),
)


class KnownKind:
    """One of the three kinds; says so in a sentence of ours."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms

    def __call__(self, form: Any, field: Any) -> None:
        if field.data not in {kind.value for kind in ThreadKind}:
            field.errors[:] = []
            raise StopValidation(message("kind_unknown"))


class PassageForm(Form):
    """A passage of a revision, and the words it may be narrowed to."""

    revision = HiddenField()
    words = LineField(_l("Nur diese Wörter"), [MaxLength("quote_max")])

    def revision_number(self) -> int | None:
        return number_of(self.revision.data)


class ThreadForm(PassageForm):
    """A new thread; without a passage it is on the whole paper."""

    start = HiddenField()
    end = HiddenField()
    quote = HiddenField()
    """What stands at the passage, where it was pointed at in the live editor: its text may be no revision yet."""
    kind = RadioField(_l("Art"), [KnownKind()], choices=KINDS, validate_choice=False)
    body = TextField(_l("Ihre Rückmeldung"))

    def span(self) -> Span | None:
        """Raises: Invalid for positions that are none, or only one of them."""
        return span_of(self.start.data, self.end.data)


class PinForm(PassageForm):
    """A thread's new passage: one of the blocks of the text."""

    passage = RadioField(_l("Neue Textstelle"), validate_choice=False)

    def span(self) -> Span:
        """Raises: Invalid where no block was chosen."""
        start, _, end = (self.passage.data or "").partition("-")
        found = span_of(start, end)
        if found is None:
            raise Invalid(fields={"passage": "passage_missing"})
        return found


class BodyForm(Form):
    """The words of an answer or of a comment that is edited."""

    body = TextField(_l("Ihre Antwort"))


def span_of(start: str | None, end: str | None) -> Span | None:
    """Source positions of a form or address; None where both are empty.

    Raises: Invalid("passage_wrong").
    """
    if not start and not end:
        return None
    first, after = number_of(start), number_of(end)
    if first is None or after is None or first >= after:
        raise Invalid("passage_wrong")
    return first, after


def inside(document: Document, span: Span | None) -> Span | None:
    """The span, when it lies in the text. Raises: Invalid("passage_wrong")."""
    if span is not None and span[1] > len(document.source):
        raise Invalid("passage_wrong")
    return span


def span_asked(given: Mapping[str, str], document: Document) -> Span | None:
    """The passage an address names; None for the whole paper.

    Either `start` and `end` in the source, or a selection in the text as it is shown: from offset `from` of the block
    that begins at `block` to offset `to` of the block at `last`, the same one where `last` is left out.

    Raises: Invalid("passage_wrong").
    """
    if not given.get("block"):
        return inside(document, span_of(given.get("start"), given.get("end")))
    block, begin, finish = (number_of(given.get(name)) for name in ("block", "from", "to"))
    last = number_of(given["last"]) if given.get("last") else block
    if block is None or begin is None or finish is None or last is None:
        raise Invalid("passage_wrong")
    return inside(document, selected(document, (block, begin), (last, finish)))
