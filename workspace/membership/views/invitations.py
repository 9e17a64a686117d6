"""Inviting people, and coming in by an invitation."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from workspace.accounts import sessions
from workspace.accounts.forms import LinkForm
from workspace.accounts.views.blueprint import device
from workspace.clock import now
from workspace.errors import Invalid
from workspace.groups.queries import all_groups
from workspace.membership import invitations
from workspace.membership.forms import ListForm
from workspace.membership.people_list import decoded
from workspace.membership.views.blueprint import bp
from workspace.network.queries import the_network
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.links import safe_next
from workspace.web.messages import message


def _page(form: ListForm | None = None, checked: list[invitations.Checked] | None = None, address: str = "") -> str:
    return render_template(
        "membership/invitations.html",
        form=form or ListForm(formdata=None),
        checked=checked or [],
        good=sum(not row.error for row in checked or []),
        said=message,
        rows=invitations.waiting(),
        groups=all_groups(),
        address=address,
        moment=now(),
    )


@bp.get("/people/invitations")
def invite() -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    return _page()


@bp.post("/people/invitations")
def invite_post() -> ResponseReturnValue:
    """First a look at the list, line by line; then, by the button below it, the invitations themselves."""
    require(actor(), Permission.PERSON_ADMIT)
    form = ListForm()
    upload = form.file.data
    if upload:
        form.people.data = decoded(upload.read())
    text = form.people.data or ""
    try:
        if request.form.get("send"):
            sent, left = invitations.invite_list(actor(), text, network_name=the_network().name)
            words = ngettext("1 Einladung ist unterwegs.", "%(num)s Einladungen sind unterwegs.", sent)
            if left:
                words += " " + ngettext("1 Zeile wurde ausgelassen.", "%(num)s Zeilen wurden ausgelassen.", left)
            flash(words)
            return redirect(safe_next(request.form.get("next")) or url_for(".invite"), 303)
        return _page(form, invitations.check_list(actor(), text))
    except Invalid as error:
        form.take(error)
    return _page(form), 422


@bp.post("/people/invitations/<id:invitation_id>/mail")
def resend(invitation_id: int) -> ResponseReturnValue:
    row = invitations.get_invitation(actor(), invitation_id)
    invitations.renew(actor(), row, network_name=the_network().name, by_mail=True)
    flash(_("Die Einladung an %(name)s ist noch einmal unterwegs.", name=row.name))
    return redirect(url_for(".invite"), 303)


@bp.post("/people/invitations/<id:invitation_id>/link")
def show_link(invitation_id: int) -> ResponseReturnValue:
    """For a network without mail: the link is shown once, on this very answer."""
    row = invitations.get_invitation(actor(), invitation_id)
    return _page(address=invitations.renew(actor(), row, network_name=the_network().name, by_mail=False))


@bp.post("/people/invitations/<id:invitation_id>/withdrawal")
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    row = invitations.get_invitation(actor(), invitation_id)
    name = row.name
    invitations.withdraw(actor(), row)
    flash(_("Die Einladung an %(name)s ist zurückgezogen.", name=name))
    return redirect(url_for(".invite"), 303)


def _invited_page(token: str, error: str = "") -> ResponseReturnValue:
    row = invitations.find_invitation(token) if not error else None
    page = render_template(
        "membership/invitation.html",
        form=LinkForm(),
        token=token,
        row=row,
        error=error or ("" if row is not None else message("invitation_used")),
    )
    return page, 200 if row is not None else 410


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """A page with one button: mail gateways open links, only people press buttons."""
    return _invited_page(token)


@bp.post("/invitation/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    try:
        opened = invitations.accept(token, device=device(), earlier=sessions.browser_token())
    except Invalid as error:
        code = next(iter(error.fields.values()), error.code)
        return _invited_page(token, message(code))
    sessions.remember(opened)
    flash(_("Willkommen! Setzen Sie jetzt ein Passwort, damit Sie wieder hineinkommen."))
    return redirect(url_for("accounts.security"), 303)
