"""What coordination does with accounts: admit, hand out links, give roles, close."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.accounts import actions, queries
from workspace.accounts.addresses import notice, recipient
from workspace.accounts.forms import AddressForm, AdmitForm, RolesForm
from workspace.accounts.models import Member
from workspace.accounts.second_factor import factor_of, reset_factor
from workspace.accounts.views.blueprint import bp
from workspace.accounts.views.directory import asked_number, asked_words
from workspace.errors import Invalid
from workspace.mail import post
from workspace.network.queries import the_network
from workspace.permissions import NetworkRole, Permission, require
from workspace.web.actor import actor
from workspace.web.links import absolute
from workspace.web.undo import flash_undo


def _people_page(form: AdmitForm) -> str:
    words = asked_words()
    return render_template(
        "accounts/people.html",
        form=form,
        page=queries.people_page(words, after=asked_number("after"), with_closed=True),
        words=words,
        is_first=asked_number("after") is None,
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


def person_page(member: Member, *, token: str | None = None, address_form: AddressForm | None = None) -> str:
    roles = member.network_roles
    form = RolesForm(formdata=None, coordination=NetworkRole.COORDINATION in roles, admin=NetworkRole.ADMIN in roles)
    address = absolute("accounts.link", token=token) if token else None
    has_factor = factor_of(member.id) is not None
    return render_template(
        "accounts/person.html",
        member=member,
        form=form,
        address=address,
        address_form=address_form or AddressForm(formdata=None),
        has_factor=has_factor,
    )


@bp.get("/people/<id:member_id>")
def person(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    return person_page(queries.get_member(member_id))


@bp.post("/people/<id:member_id>/sign-in-link")
def write_link(member_id: int) -> ResponseReturnValue:
    """The link is shown once, on this very answer: only its hash is kept."""
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    return person_page(member, token=actions.write_sign_in_link(actor(), member))


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


@bp.post("/people/<id:member_id>/second-factor/reset")
def reset_second_factor(member_id: int) -> ResponseReturnValue:
    require(actor(), Permission.PERSON_ADMIT)
    member = queries.get_member(member_id)
    letter = notice("second_factor_reset", member, the_network().name)
    reset_factor(actor(), member)
    post(letter, to=recipient(member))
    flash(_("Der zweite Faktor von %(name)s ist ausgeschaltet.", name=member.name))
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
