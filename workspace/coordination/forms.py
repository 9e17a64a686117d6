"""Forms of sealing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from workspace.web.forms import Form, LineField, MaxLength, Required, TextField


class TargetForm(Form):
    """Asked by GET: the page that follows can be opened again."""

    address = LineField(_l("Adresse"), [Required(_l("Bitte fügen Sie die Adresse ein."))])
    stands = LineField(_l("Nummer des Standes"))

    class Meta(Form.Meta):
        csrf = False


class SealForm(Form):
    address = HiddenField()
    stands = HiddenField()
    reason = TextField(
        _l("Grund"), [Required(_l("Bitte nennen Sie den Grund in einem Satz.")), MaxLength("purpose_max")]
    )
    with_revision = BooleanField(_l("Auch den Stand im Papier versiegeln, aus dem diese Ausgabe entstanden ist"))
    sure = BooleanField(
        _l("Mir ist klar, dass niemand den Inhalt zurückholen kann."),
        [Required(_l("Bitte bestätigen Sie, dass Sie den Inhalt für immer entfernen wollen."))],
    )
