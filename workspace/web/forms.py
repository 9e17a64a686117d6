"""What every form shares: cleaned input, German messages, refusals of actions shown at their field."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from workspace.config import settings
from workspace.db import session
from workspace.errors import Invalid
from workspace.text.normal import normalize
from workspace.web.messages import message


def clean_line(value: str | None) -> str:
    """One line: NFC, no control characters, blanks folded and stripped."""
    text = unicodedata.normalize("NFC", normalize(value or ""))
    return " ".join(text.split())


def clean_text(value: str | None) -> str:
    """Several lines in the stored form, without the final newline."""
    return normalize(value or "").strip("\n")


class LineField(StringField):
    """One line of text, cleaned."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[clean_line], **options)


class TextField(TextAreaField):
    """Several lines of text, cleaned."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[clean_text], **options)


class Required:
    """The field must hold something."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms

    def __init__(self, text: Any = None) -> None:
        self.text = text or _l("Bitte füllen Sie dieses Feld aus.")

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data or not str(field.data).strip():
            field.errors[:] = []
            raise StopValidation(str(self.text))


class MaxLength:
    """At most so many characters; the limit is read from the settings when asked."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __call__(self, form: Any, field: Any) -> None:
        limit: int = getattr(settings(), self.setting)
        if len(field.data or "") > limit:
            raise ValidationError(message("too_long", {"limit": limit, "now": len(field.data)}))


class Form(FlaskForm):
    """Base of all forms. Only what a page's form sends counts: JSON never fills one."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, also when it holds no field; None for a form that was not sent."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return CombinedMultiDict((request.files, request.form)) if form.is_submitted() else None

    def hidden_tag(self, *fields: Any) -> Markup:
        """All hidden fields, without ids: two forms of a page have the same ones, and no label names them."""
        hidden = (field for field in fields or self if isinstance(field.widget, HiddenInput))
        return Markup("\n").join(field(id=False) for field in hidden)

    def take(self, error: Invalid) -> None:
        """Show what an action refused at the fields it names; the rest stands above the form.

        What the action had begun is let go, so that the page is made without the lock.
        """
        session().rollback()
        for name, code in error.fields.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, message(code, error.values)]
            else:
                self.form_errors.append(message(code, error.values))
        if not error.fields:
            self.form_errors.append(message(error.code, error.values))
