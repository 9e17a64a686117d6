"""Pages of coordination: what is sealed; naming a content, looking at what will go, sealing it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from workspace.accounts.views.directory import asked_number
from workspace.config import settings
from workspace.coordination import actions, queries
from workspace.coordination.forms import SealForm, TargetForm
from workspace.coordination.targets import Target, target_of
from workspace.coordination.views.blueprint import bp
from workspace.errors import Conflict, Invalid
from workspace.papers.models import Seal
from workspace.permissions import Permission, require
from workspace.web.actor import actor
from workspace.web.errors import status_of
from workspace.web.messages import message


@bp.get("/coordination/sealed")
def sealed() -> ResponseReturnValue:
    require(actor(), Permission.CONTENT_SEAL)
    before = asked_number("before")
    rows, older = queries.seals(before)
    return render_template("coordination/sealed.html", rows=rows, older=older, is_first=before is None)


@bp.get("/coordination/sealed/new")
def seal() -> ResponseReturnValue:
    """Asks which content; where the address names one, shows what will go and asks for the reason."""
    require(actor(), Permission.CONTENT_SEAL)
    if "address" not in request.args:
        return _target_page(TargetForm(formdata=None))
    form = TargetForm(formdata=request.args)
    if not form.validate():
        return _target_page(form), 422
    try:
        target = target_of(form.address.data, form.stands.data or "")
    except Invalid as error:
        form.take(error)
        return _target_page(form), status_of(error)
    asked = SealForm(formdata=None, address=form.address.data, stands=form.stands.data)
    return _confirm_page(target, asked)


def _target_page(form: TargetForm) -> str:
    return render_template("coordination/seal.html", form=form)


def _confirm_page(target: Target, form: SealForm) -> str:
    numbers = [revision.number for revision in target.revisions]
    return render_template(
        "coordination/seal_confirm.html",
        target=target,
        form=form,
        editions=queries.editions_of_revisions(target.paper, numbers),
        comes_back=actions.comes_back(target.paper, frozenset(numbers)) if target.has_head else None,
        backups_kept=settings().backups_kept,
    )


@bp.post("/coordination/sealed/new")
def seal_post() -> ResponseReturnValue:
    require(actor(), Permission.CONTENT_SEAL)
    form = SealForm()
    try:
        target = target_of(form.address.data or "", form.stands.data or "")
    except Invalid as error:
        again = TargetForm(formdata=None, address=form.address.data, stands=form.stands.data)
        again.take(error)
        return _target_page(again), status_of(error)
    if not form.validate():
        return _confirm_page(target, form), 422
    try:
        made = _seal(target, form)
    except Invalid as error:
        form.take(error)
        return _confirm_page(target, form), status_of(error)
    except Conflict as error:
        form.form_errors.append(message(error.code, error.values))
        return _confirm_page(target, form), status_of(error)
    flash(ngettext("Der Inhalt ist versiegelt.", "%(num)s Inhalte sind versiegelt.", len(made)))
    return redirect(url_for(".sealed"), 303)


def _seal(target: Target, form: SealForm) -> list[Seal]:
    reason = form.reason.data
    summary = _("Früherer Stand zurückgeholt, weil der neueste versiegelt ist")
    if target.comment is not None:
        return list(actions.seal_comment(actor(), target.comment, reason=reason))
    if target.file is not None:
        return list(actions.seal_file(actor(), target.file, reason=reason))
    if target.edition is not None:
        with_revision = bool(form.with_revision.data)
        return list(
            actions.seal_edition(actor(), target.edition, reason=reason, with_revision=with_revision, summary=summary)
        )
    return list(actions.seal_revisions(actor(), target.paper, sorted(target.asked), reason=reason, summary=summary))
