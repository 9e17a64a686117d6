"""Search, help, language, the settings of the network, its logo."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.accounts.queries import coordinators
from workspace.config import settings
from workspace.db import session
from workspace.editions.queries import search_editions
from workspace.errors import Invalid, NotFound
from workspace.network import actions, desk
from workspace.network.forms import NetworkForm
from workspace.network.legal import legal_texts
from workspace.network.models import NetworkLogo
from workspace.network.queries import is_named, the_network
from workspace.network.views.blueprint import bp
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.errors import status_of
from workspace.web.forms import clean_line
from workspace.web.i18n import LANGUAGES, locale, remember_language
from workspace.web.links import safe_next
from workspace.web.messages import add_messages
from workspace.web.security import FILE_CSP

add_messages(
    {
        "network.settings": _l("Die Einstellungen des Netzwerks ändert die Technik."),
        "logo_no_picture": _l("Ein Logo ist ein Bild: PNG, JPEG oder WebP."),
    }
)

FOR_GOOD = "public, max-age=31536000, immutable"
"""The logo's address changes with its picture."""


@bp.app_context_processor
def name() -> dict[str, object]:
    network = the_network()
    return {"network_name": network.name, "network_logo": network if network.logo_hash else None}


@bp.get("/logo/<name>")
@public
def logo(name: str) -> ResponseReturnValue:
    """The picture over every page; another picture has another address, so that this one may be kept for good."""
    found = session().get(NetworkLogo, 1)
    if found is None or name != the_network().logo_hash:
        raise NotFound
    answer = Response(found.data, mimetype=found.media_type)
    answer.headers["Content-Security-Policy"] = FILE_CSP
    answer.headers["Cache-Control"] = FOR_GOOD
    return answer


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
    network = the_network()
    return _settings_page(NetworkForm(formdata=None, name=network.name if is_named() else "", about=network.about))


def _settings_page(form: NetworkForm) -> str:
    return render_template(
        "network/settings.html", form=form, legal=legal_texts(), megabytes=settings().attachment_max_bytes // 10**6
    )


@bp.post("/settings")
def save_settings() -> ResponseReturnValue:
    require(actor(), Permission.NETWORK_SETTINGS)
    form = NetworkForm()
    if not form.validate():
        return _settings_page(form), 422
    sent = form.file.data
    try:
        actions.describe_network(
            actor(), name=form.name.data, about=form.about.data, drops_logo=form.drop.data,
            logo=(sent.filename, sent.read()) if sent else None,
        )  # fmt: skip
    except Invalid as error:
        form.take(error)
        return _settings_page(form), status_of(error)
    flash(_("Die Einstellungen sind gespeichert."))
    return redirect(safe_next(request.form.get("next")) or url_for(".edit_settings"), 303)
