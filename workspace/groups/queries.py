"""Reads of groups that deserve a name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, select

from workspace.accounts.models import Member
from workspace.db import session
from workspace.errors import NotFound
from workspace.groups.models import Group, GroupMember
from workspace.permissions import Actor, Permission, Role, require

ROLE_ORDER = case({Role.LEAD: 0, Role.EDITOR: 1, Role.REVIEWER: 2}, value=GroupMember.role, else_=3)


def get_group(actor: Actor, key: str) -> Group:
    """Raises: NotFound."""
    group = session().scalar(select(Group).where(Group.key == key))
    if group is None:
        raise NotFound
    require(actor, Permission.GROUP_SEE, group, knows=False)
    return group


def all_groups() -> Sequence[Group]:
    return session().scalars(select(Group).order_by(Group.name)).all()


def groups_of(actor: Actor) -> Sequence[Group]:
    """The groups the actor is in, by name."""
    return session().scalars(select(Group).where(Group.id.in_(list(actor.group_roles))).order_by(Group.name)).all()


def people_of(group: Group) -> Sequence[GroupMember]:
    """Members with their roles: leads first, then by name."""
    return (
        session()
        .scalars(
            select(GroupMember)
            .join(Member, Member.id == GroupMember.member_id)
            .where(GroupMember.group_id == group.id)
            .order_by(ROLE_ORDER, Member.name)
        )
        .unique()
        .all()
    )


def role_of(group: Group, member_id: int) -> Role | None:
    """The member's role in the group; None for who is not in it."""
    found = session().scalar(
        select(GroupMember.role).where(GroupMember.group_id == group.id, GroupMember.member_id == member_id)
    )
    return None if found is None else Role(found)


def groups_with(member: Member) -> Sequence[Group]:
    """The groups a member is in, by name."""
    inside = select(GroupMember.group_id).where(GroupMember.member_id == member.id)
    return session().scalars(select(Group).where(Group.id.in_(inside)).order_by(Group.name)).all()
