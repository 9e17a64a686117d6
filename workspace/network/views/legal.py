"""Imprint, data protection, accessibility: read by everybody, written by those who run the installation."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from workspace.accounts import sessions
from workspace.errors import Conflict, Invalid, NotFound
from workspace.network import actions
from workspace.network.forms import LegalForm
from workspace.network.legal import Legal, LegalPage, legal_text, rendered
from workspace.network.views.blueprint import bp
from workspace.permissions import Permission, can, require
from workspace.web.actor import actor, public
from workspace.web.errors import drop_changes, status_of
from workspace.web.links import here, safe_next
from workspace.web.messages import add_messages, message

TITLES = {
    LegalPage.IMPRINT: _l("Impressum"),
    LegalPage.PRIVACY: _l("Datenschutz"),
    LegalPage.ACCESSIBILITY: _l("Barrierefreiheit"),
}
HEADINGS = {
    LegalPage.IMPRINT: "Impressum",
    LegalPage.PRIVACY: "Datenschutzerklärung",
    LegalPage.ACCESSIBILITY: "Erklärung zur Barrierefreiheit",
}
"""Titles of the pages themselves; their texts are German in every language of the interface."""

add_messages(
    {
        "legal_changed": _l(
            "Inzwischen gilt ein anderer Text, den jemand anderes gespeichert hat. Er steht unten; Ihrer ist im Feld"
            " erhalten. Führen Sie beide zusammen und speichern Sie noch einmal."
        )
    }
)


@bp.app_context_processor
def titles() -> dict[str, object]:
    return {"legal_titles": {str(page): title for page, title in TITLES.items()}}


@bp.get("/impressum", defaults={"page": "imprint"})
@bp.get("/datenschutz", defaults={"page": "privacy"})
@bp.get("/barrierefreiheit", defaults={"page": "accessibility"})
@public
def legal(page: str) -> ResponseReturnValue:
    found = legal_text(LegalPage(page))
    return render_template(
        "network/legal.html", legal=found, heading=HEADINGS[found.page], text=_html(found.text), page=page
    )


def _html(text: str) -> Markup:
    marked = can(actor(), Permission.NETWORK_SETTINGS)
    return Markup(rendered(text, mark_gaps=marked))  # noqa: S704 - the renderer escapes whatever people wrote


def _asked(page: str) -> Legal:
    require(actor(), Permission.NETWORK_SETTINGS)
    if page not in {str(known) for known in LegalPage}:
        raise NotFound
    return legal_text(LegalPage(page))


@bp.get("/settings/<page>")
def edit_legal(page: str) -> ResponseReturnValue:
    found = _asked(page)
    kept = sessions.kept_fields(here()) or {}
    text, base = kept.get("text", [found.text])[0], kept.get("base", [str(found.number)])[0]
    return _edit_page(found, LegalForm(formdata=None, text=text, base=base), is_unsaved=bool(kept))


def _edit_page(found: Legal, form: LegalForm, *, preview: str = "", theirs: str = "", is_unsaved: bool = True) -> str:
    return render_template(
        "network/legal_edit.html",
        legal=found,
        address=_address(found.page),
        title=TITLES[found.page],
        form=form,
        preview=_html(preview),
        theirs=theirs,
        is_unsaved=is_unsaved,
    )


def _address(page: LegalPage) -> str:
    """Where a form kept over an expired session is taken up again."""
    return url_for(".edit_legal", page=page, next=safe_next(request.values.get("next")))


@bp.post("/settings/<page>")
def save_legal(page: str) -> ResponseReturnValue:
    """Save, or only show how it will read (the button "preview")."""
    found, form = _asked(page), LegalForm()
    if not form.validate():
        return _edit_page(found, form), 422
    text = form.text.data
    if "preview" in request.form:
        return _edit_page(found, form, preview=text)
    try:
        actions.write_legal_text(actor(), found.page, text, base=_number(form.base.data))
    except Invalid as error:
        form.take(error)
        return _edit_page(found, form), status_of(error)
    except Conflict as error:
        drop_changes()
        form.text.errors = [message(error.code)]
        now = legal_text(found.page)
        form.base.data = str(now.number)
        return _edit_page(now, form, theirs=now.text), status_of(error)
    sessions.drop_kept(_address(found.page))
    flash(_("Der Text ist gespeichert und gilt ab jetzt."))
    return redirect(safe_next(request.form.get("next")) or url_for(".legal", page=page), 303)


def _number(value: str | None) -> int:
    """The wording that was changed; -1 where the form names none."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= 18 else -1
