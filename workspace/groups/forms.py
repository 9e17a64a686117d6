"""Forms of working groups."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField

from workspace.permissions import Role
from workspace.web.forms import Form, LineField, MaxLength, Required, TextField

ROLES = [
    SelectChoice(Role.READER, _l("Mitlesen")),
    SelectChoice(Role.REVIEWER, _l("Review")),
    SelectChoice(Role.EDITOR, _l("Redaktion")),
    SelectChoice(Role.LEAD, _l("Leitung")),
]


class GroupForm(Form):
    name = LineField(
        _l("Name der Arbeitsgruppe"),
        [Required(_l("Bitte geben Sie der Arbeitsgruppe einen Namen.")), MaxLength("name_max")],
    )
    purpose = TextField(_l("Worum es geht"), [MaxLength("purpose_max")])


class NewGroupForm(GroupForm):
    lead = SelectField(
        _l("Erste Leitung"), [Required(_l("Bitte wählen Sie, wer die Arbeitsgruppe leitet."))], coerce=str
    )


class RoleForm(Form):
    member = SelectField(_l("Mitglied"), [Required(_l("Bitte wählen Sie eine Person."))], coerce=str)
    role = SelectField(_l("Rolle"), choices=ROLES)
