"""The blueprint of coordination's pages, and what its refusals say."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from workspace.web.messages import add_messages

bp = Blueprint("coordination", __name__)

add_messages(
    {
        "content.seal": _l("Inhalte versiegeln kann nur die Koordination."),
        "log.read": _l("Das Protokoll des Netzwerks liest die Koordination."),
        "seal_nothing_there": _l("Unter dieser Adresse gibt es nichts, was sich versiegeln lässt."),
        "seal_stands_missing": _l("Bitte nennen Sie die Nummer des Standes; sie steht im Verlauf des Papiers."),
        "seal_stands_wrong": _l("Bitte schreiben Sie eine Nummer wie 4 oder einen Bereich wie 4-8."),
        "seal_comment_unnamed": _l(
            "In dieser Diskussion gibt es mehrere Beiträge. Die Adresse eines einzelnen steht hinter seinem Datum."
        ),
        "sealed_already": _l("Das ist schon versiegelt."),
        "nothing_to_seal": _l("Dieses Papier besteht nur aus seiner Vorlage. Es gibt nichts zu versiegeln."),
    }
)
