"""Forms of submitting, answering, publishing and withdrawing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice

from workspace.web.forms import Form, LineField, MaxLength, Required, TextField

STEPS = (SelectChoice("minor", _l("Überarbeitung")), SelectChoice("major", _l("Neufassung")))


class SubmitForm(Form):
    version = HiddenField()
    authors = TextField(
        _l("Wer als Verfasserin oder Verfasser genannt wird"),
        [Required(_l("Bitte nennen Sie die Arbeitsgruppe oder mindestens eine Person.")), MaxLength("authors_max")],
    )
    note = TextField(_l("Ein Wort an die Koordination"), [MaxLength("purpose_max")])


class PublishForm(Form):
    """`slug` counts at the first publication only, `step` only afterwards."""

    slug = LineField(_l("Adresse"), [Required(_l("Bitte geben Sie der Ausgabe eine Adresse."))])
    step = RadioField(_l("Wie groß ist die Änderung?"), [Required()], choices=STEPS, default="minor")


class ReturnForm(Form):
    answer = TextField(
        _l("Was fehlt noch?"), [Required(_l("Bitte sagen Sie der Gruppe, was noch fehlt.")), MaxLength("purpose_max")]
    )


class WithdrawForm(Form):
    reason = TextField(
        _l("Grund, öffentlich zu lesen"),
        [Required(_l("Bitte nennen Sie den Grund in einem Satz.")), MaxLength("purpose_max")],
    )
