"""Sign-in, one's own account, admitting people."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.accounts import actions, queries, sessions
from workspace.accounts.forms import AdmitForm, LanguageForm, LinkForm, PasswordForm, RolesForm, SignInForm
from workspace.accounts.models import Member
from workspace.errors import Conflict, Invalid
from workspace.permissions import NetworkRole, Permission, require
from workspace.web.actor import actor, public
from workspace.web.forms import clean_line
from workspace.web.i18n import forget_language
from workspace.web.links import absolute, safe_next
from workspace.web.messages import add_messages
from workspace.web.transaction import commit_now
from workspace.web.undo import flash_undo

bp = Blueprint("accounts", __name__)

add_messages(
    {
        "email_wrong": _l("Das sieht nicht wie eine E-Mail-Adresse aus, zum Beispiel name@stadt.example."),
        "email_taken": _l("Mit dieser Adresse gibt es schon ein Konto."),
        "not_printable": _l("Hier stehen Zeichen, die sich nicht darstellen lassen."),
        "last_coordination": _l("Ein Netzwerk braucht mindestens eine Person mit der Rolle Koordination."),
        "own_account": _l("Das eigene Konto kann nur jemand anderes schließen."),
        "not_own_account": _l("Das geht nur beim eigenen Konto."),
        "not_empty": _l("Es gibt schon Mitglieder."),
        "password_wrong": _l("Das bisherige Passwort stimmt nicht."),
        "password_short": _l("Bitte wählen Sie mindestens %(limit)s Zeichen. Ein kurzer Satz ist gut."),
        "password_long": _l("Bitte wählen Sie höchstens %(limit)s Zeichen."),
        "password_common": _l("Dieses Passwort ist zu leicht zu erraten. Ein kurzer Satz ist gut."),
        "link_used": _l("Dieser Link ist abgelaufen oder schon benutzt. Bitten Sie die Koordination um einen neuen."),
        "sign_in_wrong": _l("E-Mail-Adresse oder Passwort stimmen nicht."),
        "sign_in_slow": _l(
            "Zu viele Versuche. Bitte warten Sie eine Viertelstunde, oder nutzen Sie einen Anmeldelink."
        ),
        "person.admit": _l("Mitglieder verwaltet die Koordination."),
        "network_role.give": _l("Rollen im Netzwerk vergibt die Koordination, und niemand sich selbst."),
    }
)


def _device() -> str:
    return clean_line(request.headers.get("User-Agent"))[:200]


def _after_sign_in(token: str, target: str | None) -> ResponseReturnValue:
    sessions.remember(token)
    return redirect(safe_next(target) or url_for("network.start"), 303)


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
            token = actions.sign_in_by_password(
                form.email.data,
                form.password.data,
                network_address=request.remote_addr or "",
                device=_device(),
                earlier=sessions.browser_token(),
            )
            return _after_sign_in(token, target)
        except Invalid as error:
            commit_now()
            form.take(error)
    return render_template("accounts/sign_in.html", form=form, next=target), 422


@bp.get("/sign-in/<token>")
@public
def link(token: str) -> ResponseReturnValue:
    """A page with one button: mail gateways open links, only people press buttons."""
    is_valid = actions.find_token(token) is not None
    page = render_template("accounts/link.html", form=LinkForm(), token=token, is_valid=is_valid)
    return page, 200 if is_valid else 410


@bp.post("/sign-in/<token>")
@public
def use_link(token: str) -> ResponseReturnValue:
    try:
        opened = actions.sign_in_by_link(token, device=_device(), earlier=sessions.browser_token())
    except Invalid:
        return render_template("accounts/link.html", form=LinkForm(), token=token, is_valid=False), 410
    return _after_sign_in(opened, request.form.get("next"))


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    token = sessions.browser_token()
    if token is not None:
        actions.end_session(token)
    sessions.forget()
    response = redirect(url_for("network.start"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _me() -> Member:
    member = sessions.current_member()
    if member is None:
        raise Conflict("not_own_account")
    return member


def _account_page(password: PasswordForm | None = None, language: LanguageForm | None = None) -> str:
    member = _me()
    return render_template(
        "accounts/account.html",
        member=member,
        password=password or PasswordForm(formdata=None),
        language=language or LanguageForm(formdata=None, language=member.language or ""),
    )


@bp.get("/account")
def account() -> ResponseReturnValue:
    return _account_page()


@bp.post("/account/password")
def set_password() -> ResponseReturnValue:
    form, member = PasswordForm(), _me()
    if form.validate():
        try:
            actions.set_password(actor(), member, form.new.data, old=form.old.data, keep=sessions.current_session_id())
            flash(_("Ihr Passwort ist gesetzt. Andere angemeldete Geräte sind abgemeldet."))
            return redirect(url_for(".account"), 303)
        except Invalid as error:
            form.take(error)
    return _account_page(password=form), 422


@bp.post("/account/language")
def set_language() -> ResponseReturnValue:
    """From the account page, or from the switch below each page, which names the page to go back to."""
    form = LanguageForm()
    if not form.validate():
        return _account_page(language=form), 422
    actions.choose_language(actor(), _me(), form.language.data or None)
    forget_language()
    return redirect(safe_next(request.form.get("next")) or url_for(".account"), 303)


def _people_page(form: AdmitForm) -> str:
    return render_template(
        "accounts/people.html",
        form=form,
        members=queries.all_members(),
        organisations=queries.organisation_names(),
    )


@bp.get("/people")
def people() -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    return _people_page(AdmitForm(formdata=None))


@bp.post("/people")
def admit() -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    form = AdmitForm()
    if form.validate():
        try:
            member = actions.admit_member(
                actor(),
                name=form.name.data,
                email=form.email.data,
                organisation=form.organisation.data,
                function=form.function.data,
            )
            flash(_("%(name)s ist aufgenommen. Geben Sie jetzt den Anmeldelink weiter.", name=member.name))
            return redirect(url_for(".person", member_id=member.id), 303)
        except Invalid as error:
            form.take(error)
    return _people_page(form), 422


def _person_page(member: Member, token: str | None = None) -> str:
    roles = member.network_roles
    form = RolesForm(formdata=None, coordination=NetworkRole.COORDINATION in roles, admin=NetworkRole.ADMIN in roles)
    address = absolute("accounts.link", token=token) if token else None
    return render_template("accounts/person.html", member=member, form=form, address=address)


@bp.get("/people/<id:member_id>")
def person(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    return _person_page(queries.get_member(member_id))


@bp.post("/people/<id:member_id>/sign-in-link")
def write_link(member_id: int) -> ResponseReturnValue:
    """The link is shown once, on this very answer: only its hash is kept."""
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    return _person_page(member, actions.write_sign_in_link(actor(), member))


@bp.post("/people/<id:member_id>/roles")
def set_roles(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member, form = queries.get_member(member_id), RolesForm()
    before = member.network_roles
    for role, wanted in (
        (NetworkRole.COORDINATION, form.coordination.data),
        (NetworkRole.ADMIN, form.admin.data),
    ):
        if wanted and role not in member.network_roles:
            actions.give_network_role(actor(), member, role)
        elif not wanted and role in member.network_roles:
            actions.take_network_role(actor(), member, role)
    text = _("Die Rollen von %(name)s sind geändert.", name=member.name)
    flash_undo(text, ".set_roles", sent=dict.fromkeys(sorted(before), "y"), member_id=member_id)
    return redirect(url_for(".person", member_id=member_id), 303)


@bp.post("/people/<id:member_id>/closure")
def close(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    actions.disable_member(actor(), member)
    flash_undo(_("Das Konto von %(name)s ist geschlossen.", name=member.name), ".reopen", member_id=member_id)
    return redirect(url_for(".person", member_id=member_id), 303)


@bp.post("/people/<id:member_id>/reopening")
def reopen(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    actions.enable_member(actor(), member)
    flash_undo(_("Das Konto von %(name)s ist wieder offen.", name=member.name), ".close", member_id=member_id)
    return redirect(url_for(".person", member_id=member_id), 303)
