"""Search, help, language, the settings of the network."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.accounts.queries import coordinators
from workspace.config import settings
from workspace.editions.queries import search_editions
from workspace.errors import Invalid, NotFound
from workspace.network import actions, desk
from workspace.network.forms import NetworkForm
from workspace.network.legal import legal_texts
from workspace.network.queries import the_network
from workspace.network.views.blueprint import bp
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.forms import clean_line
from workspace.web.i18n import LANGUAGES, locale, remember_language
from workspace.web.links import safe_next
from workspace.web.messages import add_messages

add_messages({"network.settings": _l("Die Einstellungen des Netzwerks ändert die Technik.")})


@bp.app_context_processor
def name() -> dict[str, object]:
    return {"network_name": the_network().name}


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


@bp.get("/hilfe")
@public
def help_page() -> ResponseReturnValue:
    """How the ten most frequent things are done; members also read whom they can ask."""
    return render_template(
        "network/help.html",
        prose=f"network/_help_{locale()}.html",
        asked=coordinators() if actor().is_signed_in else (),
    )


@bp.get("/language/<language>")
@public
def choose_language(language: str) -> ResponseReturnValue:
    """A visitor's choice; members choose in their account."""
    if language not in LANGUAGES:
        raise NotFound
    remember_language(language)
    return redirect(safe_next(request.args.get("next")) or url_for(".start"), 303)


@bp.get("/settings")
def edit_settings() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    return _settings_page(NetworkForm(obj=the_network()))


def _settings_page(form: NetworkForm) -> str:
    return render_template("network/settings.html", form=form, legal=legal_texts())


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
    return _settings_page(form), 422
