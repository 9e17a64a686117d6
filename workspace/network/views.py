"""Pages of the installation: start, search, settings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.config import settings
from workspace.editions.queries import newest_editions, search_editions, waiting_submissions
from workspace.errors import Invalid
from workspace.groups.queries import groups_of
from workspace.network import actions, desk
from workspace.network.forms import NetworkForm
from workspace.network.queries import the_network
from workspace.operation import checks
from workspace.permissions import Permission, can, require
from workspace.web.actor import actor, public
from workspace.web.forms import clean_line
from workspace.web.messages import add_messages

bp = Blueprint("network", __name__)

add_messages({"network.settings": _l("Die Einstellungen des Netzwerks ändert die Technik.")})


@bp.app_context_processor
def name() -> dict[str, object]:
    return {"network_name": the_network().name}


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """The member's own start page; for everybody else who we are and what is published."""
    if not actor().is_signed_in:
        return render_template("network/public.html", network=the_network(), editions=newest_editions(limit=5))
    rows = desk.papers_of(actor())
    return render_template(
        "network/start.html",
        changed=[row for row in rows if row.is_changed],
        rows=rows[: desk.ROWS],
        total=len(rows),
        mentions=desk.mentions_of(actor()),
        submissions=waiting_submissions() if can(actor(), Permission.SUBMISSIONS_SEE) else [],
        groups=groups_of(actor()),
        warnings=checks.warnings() if can(actor(), Permission.OPERATION) else [],
    )


@bp.get("/search")
def search() -> ResponseReturnValue:
    words = clean_line(request.args.get("q"))[: settings().search_max]
    return render_template(
        "network/search.html",
        words=words,
        papers=desk.find_papers(actor(), words, limit=settings().page_size) if words else [],
        editions=search_editions(words, limit=settings().page_size) if words else [],
        limit=settings().page_size,
    )


@bp.get("/settings")
def edit_settings() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    return render_template("network/settings.html", form=NetworkForm(obj=the_network()))


@bp.post("/settings")
def save_settings() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    form = NetworkForm()
    if form.validate():
        try:
            actions.describe_network(actor(), name=form.name.data, about=form.about.data)
            flash(_("Die Einstellungen sind gespeichert."))
            return redirect(url_for(".edit_settings"), 303)
        except Invalid as error:
            form.take(error)
    return render_template("network/settings.html", form=form), 422
