"""Forms of the installation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from workspace.web.forms import Form, LineField, MaxLength, Required, TextField


class NetworkForm(Form):
    name = LineField(
        _l("Name des Netzwerks"), [Required(_l("Bitte geben Sie dem Netzwerk einen Namen.")), MaxLength("name_max")]
    )
    about = TextField(_l("Wer wir sind"), [MaxLength("purpose_max")])
    file = FileField(_l("Logo"))
    drop = BooleanField(_l("Logo entfernen"))


class LegalForm(Form):
    """base: id of the wording that is changed."""

    text = TextField(_l("Text"), [Required(_l("Bitte schreiben Sie einen Text.")), MaxLength("legal_max")])
    base = HiddenField()
