"""Creating working groups, giving roles in them."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.groups.models import Group, GroupMember
from workspace.permissions import Actor, Permission, Role, require


def slug(words: str, *, longest: int = 60) -> str:
    """A readable address: "AG Qualität & Maß" → "ag-qualitaet-mass"; empty when no letter is left."""
    spelled = words.lower().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"})
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")


def create_group(actor: Actor, *, name: str, purpose: str, lead: Member) -> Group:
    """Create a working group with its first lead.

    Raises: Forbidden; Invalid when the name is missing, too long or taken, or the lead's account is closed.
    """
    require(actor, Permission.GROUP_CREATE)
    _check(name, purpose)
    if lead.is_disabled:
        raise Invalid(fields={"lead": "lead_closed"})
    begin_writing()
    _check_free(name)
    group = Group(key=_free_key(name), name=name, purpose=purpose, created_at=now())
    group.people.append(GroupMember(member_id=lead.id, role=Role.LEAD, joined_at=now()))
    session().add(group)
    session().flush()
    record(actor, "group.created", subject_id=group.id, group_id=group.id, name=name, lead=lead.id)
    return group


def describe_group(actor: Actor, group: Group, *, name: str, purpose: str) -> None:
    """Change a group's name and purpose; its address stays. Raises: Forbidden; Invalid."""
    require(actor, Permission.GROUP_ROLES, group)
    _check(name, purpose)
    begin_writing()
    _check_free(name, besides=group.id)
    if (group.name, group.purpose) == (name, purpose):
        return
    group.name, group.purpose = name, purpose
    record(actor, "group.described", subject_id=group.id, group_id=group.id, name=name)


def _check(name: str, purpose: str) -> None:
    if not name:
        raise Invalid(fields={"name": "required"})
    for field, value in (("name", name), ("purpose", purpose)):
        limit: int = getattr(settings(), f"{field}_max")
        if len(value) > limit:
            raise Invalid(fields={field: "too_long"}, limit=limit, now=len(value))


def _check_free(name: str, *, besides: int = 0) -> None:
    taken = session().scalars(select(Group.name).where(Group.id != besides))
    if name.casefold() in {other.casefold() for other in taken}:  # SQLite's lower() knows ASCII only
        raise Invalid(fields={"name": "taken"})


def _free_key(name: str) -> str:
    base = slug(name, longest=30) or "gruppe"
    base = base if len(base) > 1 else base + "-1"
    taken = set(session().scalars(select(Group.key).where(Group.key.startswith(base, autoescape=True)))) | {"new"}
    return next(k for n in range(1, len(taken) + 3) if (k := base if n == 1 else f"{base}-{n}") not in taken)


def set_role(actor: Actor, group: Group, member: Member, role: Role) -> None:
    """Take a member into the group, or change the role it has there.

    Raises: Forbidden; Invalid for a closed account; Conflict when the group would have no lead.
    """
    require(actor, Permission.GROUP_ROLES, group)
    if member.is_disabled:
        raise Invalid(fields={"member": "account_closed"})
    begin_writing()
    require(actor, Permission.GROUP_ROLES, group)
    row = _locked_row(group, member)
    if row is None:
        session().add(GroupMember(group_id=group.id, member_id=member.id, role=role, joined_at=now()))
        record(actor, "group.joined", subject_id=member.id, group_id=group.id, role=str(role))
        return
    if row.role == role:
        return
    if row.role == Role.LEAD:
        _refuse_last_lead(group, member)
    before, row.role = row.role, role
    record(actor, "group.role_changed", subject_id=member.id, group_id=group.id, role=str(role), before=str(before))


def remove_from_group(actor: Actor, group: Group, member: Member) -> None:
    """Take a member out of the group; members may take themselves out.

    Raises: Forbidden; Conflict when the group would have no lead, or the member is not in it.
    """
    if member.id != actor.member_id:
        require(actor, Permission.GROUP_ROLES, group)
    begin_writing()
    row = _locked_row(group, member)
    if row is None:
        raise Conflict("not_in_group")
    if row.role == Role.LEAD:
        _refuse_last_lead(group, member)
    session().delete(row)
    record(actor, "group.left", subject_id=member.id, group_id=group.id)


def join_by_invitation(actor: Actor, group: Group, member: Member, role: Role) -> None:
    """Take a new person into the group that coordination's invitation named, in the caller's writing transaction."""
    session().add(GroupMember(group_id=group.id, member_id=member.id, role=role, joined_at=now()))
    record(actor, "group.joined", subject_id=member.id, group_id=group.id, role=str(role), invited=True)


def leave_all_groups(actor: Actor, member: Member) -> None:
    """Take a person who leaves the network out of every group, in the caller's writing transaction.

    Raises: Conflict("last_lead_of") naming a group that would have no lead; a closed account leads nobody.
    """
    inside = select(Group).join(GroupMember, GroupMember.group_id == Group.id).where(GroupMember.member_id == member.id)
    for group in session().scalars(inside.order_by(Group.id)).all():
        row = _locked_row(group, member)
        if row is None:
            continue
        if row.role == Role.LEAD and not member.is_disabled and _is_last_lead(group, member):
            raise Conflict("last_lead_of", group=group.name)
        session().delete(row)
        record(actor, "group.left", subject_id=member.id, group_id=group.id)


def groups_led_alone(member: Member) -> list[Group]:
    """The groups that have no other lead with an open account."""
    led = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.member_id == member.id, GroupMember.role == Role.LEAD)
        .order_by(Group.name)
    )
    return [group for group in session().scalars(led).all() if _is_last_lead(group, member)]


def _locked_row(group: Group, member: Member) -> GroupMember | None:
    """The member's row, behind a lock on the group so that two leads cannot leave at once."""
    session().refresh(group, with_for_update=True)
    return (
        session()
        .scalars(select(GroupMember).where(GroupMember.group_id == group.id, GroupMember.member_id == member.id))
        .unique()
        .first()
    )


def _refuse_last_lead(group: Group, leaving: Member) -> None:
    if _is_last_lead(group, leaving):
        raise Conflict("last_lead")


def _is_last_lead(group: Group, leaving: Member) -> bool:
    """A lead whose account is closed leads nobody."""
    stays = (
        select(GroupMember.member_id)
        .join(Member, Member.id == GroupMember.member_id)
        .where(
            GroupMember.group_id == group.id,
            GroupMember.role == Role.LEAD,
            GroupMember.member_id != leaving.id,
            Member.disabled_at.is_(None),
        )
    )
    return session().scalar(stays.limit(1)) is None
