"""Setting the second factor up, new recovery codes, doing without it."""

from __future__ import annotations

import io

import segno
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts import second_factor as factors
from workspace.accounts.addresses import notice, recipient
from workspace.accounts.forms import FactorForm
from workspace.accounts.models import Member, SecondFactor
from workspace.accounts.views.blueprint import bp, confirmed, me
from workspace.config import settings
from workspace.errors import Invalid, NotFound
from workspace.mail import post
from workspace.network.queries import the_network
from workspace.web.actor import actor

ALLOWED_WITHOUT = frozenset({"static", "accounts.sign_out", "accounts.confirmation", "accounts.confirm"})
"""Besides the pages of the second factor itself: what works before one that is compulsory is set up."""


def must_have_factor(member: Member) -> bool:
    """Whether the installation asks this person for a second factor."""
    asked = settings().second_factor
    return asked == "all" or (asked == "privileged" and bool(member.network_roles))


@bp.before_app_request
def ask_for_factor() -> ResponseReturnValue | None:
    endpoint = request.endpoint or "static"
    if settings().second_factor == "off" or endpoint in ALLOWED_WITHOUT or not actor().is_signed_in:
        return None
    if endpoint.startswith("accounts.") and "factor" in endpoint:
        return None
    if not must_have_factor(me()) or factors.factor_of(me().id) is not None:
        return None
    return redirect(url_for("accounts.second_factor"), 303)


def _page(form: FactorForm | None = None) -> str:
    member = me()
    setup = factors.factor_in_setup(member.id)
    return render_template(
        "accounts/second_factor.html",
        form=form or FactorForm(formdata=None),
        factor=factors.factor_of(member.id),
        secret=factors.shown_secret(setup.secret) if setup is not None else "",
        codes_left=factors.codes_left(member.id),
        is_compulsory=must_have_factor(member),
    )


@bp.get("/account/second-factor")
@confirmed("accounts.second_factor")
def second_factor() -> ResponseReturnValue:
    return _page()


@bp.post("/account/second-factor/start")
@confirmed("accounts.second_factor")
def begin_factor() -> ResponseReturnValue:
    factors.begin_factor(actor(), me())
    return redirect(url_for(".second_factor"), 303)


@bp.get("/account/second-factor/picture.svg")
@confirmed("accounts.second_factor")
def factor_picture() -> ResponseReturnValue:
    """The address of the second factor as a QR picture, for the camera of the app."""
    setup = factors.factor_in_setup(me().id)
    if setup is None:
        raise NotFound
    return Response(_qr(setup), mimetype="image/svg+xml")


def _qr(setup: SecondFactor) -> bytes:
    address = factors.app_address(setup.secret, issuer=the_network().name, account=me().email)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, light="#fff", svgclass=None, lineclass=None)
    return out.getvalue()


@bp.post("/account/second-factor")
@confirmed("accounts.second_factor")
def confirm_factor() -> ResponseReturnValue:
    """The recovery codes stand on this very answer and nowhere else: only their hashes are kept."""
    form = FactorForm()
    if form.validate():
        letter = notice("second_factor_on", me(), the_network().name)
        try:
            codes = factors.confirm_factor(actor(), me(), form.code.data)
            post(letter, to=recipient(me()))
            return render_template("accounts/codes.html", codes=codes)
        except Invalid as error:
            form.take(error)
    return _page(form), 422


@bp.post("/account/second-factor/codes")
@confirmed("accounts.second_factor")
def renew_factor_codes() -> ResponseReturnValue:
    return render_template("accounts/codes.html", codes=factors.renew_codes(actor(), me()))


@bp.post("/account/second-factor/removal")
@confirmed("accounts.second_factor")
def switch_factor_off() -> ResponseReturnValue:
    letter = notice("second_factor_off", me(), the_network().name)
    factors.switch_off(actor(), me())
    post(letter, to=recipient(me()))
    flash(_("Der zweite Faktor ist ausgeschaltet."))
    return redirect(url_for(".security"), 303)
