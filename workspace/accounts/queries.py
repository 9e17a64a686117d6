"""Reads of people that deserve a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select

from workspace.accounts.actions import hash_token
from workspace.accounts.models import KeptForm, LoginSession, Member, MemberNetworkRole, Organisation
from workspace.clock import now
from workspace.config import settings
from workspace.db import session
from workspace.errors import NotFound
from workspace.permissions import NetworkRole


def get_member(member_id: int) -> Member:
    """Raises: NotFound."""
    member = session().get(Member, member_id)
    if member is None:
        raise NotFound
    return member


def find_member(email: str) -> Member | None:
    return session().scalar(select(Member).where(Member.email == email.strip().lower()))


def all_members() -> Sequence[Member]:
    """Everybody, by name."""
    return session().scalars(select(Member).order_by(Member.name)).unique().all()


def active_members() -> Sequence[Member]:
    """Everybody whose account is open, by name."""
    return session().scalars(select(Member).where(Member.disabled_at.is_(None)).order_by(Member.name)).unique().all()


def members_by_id(ids: Iterable[int]) -> dict[int, Member]:
    rows = session().scalars(select(Member).where(Member.id.in_(set(ids)))).unique()
    return {member.id: member for member in rows}


def members_by_handle(handles: Iterable[str]) -> dict[str, Member]:
    rows = session().scalars(select(Member).where(Member.handle.in_(set(handles)), Member.disabled_at.is_(None)))
    return {member.handle: member for member in rows.unique()}


def organisation_names() -> Sequence[str]:
    return session().scalars(select(Organisation.name).order_by(Organisation.name)).all()


def find_session(token: str) -> LoginSession | None:
    """The session of a token, ended or not."""
    return session().scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def is_alive(opened: LoginSession) -> bool:
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
