"""Forms of leaving."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from workspace.web.forms import Form


class LeaveForm(Form):
    keeps = BooleanField(_l("Mein Name bleibt in den genannten Ausgaben gedruckt"))
    sure = BooleanField(_l("Ich verlasse das Netzwerk und weiß, dass sich das nicht rückgängig machen lässt"))
