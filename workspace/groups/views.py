"""Pages of working groups."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectChoice

from workspace.accounts.models import Member
from workspace.accounts.queries import active_members, get_member
from workspace.db import session
from workspace.errors import Invalid, NotFound
from workspace.groups import actions, queries
from workspace.groups.forms import GroupForm, NewGroupForm, RoleForm
from workspace.groups.models import Group
from workspace.papers.models import Paper
from workspace.papers.queries import papers_visible_to
from workspace.permissions import Permission, Role, can, require
from workspace.web.actor import actor
from workspace.web.links import safe_next
from workspace.web.messages import add_messages
from workspace.web.undo import flash_undo

bp = Blueprint("groups", __name__)

add_messages(
    {
        "account_closed": _l("Das Konto dieser Person ist geschlossen."),
        "lead_closed": _l("Das Konto dieser Person ist geschlossen. Bitte wählen Sie eine andere Leitung."),
        "last_lead": _l("Eine Arbeitsgruppe braucht mindestens eine Leitung. Geben Sie die Leitung zuerst weiter."),
        "not_in_group": _l("Diese Person ist nicht in der Arbeitsgruppe."),
        "group.roles": _l("Rollen in der Arbeitsgruppe vergibt ihre Leitung."),
        "group.create": _l("Arbeitsgruppen legt die Koordination an."),
    }
)


@bp.get("/groups")
def index() -> ResponseReturnValue:
    mine = queries.groups_of(actor())
    others = [group for group in queries.all_groups() if group not in mine]
    leads = {group.id: [p.member for p in queries.people_of(group) if p.role == Role.LEAD] for group in others}
    return render_template("groups/index.html", mine=mine, others=others, leads=leads)


def _people_choices(besides: set[int]) -> list[SelectChoice]:
    """Everybody with an open account, after an empty line."""
    people = [
        SelectChoice(str(m.id), f"{m.name}, {m.organisation.name}" if m.organisation else m.name)
        for m in active_members()
        if m.id not in besides
    ]
    return [SelectChoice("", _("Bitte wählen")), *people]


def _new_form() -> NewGroupForm:
    form = NewGroupForm()
    form.lead.choices = _people_choices(set())
    if not form.is_submitted() and len(form.lead.choices) == 2:  # the empty line, and the one person there is
        form.lead.data = str(form.lead.choices[1].value)
    return form


@bp.get("/groups/new")
def create() -> ResponseReturnValue:
    require(actor(), Permission.GROUP_CREATE)
    return render_template("groups/create.html", form=_new_form())


@bp.post("/groups/new")
def create_post() -> ResponseReturnValue:
    require(actor(), Permission.GROUP_CREATE)
    form = _new_form()
    if form.validate():
        try:
            lead = get_member(int(form.lead.data))
            group = actions.create_group(actor(), name=form.name.data, purpose=form.purpose.data, lead=lead)
            flash(_("Die Arbeitsgruppe ist angelegt. %(name)s leitet sie.", name=lead.name))
            return redirect(safe_next(request.form.get("next")) or url_for(".show", key=group.key), 303)
        except Invalid as error:
            form.take(error)
    return render_template("groups/create.html", form=form), 422


def _role_form(group: Group) -> RoleForm:
    form = RoleForm()
    form.member.choices = _people_choices({p.member_id for p in queries.people_of(group)})
    return form


def _group_page(group: Group, *, role: RoleForm | None = None, about: GroupForm | None = None) -> str:
    visible = papers_visible_to(actor()).where(Paper.group_id == group.id).order_by(Paper.changed_at.desc())
    papers = session().scalars(visible).all()
    may_lead = can(actor(), Permission.GROUP_ROLES, group)
    return render_template(
        "groups/show.html",
        group=group,
        people=queries.people_of(group),
        papers=[p for p in papers if not p.is_parked],
        parked=[p for p in papers if p.is_parked],
        is_inside=group.id in actor().group_roles,
        role_form=(role or _role_form(group)) if may_lead else None,
        about_form=(about or GroupForm(formdata=None, obj=group)) if may_lead else None,
    )


@bp.get("/groups/<key:key>")
def show(key: str) -> ResponseReturnValue:
    return _group_page(queries.get_group(actor(), key))


@bp.post("/groups/<key:key>/description")
def describe(key: str) -> ResponseReturnValue:
    group, form = queries.get_group(actor(), key), GroupForm()
    require(actor(), Permission.GROUP_ROLES, group)
    if form.validate():
        try:
            actions.describe_group(actor(), group, name=form.name.data, purpose=form.purpose.data)
            flash(_("Name und Zweck sind gespeichert."))
            return redirect(url_for(".show", key=key), 303)
        except Invalid as error:
            form.take(error)
    return _group_page(group, about=form), 422


@bp.post("/groups/<key:key>/people")
def set_role(key: str) -> ResponseReturnValue:
    """Take somebody in, or change the role of somebody who is in already."""
    group, form = queries.get_group(actor(), key), RoleForm()
    require(actor(), Permission.GROUP_ROLES, group)
    form.member.choices = _people_choices(set())
    if form.validate():
        try:
            member = get_member(int(form.member.data))
            before = queries.role_of(group, member.id)
            actions.set_role(actor(), group, member, Role(form.role.data))
            _tell_role(group, member, before)
            return redirect(url_for(".show", key=key), 303)
        except Invalid as error:
            form.take(error)
    return _group_page(group, role=form), 422


def _tell_role(group: Group, member: Member, before: Role | None) -> None:
    """Who gave the leadership of oneself away cannot take that back, so no button offers it."""
    if before is None:
        text = _("%(name)s ist jetzt in der Arbeitsgruppe.", name=member.name)
        flash_undo(text, ".remove", key=group.key, member_id=member.id)
        return
    text = _("Die Rolle von %(name)s ist gespeichert.", name=member.name)
    if member.id == actor().member_id:
        flash(text)
    else:
        flash_undo(text, ".set_role", sent={"member": member.id, "role": before}, key=group.key)


@bp.post("/groups/<key:key>/people/<id:member_id>/removal")
def remove(key: str, member_id: int) -> ResponseReturnValue:
    group = queries.get_group(actor(), key)
    member = session().scalars(select(Member).where(Member.id == member_id)).unique().first()
    if member is None:
        raise NotFound
    before = queries.role_of(group, member.id)
    actions.remove_from_group(actor(), group, member)
    text = _("%(name)s ist nicht mehr in der Arbeitsgruppe.", name=member.name)
    if member.id == actor().member_id or member.is_disabled:
        flash(text)
    else:
        flash_undo(text, ".set_role", sent={"member": member.id, "role": before}, key=key)
    return redirect(url_for(".show", key=key), 303)
