"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workspace.accounts import sessions, signing_in
from workspace.accounts.forms import CodeForm, ConfirmationForm, LinkForm, SignInForm
from workspace.accounts.models import Purpose
from workspace.accounts.second_factor import factor_of
from workspace.accounts.views.blueprint import bp, device, me, my_session, network_address
from workspace.errors import Invalid
from workspace.web.actor import actor, public
from workspace.web.links import safe_next
from workspace.web.transaction import commit_now


def _after_sign_in(token: str, target: str | None) -> ResponseReturnValue:
    sessions.remember(token)
    return redirect(safe_next(target) or url_for("network.start"), 303)


def _after_first_step(done: signing_in.SignIn, target: str | None) -> ResponseReturnValue:
    if not done.needs_code:
        return _after_sign_in(done.token, target)
    sessions.remember_first_step(done.token)
    return redirect(url_for(".code", next=safe_next(target)), 303)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if actor().is_signed_in:
        return redirect(safe_next(request.args.get("next")) or url_for("network.start"))
    return render_template("accounts/sign_in.html", form=SignInForm(), next=safe_next(request.args.get("next")))


@bp.post("/sign-in")
@public
def sign_in_with_password() -> ResponseReturnValue:
    form, target = SignInForm(), safe_next(request.form.get("next"))
    if form.validate():
        try:
            done = signing_in.sign_in_by_password(
                form.email.data,
                form.password.data,
                network_address=network_address(),
                device=device(),
                earlier=sessions.browser_token(),
            )
            return _after_first_step(done, target)
        except Invalid as error:
            commit_now()
            form.take(error)
    return render_template("accounts/sign_in.html", form=form, next=target), 422


@bp.get("/sign-in/<token>")
@public
def link(token: str) -> ResponseReturnValue:
    """A page with one button: mail gateways open links, only people press buttons."""
    is_valid = signing_in.find_link(token) is not None
    page = render_template("accounts/link.html", form=LinkForm(), token=token, is_valid=is_valid)
    return page, 200 if is_valid else 410


@bp.post("/sign-in/<token>")
@public
def use_link(token: str) -> ResponseReturnValue:
    known, target = signing_in.find_link(token), safe_next(request.form.get("next"))
    if known is not None and known.purpose == Purpose.MAIL:
        target = url_for(".security")
    try:
        done = signing_in.sign_in_by_link(token, device=device(), earlier=sessions.browser_token())
    except Invalid:
        return render_template("accounts/link.html", form=LinkForm(), token=token, is_valid=False), 410
    return _after_first_step(done, target)


def _code_page(form: CodeForm | None, target: str | None) -> str:
    """The second step; without a form the page that says that it is too late."""
    return render_template("accounts/code.html", form=form, next=target)


@bp.get("/sign-in-code")
@public
def code() -> ResponseReturnValue:
    """The second step."""
    token = sessions.first_step()
    if token is None or signing_in.find_token(token, Purpose.CODE) is None:
        return _code_page(None, safe_next(request.args.get("next"))), 410
    return _code_page(CodeForm(formdata=None), safe_next(request.args.get("next")))


@bp.post("/sign-in-code")
@public
def sign_in_with_code() -> ResponseReturnValue:
    form, target, token = CodeForm(), safe_next(request.form.get("next")), sessions.first_step()
    if token is None:
        return _code_page(None, target), 410
    if form.validate():
        try:
            opened = signing_in.sign_in_by_code(
                token,
                form.code.data,
                network_address=network_address(),
                device=device(),
                earlier=sessions.browser_token(),
            )
            return _after_sign_in(opened, target)
        except Invalid as error:
            commit_now()
            if error.code == "code_expired":
                return _code_page(None, target), 410
            form.take(error)
    return _code_page(form, target), 422


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    token = sessions.browser_token()
    if token is not None:
        signing_in.end_session(token)
    sessions.forget()
    response = redirect(url_for("network.start"), 303)
    response.headers["Clear-Site-Data"] = (
        '"cache"'  # unsent words: static/js/unsent-words.js wipes those of this member
    )
    return response


def _confirmation_page(form: ConfirmationForm, target: str | None) -> str:
    member = me()
    return render_template(
        "accounts/confirmation.html",
        form=form,
        next=target,
        member=member,
        has_factor=factor_of(member.id) is not None,
    )


@bp.get("/account/confirmation")
def confirmation() -> ResponseReturnValue:
    """Prove again who one is, before something that would let a thief keep the account."""
    return _confirmation_page(ConfirmationForm(formdata=None), safe_next(request.args.get("next")))


@bp.post("/account/confirmation")
def confirm() -> ResponseReturnValue:
    form, target = ConfirmationForm(), safe_next(request.form.get("next"))
    if form.validate():
        try:
            signing_in.confirm(actor(), me(), my_session(), form.password.data, form.code.data or "", network_address())
            return redirect(target or url_for(".security"), 303)
        except Invalid as error:
            commit_now()
            form.take(error)
    return _confirmation_page(form, target), 422
