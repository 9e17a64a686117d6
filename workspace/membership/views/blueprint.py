"""The blueprint of coming in and leaving, and what its refusals say."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from workspace.web.messages import add_messages

bp = Blueprint("membership", __name__)

add_messages(
    {
        "last_lead_of": _l(
            "Die Arbeitsgruppe „%(group)s“ hätte dann keine Leitung mehr. Geben Sie die Leitung zuerst weiter."
        ),
        "still_open": _l("Das Konto dieser Person ist noch offen. Schließen Sie es zuerst."),
        "list_empty": _l("Bitte fügen Sie eine Liste ein, oder wählen Sie eine Datei."),
        "list_long": _l("Bitte höchstens %(limit)s Personen auf einmal, es sind %(now)s."),
        "list_changed": _l("Jemand aus der Liste wurde inzwischen eingeladen. Bitte prüfen Sie die Liste noch einmal."),
        "name_missing": _l("Der Name fehlt."),
        "line_long": _l("Ein Feld ist zu lang."),
        "line_double": _l("Diese Adresse steht schon weiter oben."),
        "invited_already": _l("Diese Adresse ist schon eingeladen."),
        "group_unknown": _l("Eine Arbeitsgruppe dieses Namens gibt es nicht."),
        "role_unknown": _l("Diese Rolle gibt es nicht. Möglich sind Mitlesen, Review, Redaktion und Leitung."),
        "role_without_group": _l("Zur Rolle fehlt die Arbeitsgruppe."),
        "invitation_gone": _l("Diese Einladung gibt es nicht mehr: angenommen, oder inzwischen zurückgezogen."),
        "invitation_used": _l("Diese Einladung ist abgelaufen, schon benutzt oder zurückgezogen."),
        "request_gone": _l("Dieser Link ist abgelaufen oder schon benutzt."),
        "request_answered": _l("Diese Anfrage hat inzwischen jemand anderes aus der Koordination beantwortet."),
    }
)
