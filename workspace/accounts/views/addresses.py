"""What goes by mail: a link for a forgotten password, a new address confirmed at both."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts import addresses, queries, sessions
from workspace.accounts.forms import AddressForm, ForgottenForm, LinkForm
from workspace.accounts.views.account import account_page
from workspace.accounts.views.blueprint import bp, confirmed, me, network_address
from workspace.accounts.views.people import person_page
from workspace.errors import Invalid
from workspace.network.queries import the_network
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.transaction import commit_now


@bp.get("/password")
@public
def forgotten() -> ResponseReturnValue:
    member = sessions.current_member()
    form = ForgottenForm(formdata=None, email=member.email if member is not None else "")
    return render_template("accounts/forgotten.html", form=form, is_sent=False)


@bp.post("/password")
@public
def send_forgotten() -> ResponseReturnValue:
    """The same answer whether there is an account or not."""
    form = ForgottenForm()
    if form.validate():
        try:
            addresses.ask_for_link(form.email.data, network_address=network_address(), network_name=the_network().name)
            return render_template("accounts/forgotten.html", form=form, is_sent=True)
        except Invalid as error:
            commit_now()
            form.take(error)
    return render_template("accounts/forgotten.html", form=form, is_sent=False), 422


@bp.post("/account/address")
@confirmed("accounts.account")
def change_address() -> ResponseReturnValue:
    form = AddressForm()
    if form.validate():
        try:
            addresses.ask_for_address(actor(), me(), form.email.data, network_name=the_network().name)
            flash(_("An beide Adressen ist eine Mail unterwegs. Bitte bestätigen Sie die Änderung an beiden."))
            return redirect(url_for(".account"), 303)
        except Invalid as error:
            form.take(error)
    return account_page(address=form), 422


@bp.get("/address/<token>")
@public
def address(token: str) -> ResponseReturnValue:
    """A page with one button, as for every link in a mail."""
    change = addresses.find_change(token)
    page = render_template("accounts/address.html", form=LinkForm(), token=token, change=change, is_done=None)
    return page, 200 if change is not None else 410


@bp.post("/address/<token>")
@public
def confirm_address(token: str) -> ResponseReturnValue:
    try:
        is_done = addresses.confirm_address(token, network_name=the_network().name)
    except Invalid:
        page = render_template("accounts/address.html", form=LinkForm(), token=token, change=None, is_done=None)
        return page, 410
    return render_template("accounts/address.html", form=LinkForm(), token=token, change=None, is_done=is_done)


@bp.post("/people/<id:member_id>/address")
def set_address(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member, form = queries.get_member(member_id), AddressForm()
    if form.validate():
        try:
            addresses.set_address(actor(), member, form.email.data, network_name=the_network().name)
            flash(_("Die Adresse ist geändert. Die Person erfährt es an beiden Adressen."))
            return redirect(url_for(".person", member_id=member_id), 303)
        except Invalid as error:
            form.take(error)
    return person_page(member, address_form=form), 422


@bp.post("/people/<id:member_id>/sign-in-mail")
def send_link(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    addresses.send_link(actor(), member, network_name=the_network().name)
    flash(_("Ein Anmeldelink ist an %(email)s unterwegs.", email=member.email))
    return redirect(url_for(".person", member_id=member_id), 303)
