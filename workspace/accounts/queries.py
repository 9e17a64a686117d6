"""Reads of people that deserve a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import selectinload

from workspace.accounts.models import (
    AddressChange,
    KeptForm,
    LoginSession,
    Member,
    MemberNetworkRole,
    Organisation,
)
from workspace.accounts.signing_in import hash_token
from workspace.clock import now
from workspace.config import settings
from workspace.db import session
from workspace.errors import NotFound
from workspace.permissions import NetworkRole
from workspace.search import fold, matching


def get_member(member_id: int) -> Member:
    """Raises: NotFound."""
    member = session().get(Member, member_id)
    if member is None:
        raise NotFound
    return member


def find_member(email: str) -> Member | None:
    return session().scalar(select(Member).where(Member.email == email.strip().lower()))


@dataclass(frozen=True)
class PeoplePage:
    """Some people of a list: who stands here, how many there are in all, and after whom the next page begins."""

    members: Sequence[Member]
    total: int
    after: int | None


def people_page(
    words: str, *, organisation_id: int | None = None, after: int | None = None, with_closed: bool = False
) -> PeoplePage:
    """One page of the people who are found by all the words, by last name.

    Args:
        words: looked for in name, municipality, function and languages; empty finds everybody.
        after: id of the last person of the page before.
        with_closed: whether closed accounts are listed too.
    """
    wanted = select(Member.id).where(Member.left_at.is_(None))
    if not with_closed:
        wanted = wanted.where(Member.disabled_at.is_(None))
    if organisation_id is not None:
        wanted = wanted.where(Member.organisation_id == organisation_id)
    found = matching("member", Member.id, words)
    if found is not None:
        wanted = wanted.where(found)
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session().scalars(_people_after(wanted, after).options(selectinload(Member.roles))).unique().all()
    size = settings().page_size
    return PeoplePage(rows[:size], total, rows[size - 1].id if len(rows) > size else None)


def _people_after(wanted: Select[int], after: int | None) -> Select[Member]:
    query = select(Member).where(Member.id.in_(wanted)).order_by(Member.sort_key, Member.id)
    last = session().get(Member, after) if after is not None else None
    if last is not None:
        query = query.where(tuple_(Member.sort_key, Member.id) > tuple_(last.sort_key, last.id))
    return query.limit(settings().page_size + 1)


def active_members() -> Sequence[Member]:
    """Everybody whose account is open, by name."""
    return (
        session().scalars(select(Member).where(Member.disabled_at.is_(None)).order_by(Member.sort_key)).unique().all()
    )


def members_by_id(ids: Iterable[int]) -> dict[int, Member]:
    rows = session().scalars(select(Member).where(Member.id.in_(set(ids)))).unique()
    return {member.id: member for member in rows}


def members_by_handle(handles: Iterable[str]) -> dict[str, Member]:
    rows = session().scalars(select(Member).where(Member.handle.in_(set(handles)), Member.disabled_at.is_(None)))
    return {member.handle: member for member in rows.unique()}


def organisation_names() -> Sequence[str]:
    return session().scalars(select(Organisation.name).order_by(Organisation.name)).all()


def find_organisation(organisation_id: int) -> Organisation | None:
    return session().get(Organisation, organisation_id)


def organisations_with_people(words: str) -> Sequence[tuple[Organisation, int]]:
    """Municipalities with how many open accounts each has, by name; those without are left out."""
    people = func.count(Member.id)
    query = (
        select(Organisation, people)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.disabled_at.is_(None))
        .group_by(Organisation.id)
    )
    rows = [(place, count) for place, count in session().execute(query) if fold(words) in fold(place.name)]
    return sorted(rows, key=lambda row: fold(row[0].name))


def waiting_address(member_id: int) -> AddressChange | None:
    """The new address that waits for its confirmations."""
    row = session().get(AddressChange, member_id)
    return row if row is not None and row.expires_at > now() else None


def open_sessions(member_id: int) -> Sequence[LoginSession]:
    """A member's sessions that may still act, last used first."""
    rows = session().scalars(
        select(LoginSession)
        .where(LoginSession.member_id == member_id, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return [row for row in rows if is_alive(row)]


def find_session(token: str) -> LoginSession | None:
    """The session of a token, ended or not."""
    return session().scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def is_alive(opened: LoginSession | Row[Any]) -> bool:
    """Whether the session may still act."""
    idle, whole = timedelta(seconds=settings().session_idle), timedelta(seconds=settings().session_absolute)
    return opened.ended_at is None and opened.seen_at + idle > now() and opened.created_at + whole > now()


def kept_form(session_id: int, path: str) -> KeptForm | None:
    """The newest form kept for this browser and this page, when not too old."""
    since = now() - timedelta(seconds=settings().kept_form_life)
    return session().scalar(
        select(KeptForm)
        .where(KeptForm.session_id == session_id, KeptForm.path == path, KeptForm.created_at > since)
        .order_by(KeptForm.id.desc())
        .limit(1)
    )


def coordinators() -> Sequence[Member]:
    """Who coordinates the network and has an open account, by name."""
    query = (
        select(Member)
        .join(MemberNetworkRole, MemberNetworkRole.member_id == Member.id)
        .where(MemberNetworkRole.role == NetworkRole.COORDINATION, Member.disabled_at.is_(None))
        .order_by(Member.name)
    )
    return session().scalars(query).unique().all()
