"""What people in the rooms may do now: asked when they come in, and again every few seconds, all in a few queries.

The rules are those of `permissions`; only the facts are gathered for many at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workspace.accounts.models import LoginSession, Member
from workspace.accounts.queries import is_alive
from workspace.db import session
from workspace.groups.models import GroupMember
from workspace.live.protocol import Code
from workspace.papers.models import Paper
from workspace.permissions import Actor, Permission, Role, can

MANY = 500
"""Ids in one query."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who is or wants to be in a room."""

    paper_id: int
    member_id: int
    session_id: int


@dataclass(frozen=True, slots=True)
class PaperNow:
    """What rights rest on, and what a page shows of its state."""

    id: int
    group_id: int
    is_parked: bool
    head_number: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do at this moment; `refused` says why not even be there."""

    refused: Code | None = None
    may_write: bool = False
    name: str = ""


def papers_now(ids: Iterable[int]) -> Mapping[int, PaperNow]:
    """Papers by id; those that do not exist are missing."""
    columns = (Paper.id, Paper.group_id, Paper.parked_at, Paper.head_number, Paper.changed_at)
    rows = (row for part in _parts(ids) for row in session().execute(select(*columns).where(Paper.id.in_(part))))
    return {id_: PaperNow(id_, group, parked is not None, head, at) for id_, group, parked, head, at in rows}


def standings(places: Collection[Place], papers: Mapping[int, PaperNow]) -> Mapping[Place, Standing]:
    """What each of them may do in its paper."""
    people, roles = _people(place.member_id for place in places), _roles(place.member_id for place in places)
    sessions = _living_sessions(place.session_id for place in places)
    found = {}
    for place in places:
        name, paper = people.get(place.member_id), papers.get(place.paper_id)
        if name is None or sessions.get(place.session_id) != place.member_id:
            found[place] = Standing(Code.SIGN_IN)
        elif paper is None:
            found[place] = Standing(Code.UNKNOWN)
        else:
            found[place] = _standing(Actor(place.member_id, name, group_roles=roles.get(place.member_id, {})), paper)
    return found


def _standing(actor: Actor, paper: PaperNow) -> Standing:
    if not can(actor, Permission.PAPER_READ, paper):
        return Standing(Code.WITHDRAWN)
    return Standing(None, can(actor, Permission.REVISION_SAVE, paper), actor.name)


def _people(ids: Iterable[int]) -> dict[int, str]:
    """Names of those whose account is open."""
    query = select(Member.id, Member.name).where(Member.disabled_at.is_(None))
    return {id_: name for part in _parts(ids) for id_, name in session().execute(query.where(Member.id.in_(part)))}


def _roles(ids: Iterable[int]) -> dict[int, dict[int, Role]]:
    query = select(GroupMember.member_id, GroupMember.group_id, GroupMember.role)
    found: dict[int, dict[int, Role]] = {}
    for part in _parts(ids):
        for member_id, group_id, role in session().execute(query.where(GroupMember.member_id.in_(part))):
            found.setdefault(member_id, {})[group_id] = Role(role)
    return found


def _living_sessions(ids: Iterable[int]) -> dict[int, int]:
    """Session id → member id, of those that may still act."""
    query = select(LoginSession.__table__)
    rows = (row for part in _parts(ids) for row in session().execute(query.where(LoginSession.id.in_(part))))
    return {row.id: row.member_id for row in rows if is_alive(row)}


def _parts(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    every = sorted(set(ids))
    return (every[at : at + MANY] for at in range(0, len(every), MANY))
