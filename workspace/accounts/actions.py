"""Admitting people, signing in and out, network roles."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update

from workspace.accounts.models import (
    KeptForm,
    LoginSession,
    Member,
    MemberNetworkRole,
    Organisation,
    SignInAttempt,
    SignInToken,
)
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.permissions import PUBLIC, Actor, NetworkRole, Permission, require
from workspace.text.normal import normalize

EMAIL = re.compile(r"[^\s@<>\",;:()\[\]\\]{1,64}@[a-z0-9.-]{1,180}\.[a-z]{2,24}")
EMAIL_MAX = 254
COMMON_PASSWORDS = frozenset(
    {
        *("passwort1234", "password1234", "passwort12345", "123456789012", "1234567890123", "qwertzuiop123"),
        *("qwertyuiop123", "beteiligung1", "beteiligung123", "administrator", "rathaus12345", "willkommen123"),
        *("willkommen2026", "hallohallo123"),
    }
)


def hash_token(token: str) -> bytes:
    """What is kept of a random token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


@lru_cache(maxsize=4)
def _hasher(memory: int, rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory)


def _passwords() -> PasswordHasher:
    return _hasher(settings().argon2_memory_kib, settings().argon2_rounds)


@lru_cache(maxsize=4)
def _nobody_hash(memory: int, rounds: int) -> str:
    return _hasher(memory, rounds).hash(secrets.token_urlsafe(16))


# People


def admit_member(
    actor: Actor, *, name: str, email: str, organisation: str = "", function: str = "", handle: str = ""
) -> Member:
    """Give a person an account.

    Args:
        organisation: name of the municipality; made when it is new.
        handle: how others mention the person; made from the name when empty.
    Raises: Forbidden; Invalid when the mail address is taken or none.
    """
    require(actor, Permission.PERSON_ADMIT)
    email = email.strip().lower()
    _check_person(name, email, organisation, function)
    begin_writing()
    if session().scalar(select(Member.id).where(Member.email == email)) is not None:
        raise Invalid(fields={"email": "email_taken"})
    member = Member(
        name=name,
        email=email,
        handle=_free_handle(handle or name),
        organisation=find_or_add_organisation(organisation) if organisation else None,
        function=function,
        created_at=now(),
        roles=[],
    )
    session().add(member)
    session().flush()
    record(actor, "member.admitted", subject_id=member.id, name=name)
    return member


def _check_person(name: str, email: str, organisation: str, function: str) -> None:
    if not name:
        raise Invalid(fields={"name": "required"})
    for field, value in (("name", name), ("organisation", organisation), ("function", function)):
        if len(value) > settings().name_max:
            raise Invalid(fields={field: "too_long"}, limit=settings().name_max, now=len(value))
        if normalize(value).strip("\n") != value:
            raise Invalid(fields={field: "not_printable"})
    if len(email) > EMAIL_MAX or not EMAIL.fullmatch(email) or normalize(email).strip("\n") != email:
        raise Invalid(fields={"email": "email_wrong"})


def add_first_member(*, name: str, email: str, roles: frozenset[NetworkRole]) -> Member:
    """Create the first person of an installation, from the command line only.

    Raises: Conflict when there are people already.
    """
    begin_writing()
    if session().scalar(select(func.count(Member.id))):
        raise Conflict("not_empty")
    founder = Actor(network_roles=frozenset({NetworkRole.COORDINATION}))
    member = admit_member(founder, name=name, email=email)
    for role in sorted(roles):
        member.roles.append(MemberNetworkRole(role=role, given_at=now()))
        record(PUBLIC, "network_role.given", subject_id=member.id, name=name, role=role)
    return member


def find_or_add_organisation(name: str) -> Organisation:
    """The organisation of this name, made when it is new."""
    found = session().scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        found = Organisation(name=name, created_at=now())
        session().add(found)
        session().flush()
    return found


