"""Asking to join, and what coordination answers."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts.forms import LinkForm
from workspace.accounts.views.blueprint import network_address
from workspace.errors import Invalid
from workspace.membership import requests
from workspace.membership.forms import DeclineForm, JoinForm
from workspace.membership.views.blueprint import bp
from workspace.network.queries import the_network
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.i18n import locale
from workspace.web.transaction import commit_now


@bp.get("/join")
@public
def join() -> ResponseReturnValue:
    return render_template("membership/join.html", form=JoinForm(formdata=None), is_sent=False)


@bp.post("/join")
@public
def join_post() -> ResponseReturnValue:
    """The same answer whether there is an account or not."""
    form = JoinForm()
    if form.validate():
        try:
            requests.ask_to_join(
                name=form.name.data,
                email=form.email.data,
                organisation=form.organisation.data,
                function=form.function.data,
                reason=form.reason.data,
                language=locale(),
                network_address=network_address(),
                network_name=the_network().name,
            )
            return render_template("membership/join.html", form=form, is_sent=True)
        except Invalid as error:
            commit_now()
            form.take(error)
    return render_template("membership/join.html", form=form, is_sent=False), 422


def _confirmation(token: str, *, is_done: bool) -> ResponseReturnValue:
    row = requests.find_request(token)
    page = render_template("membership/request.html", form=LinkForm(), token=token, row=row, is_done=is_done)
    return page, 200 if is_done or row is not None else 410


@bp.get("/request/<token>")
@public
def confirm_request(token: str) -> ResponseReturnValue:
    return _confirmation(token, is_done=False)


@bp.post("/request/<token>")
@public
def confirm_request_post(token: str) -> ResponseReturnValue:
    try:
        requests.confirm_request(token, network_name=the_network().name)
    except Invalid:
        return _confirmation(token, is_done=False)
    return _confirmation(token, is_done=True)


def _requests_page(form: DeclineForm | None = None, declining: int = 0) -> str:
    return render_template(
        "membership/requests.html",
        rows=requests.waiting_requests(),
        form=form or DeclineForm(formdata=None),
        declining=declining,
    )


@bp.get("/people/requests")
def join_requests() -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    return _requests_page()


@bp.post("/people/requests/<id:request_id>/admission")
def admit_request(request_id: int) -> ResponseReturnValue:
    row = requests.get_request(actor(), request_id)
    name = row.name
    requests.admit_request(actor(), row, network_name=the_network().name)
    flash(_("%(name)s ist aufgenommen und bekommt einen Link per Mail.", name=name))
    return redirect(url_for(".join_requests"), 303)


@bp.post("/people/requests/<id:request_id>/refusal")
def decline_request(request_id: int) -> ResponseReturnValue:
    row, form = requests.get_request(actor(), request_id), DeclineForm()
    if not form.validate():
        return _requests_page(form, declining=request_id), 422
    name = row.name
    requests.decline_request(actor(), row, form.sentence.data, network_name=the_network().name)
    flash(_("%(name)s bekommt Ihre Antwort per Mail. Die Angaben sind gelöscht.", name=name))
    return redirect(url_for(".join_requests"), 303)
