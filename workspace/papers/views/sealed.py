"""The page of what was sealed, whatever it was: who took it away, when and why. Answered with 410."""

from __future__ import annotations

from flask import jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.papers.models import Seal
from workspace.papers.seals import Sealed
from workspace.papers.views.blueprint import bp
from workspace.permissions import Permission, can
from workspace.web.actor import actor
from workspace.web.errors import drop_changes, long_inputs, wants_json


@bp.app_errorhandler(Sealed)
def sealed(error: Sealed) -> ResponseReturnValue:
    drop_changes()
    seal = error.seal
    if wants_json():
        return jsonify(error={"code": error.code, "message": _("Dieser Inhalt ist versiegelt."), "missing": []}), 410
    page = render_template("errors/sealed.html", seal=seal, back=_back(seal), kept=long_inputs(410))
    return page, 410


def _back(seal: Seal) -> tuple[str, str]:
    """(address, words) of where one goes on from here."""
    paper = seal.paper
    if can(actor(), Permission.PAPER_READ, paper) and seal.kind != "edition":
        pages = {
            "revision": ("papers.history", _("Zum Verlauf des Papiers")),
            "file": ("papers.files", _("Zu den Dateien des Papiers")),
            "comment": ("discussion.index", _("Zu den Rückmeldungen")),
        }
        endpoint, words = pages[seal.kind]
        return url_for(endpoint, key=paper.key), words
    return url_for("editions.library"), _("Zur Bibliothek")