def _free_handle(wish: str) -> str:
    folded = unicodedata.normalize("NFKD", wish.lower().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"}))
    plain = re.sub(r"[^a-z0-9]+", ".", "".join(c for c in folded if not unicodedata.combining(c))).strip(".")[:50]
    base = plain or "mitglied"
    taken = set(session().scalars(select(Member.handle).where(Member.handle.startswith(base, autoescape=True))))
    return next(h for n in range(1, len(taken) + 3) if (h := base if n == 1 else f"{base}{n}") not in taken)


def give_network_role(actor: Actor, member: Member, role: NetworkRole) -> None:
    """Raises: Forbidden, also for oneself."""
    require(actor, Permission.NETWORK_ROLE_GIVE, member)
    begin_writing()
    if role in member.network_roles:
        return
    member.roles.append(MemberNetworkRole(role=role, given_by=actor.member_id, given_at=now()))
    record(actor, "network_role.given", subject_id=member.id, name=member.name, role=role)


def take_network_role(actor: Actor, member: Member, role: NetworkRole) -> None:
    """Raises: Forbidden, also for oneself; Conflict when the network would have no coordination."""
    require(actor, Permission.NETWORK_ROLE_GIVE, member)
    begin_writing()
    if role == NetworkRole.COORDINATION:
        _refuse_last_coordination(member)
    if role not in member.network_roles:
        return
    member.roles[:] = [row for row in member.roles if row.role != role]
    record(actor, "network_role.taken", subject_id=member.id, name=member.name, role=role)


def _refuse_last_coordination(member: Member) -> None:
    """Nobody takes the role from themselves, but two could take it from each other at the same instant."""
    rows = session().scalars(
        select(MemberNetworkRole).where(MemberNetworkRole.role == NetworkRole.COORDINATION).with_for_update()
    )
    holders = [row.member_id for row in rows]
    others = select(Member.id).where(Member.id.in_(holders), Member.id != member.id, Member.disabled_at.is_(None))
    if member.id in holders and session().scalar(others.limit(1)) is None:
        raise Conflict("last_coordination")


def disable_member(actor: Actor, member: Member) -> None:
    """Close an account: its sessions and links end at once.

    Raises: Forbidden; Conflict for one's own account and for that of the last coordination.
    """
    require(actor, Permission.PERSON_ADMIT)
    if member.id == actor.member_id:
        raise Conflict("own_account")
    begin_writing()
    _refuse_last_coordination(member)
    if member.is_disabled:
        return
    member.disabled_at = now()
    end_sessions(member.id)
    session().execute(delete(SignInToken).where(SignInToken.member_id == member.id))
    record(actor, "member.disabled", subject_id=member.id, name=member.name)


def enable_member(actor: Actor, member: Member) -> None:
    require(actor, Permission.PERSON_ADMIT)
    begin_writing()
    if not member.is_disabled:
        return
    member.disabled_at = None
    record(actor, "member.enabled", subject_id=member.id, name=member.name)


def choose_language(actor: Actor, member: Member, language: str | None) -> None:
    """One's own language; None follows the browser."""
    _require_self(actor, member)
    begin_writing()
    member.language = language


def _require_self(actor: Actor, member: Member) -> None:
    if actor.member_id != member.id:
        raise Conflict("not_own_account")


# Passwords and links


def set_password(actor: Actor, member: Member, new: str, *, old: str | None = None, keep: int | None = None) -> None:
    """Set one's own password and end all other sessions.

    Args:
        old: the password so far; needed when there is one.
        keep: id of the session that goes on.
    Raises: Invalid naming the field.
    """
    _require_self(actor, member)
    if member.password_hash is not None and not _matches(member.password_hash, old or ""):
        raise Invalid(fields={"old": "password_wrong"})
    if len(new) < settings().password_min:
        raise Invalid(fields={"new": "password_short"}, limit=settings().password_min)
    if len(new) > settings().password_max:
        raise Invalid(fields={"new": "password_long"}, limit=settings().password_max)
    own = {member.handle, member.email, member.name.lower().replace(" ", "")}
    if new.lower() in COMMON_PASSWORDS | own or len(set(new)) < 5:
        raise Invalid(fields={"new": "password_common"})
    hashed = _passwords().hash(new.encode("utf-8", "replace"))
    begin_writing()
    member.password_hash = hashed
    end_sessions(member.id, keep=keep)
    record(actor, "password.changed", subject_id=member.id)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _passwords().verify(hashed, password[: settings().password_max].encode("utf-8", "replace"))
    except (VerifyMismatchError, InvalidHashError):
        return False


def write_sign_in_link(actor: Actor, member: Member) -> str:
    """A single-use token that signs this member in; given out once, kept only as a hash.

    Raises: Forbidden; Conflict for a closed account.
    """
    require(actor, Permission.PERSON_ADMIT)
    if member.is_disabled:
        raise Conflict("account_closed")
    return write_token(member)


def write_token(member: Member) -> str:
    """A sign-in token for a member, from the command line or the sample."""
    begin_writing()
    token = secrets.token_urlsafe(24)
    life = timedelta(seconds=settings().sign_in_token_life)
    session().add(
        SignInToken(token_hash=hash_token(token), member_id=member.id, created_at=now(), expires_at=now() + life)
    )
    return token


def find_token(token: str, *, for_use: bool = False) -> SignInToken | None:
    """The token when it can still be used; locked where it is used now, so that it serves once."""
    row = session().get(SignInToken, hash_token(token), with_for_update=for_use, populate_existing=for_use)
    return row if row is not None and row.used_at is None and row.expires_at > now() else None


def sign_in_by_link(token: str, *, device: str, earlier: str | None) -> str:
    """Use a token and open a session; gives the session's token.

    Args:
        earlier: token of the session this browser had before.
    Raises: Invalid when the link is used up, expired, or its member's account closed.
    """
    begin_writing()
    row = find_token(token, for_use=True)
    member = session().get(Member, row.member_id) if row is not None else None
    if row is None or member is None or member.is_disabled:
        raise Invalid("link_used")
    row.used_at = now()
    return open_session(member, device=device, earlier=earlier)


def sign_in_by_password(email: str, password: str, *, network_address: str, device: str, earlier: str | None) -> str:
    """Check mail address and password and open a session; gives the session's token.

    Same answer and time whether an account exists or not. Guessing is slowed down for one account from one network
    address, so nobody can lock somebody else out.

    Raises: Invalid("sign_in_wrong"), Invalid("sign_in_slow").
    """
    email = email.strip().lower()
    key = hash_token(f"{email}\n{network_address}")
    since = now() - timedelta(seconds=settings().sign_in_window)
    tries = session().scalar(
        select(func.count(SignInAttempt.id)).where(SignInAttempt.key == key, SignInAttempt.at > since)
    )
    if (tries or 0) >= settings().sign_in_attempts:
        raise Invalid("sign_in_slow")
    member = session().scalar(select(Member).where(Member.email == email))
    hashed = member.password_hash if member is not None and not member.is_disabled else None
    is_right = _matches(hashed or _nobody_hash(settings().argon2_memory_kib, settings().argon2_rounds), password)
    begin_writing()
    session().execute(delete(SignInAttempt).where(SignInAttempt.at <= since))
    if member is None or hashed is None or not is_right or member.is_disabled:
        session().add(SignInAttempt(key=key, at=now()))
        raise Invalid("sign_in_wrong")
    return open_session(member, device=device, earlier=earlier)


# Sessions


def open_session(member: Member, *, device: str, earlier: str | None) -> str:
    """Open a session for a member and hand over what this browser left behind; gives the session's token."""
    begin_writing()
    token = secrets.token_urlsafe(32)
    opened = LoginSession(
        token_hash=hash_token(token),
        member_id=member.id,
        created_at=now(),
        seen_at=now(),
        device=device[:200],
    )
    session().add(opened)
    session().flush()
    if earlier is not None:
        before = session().scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(earlier)))
        if before is not None:
            before.ended_at = before.ended_at or now()
            session().execute(
                update(KeptForm)
                .where(KeptForm.session_id == before.id, KeptForm.member_id == member.id)
                .values(session_id=opened.id)
            )
    _drop_old_rows()
    record(Actor(member_id=member.id), "session.opened", subject_id=opened.id)
    return token


def _drop_old_rows() -> None:
    old_forms = now() - timedelta(seconds=settings().kept_form_life)
    session().execute(delete(KeptForm).where(KeptForm.created_at <= old_forms))
    old_sessions = now() - timedelta(seconds=settings().session_absolute + settings().kept_form_life)
    kept = select(KeptForm.session_id)
    session().execute(delete(LoginSession).where(LoginSession.created_at <= old_sessions, LoginSession.id.not_in(kept)))


def end_session(token: str) -> None:
    """Sign out: the session's cookie is worth nothing from now on."""
    begin_writing()
    row = session().scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))
    if row is not None and row.ended_at is None:
        row.ended_at = now()
        record(Actor(member_id=row.member_id), "session.ended", subject_id=row.id)


def end_sessions(member_id: int, *, keep: int | None = None) -> None:
    """End all sessions of a member, but `keep`."""
    session().execute(
        update(LoginSession)
        .where(
            LoginSession.member_id == member_id,
            LoginSession.ended_at.is_(None),
            LoginSession.id != (keep or 0),
        )
        .values(ended_at=now())
    )
