"""The same few people in all tests, one for each role, and the two groups they are in."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select

from workspace.accounts import actions as accounts
from workspace.accounts.models import Member
from workspace.db import session
from workspace.groups import actions as groups
from workspace.groups.models import Group
from workspace.papers.rights import rights_of
from workspace.permissions import Actor, NetworkRole, Role


@dataclass(frozen=True)
class People:
    """Lead Clara, Editor Emil, Reviewer Rosa, Reader Rudi in the group `quality`; Stranger Sam leads `other`."""

    coordination: Member
    """Cora; in no group."""
    admin: Member
    """Adam; in no group."""
    lead: Member
    editor: Member
    reviewer: Member
    reader: Member
    stranger: Member
    disabled: Member
    """Dora; was an editor of `quality`, her account is closed."""
    quality: Group
    other: Group

    def actor(self, member: Member | None) -> Actor:
        """The actor of a member, with the rights as they are now."""
        return actor_of(member)


def actor_of(member: Member | None) -> Actor:
    if member is None:
        return Actor()
    roles, grants = rights_of(member)
    return Actor(member.id, member.name, member.network_roles, MappingProxyType(roles), grants)


def make_people() -> People:
    """Make everybody in the current session; the caller commits."""
    cora = accounts.add_first_member(
        name="Cora Koordination", email="cora@netz.example", roles=frozenset({NetworkRole.COORDINATION})
    )
    by = actor_of(cora)

    def admit(name: str) -> Member:
        first = name.split()[0].lower()
        return accounts.admit_member(
            by, name=name, email=f"{first}@stadt.example", organisation="Musterstadt", handle=first
        )

    adam, clara, emil, rosa = (admit(n) for n in ("Adam Admin", "Clara Leitung", "Emil Redaktion", "Rosa Review"))
    rudi, sam, dora = (admit(n) for n in ("Rudi Lesend", "Sam Fremd", "Dora Ehemals"))
    accounts.give_network_role(by, adam, NetworkRole.ADMIN)
    quality = groups.create_group(by, name="AG Qualität", purpose="Was gute Beteiligung ausmacht", lead=clara)
    other = groups.create_group(by, name="AG Anderes", purpose="Etwas ganz anderes", lead=sam)
    session().flush()
    lead = actor_of(clara)
    for member, role in (
        (emil, Role.EDITOR),
        (rosa, Role.REVIEWER),
        (rudi, Role.READER),
        (dora, Role.EDITOR),
    ):
        groups.set_role(lead, quality, member, role)
    accounts.disable_member(by, dora)
    return People(cora, adam, clara, emil, rosa, rudi, sam, dora, quality, other)


def find_people() -> People:
    """The people of `make_people` in a database that has them already."""
    members = {member.email.split("@")[0]: member for member in session().scalars(select(Member)).unique()}
    order = ("cora", "adam", "clara", "emil", "rosa", "rudi", "sam", "dora")
    quality, other = session().scalars(select(Group).order_by(Group.id))
    return People(*(members[first] for first in order), quality, other)
