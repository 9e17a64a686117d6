"""Forms of coming in and leaving."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField

from workspace.web.forms import Form, LineField, MaxLength, Required, TextField, clean_line


class LeaveForm(Form):
    keeps = BooleanField(_l("Mein Name bleibt in den genannten Ausgaben gedruckt"))
    sure = BooleanField(_l("Ich verlasse das Netzwerk und weiß, dass sich das nicht rückgängig machen lässt"))


class ListForm(Form):
    people = TextField(_l("Liste"), [Required()])
    file = FileField(_l("oder eine Datei (CSV aus Excel)"))


class JoinForm(Form):
    name = LineField(_l("Vor- und Nachname"), [Required(), MaxLength("name_max")])
    email = EmailField(_l("Dienstliche E-Mail-Adresse"), [Required()], filters=[clean_line])
    organisation = LineField(_l("Kommune"), [Required(), MaxLength("name_max")])
    function = LineField(_l("Funktion"), [Required(), MaxLength("name_max")])
    reason = TextField(_l("Warum möchten Sie mitarbeiten?"), [Required(), MaxLength("purpose_max")])


class DeclineForm(Form):
    sentence = TextField(_l("Ihre Antwort"), [Required(), MaxLength("purpose_max")])
