"""One's own account: profile, language, password, sessions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts import actions, addresses, queries, signing_in
from workspace.accounts.devices import device_name
from workspace.accounts.forms import AddressForm, LanguageForm, PasswordForm, ProfileForm
from workspace.accounts.log import lines_of
from workspace.accounts.second_factor import codes_left, factor_of
from workspace.accounts.views.blueprint import bp, me, my_session, network_address
from workspace.errors import Invalid
from workspace.mail import post
from workspace.network.queries import the_network
from workspace.web.actor import actor
from workspace.web.i18n import forget_language
from workspace.web.links import safe_next
from workspace.web.transaction import commit_now


def account_page(
    *, profile: ProfileForm | None = None, language: LanguageForm | None = None, address: AddressForm | None = None
) -> str:
    member = me()
    if profile is None:
        profile = ProfileForm(
            formdata=None,
            name=member.name,
            organisation=member.organisation.name if member.organisation is not None else "",
            function=member.function,
            languages=member.languages,
            prints=member.print_consent_at is not None,
        )
    return render_template(
        "accounts/account.html",
        member=member,
        profile=profile,
        address=address or AddressForm(formdata=None),
        change=queries.waiting_address(member.id),
        language=language or LanguageForm(formdata=None, language=member.language or ""),
        organisations=queries.organisation_names(),
    )


@bp.get("/account")
def account() -> ResponseReturnValue:
    return account_page()


@bp.post("/account")
def change_profile() -> ResponseReturnValue:
    form = ProfileForm()
    if form.validate():
        try:
            actions.change_profile(
                actor(),
                me(),
                name=form.name.data,
                organisation=form.organisation.data,
                function=form.function.data,
                languages=form.languages.data,
                prints=form.prints.data,
            )
            flash(_("Ihr Profil ist gespeichert."))
            return redirect(url_for(".account"), 303)
        except Invalid as error:
            form.take(error)
    return account_page(profile=form), 422


@bp.post("/account/language")
def set_language() -> ResponseReturnValue:
    """From the account page, or from the switch below each page, which names the page to go back to."""
    form = LanguageForm()
    if not form.validate():
        return account_page(language=form), 422
    actions.choose_language(actor(), me(), form.language.data or None)
    forget_language()
    return redirect(safe_next(request.form.get("next")) or url_for(".account"), 303)


def _security_page(password: PasswordForm | None = None) -> str:
    member, here = me(), my_session()
    factor = factor_of(member.id)
    return render_template(
        "accounts/security.html",
        member=member,
        password=password or PasswordForm(formdata=None),
        needs_old=signing_in.needs_old_password(member, here),
        factor=factor,
        codes_left=codes_left(member.id) if factor is not None else 0,
        sessions=[(row, device_name(row.device), row.id == here.id) for row in queries.open_sessions(member.id)],
        lines=lines_of(member),
    )


@bp.get("/account/security")
def security() -> ResponseReturnValue:
    return _security_page()


@bp.post("/account/password")
def set_password() -> ResponseReturnValue:
    form = PasswordForm()
    letter = addresses.notice("password", me(), the_network().name)
    if form.validate():
        try:
            signing_in.set_password(
                actor(),
                me(),
                form.new.data,
                old=form.old.data,
                opened=my_session(),
                network_address=network_address(),
                words=(the_network().name,),
            )
            post(letter, to=addresses.recipient(me()))
            flash(_("Ihr Passwort ist gesetzt. Andere angemeldete Geräte sind abgemeldet."))
            return redirect(url_for(".security"), 303)
        except Invalid as error:
            commit_now()
            form.take(error)
    return _security_page(form), 422


@bp.post("/account/sessions/<id:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    signing_in.end_own_session(actor(), session_id)
    flash(_("Das Gerät ist abgemeldet."))
    return redirect(url_for(".security", _anchor="sitzungen"), 303)


@bp.post("/account/sessions/others/end")
def end_other_sessions() -> ResponseReturnValue:
    signing_in.end_other_sessions(actor(), me(), keep=my_session().id)
    flash(_("Alle anderen Geräte sind abgemeldet."))
    return redirect(url_for(".security", _anchor="sitzungen"), 303)
