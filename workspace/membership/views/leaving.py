"""Pages of leaving and of one's own data."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts import sessions
from workspace.accounts.models import Member
from workspace.accounts.queries import get_member
from workspace.accounts.views.blueprint import confirmed, me
from workspace.clock import now
from workspace.db import begin_writing
from workspace.errors import NotFound
from workspace.events import record
from workspace.membership import actions, own_data
from workspace.membership.forms import LeaveForm
from workspace.membership.views.blueprint import bp
from workspace.permissions import Permission, require
from workspace.web.actor import actor
from workspace.web.derived import drop_derived
from workspace.web.i18n import local


@bp.get("/account/data")
def data() -> ResponseReturnValue:
    return render_template("membership/data.html", member=me())


@bp.post("/account/data/export")
@confirmed("membership.data")
def export() -> ResponseReturnValue:
    """Made at once, in a file without a name that goes with the answer: nothing stays on the server."""
    member = me()
    facts = own_data.own_data(actor(), member)
    archive = TemporaryFile()  # noqa: SIM115 - the server closes it when it is sent
    own_data.write_zip(archive, member, facts, render_template("membership/own_data.html", data=facts))
    archive.seek(0)
    begin_writing()
    record(actor(), "data.exported", subject_id=member.id)
    name = f"{member.handle}-{local(now()):%Y-%m-%d}.zip"
    response = send_file(archive, mimetype="application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _leaving_page(form: LeaveForm | None = None) -> str:
    member = me()
    return render_template(
        "membership/leaving.html",
        member=member,
        form=form or LeaveForm(formdata=None, keeps=member.print_consent_at is not None),
        hindrances=actions.hindrances(member),
        editions=actions.editions_printing(member),
    )


@bp.get("/account/leaving")
@confirmed("membership.leaving")
def leaving() -> ResponseReturnValue:
    return _leaving_page()


@bp.post("/account/leaving")
@confirmed("membership.leaving")
def leave() -> ResponseReturnValue:
    form = LeaveForm()
    if not form.sure.data:
        form.sure.errors = [_("Bitte bestätigen Sie, dass Sie das Netzwerk verlassen.")]
        return _leaving_page(form), 422
    _leave(me(), keeps=form.keeps.data)
    sessions.forget()
    flash(_("Sie haben das Netzwerk verlassen. Ihr Konto und Ihr Name sind entfernt. Danke für Ihre Mitarbeit."))
    response = redirect(url_for("network.start"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _leave(member: Member, *, keeps: bool) -> None:
    for paper_id in actions.leave(actor(), member, keeps_printed_name=keeps):
        drop_derived(paper_id)


@bp.post("/people/<id:member_id>/removal")
def remove(member_id: int) -> ResponseReturnValue:
    """Coordination takes the name of somebody who is gone already; printed names follow the consent given."""
    require(actor(), Permission.PERSON_ADMIT)
    member = get_member(member_id)
    if member.has_left:
        raise NotFound
    _leave(member, keeps=member.print_consent_at is not None)
    flash(_("Name und Adresse der Person sind entfernt."))
    return redirect(url_for("accounts.people"), 303)
