"""Admitting people, their profiles, network roles, closing accounts."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import delete, func, or_, select

from workspace.accounts import passwords
from workspace.accounts.models import (
    FORMER,
    AddressChange,
    KeptForm,
    LoginSession,
    Member,
    MemberNetworkRole,
    Organisation,
    RecoveryCode,
    SecondFactor,
    SignInToken,
)
from workspace.accounts.signing_in import end_sessions, write_token
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.permissions import PUBLIC, Actor, NetworkRole, Permission, require
from workspace.search import drop_document, fold, index_document
from workspace.text.normal import normalize

EMAIL = re.compile(r"[^\s@<>\",;:()\[\]\\]{1,64}@[a-z0-9.-]{1,180}\.[a-z]{2,24}")
EMAIL_MAX = 254
FORMER_HANDLE = "ehemalig"
"""Begins the handles of those who have left, and nobody else's."""


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
    _check_person(name, email, organisation=organisation, function=function)
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
    index_member(member)
    record(actor, "member.admitted", subject_id=member.id)
    return member


def sort_key(name: str) -> str:
    """Where a name stands in a list: "Jana von Müller" → "muller jana von"."""
    *first, last = fold(name).split() or [""]
    return " ".join([last, *first])[:250]


def index_member(member: Member) -> None:
    """Make a person findable by name, municipality, function, languages and handle."""
    place = member.organisation.name if member.organisation is not None else ""
    member.sort_key = sort_key(member.name)
    index_document("member", member.id, fold(member.name, place, member.function, member.languages, member.handle))


def _check_person(name: str, email: str, **lines: str) -> None:
    _check_lines(name=name, **lines)
    check_email(email)


def _check_lines(name: str, **lines: str) -> None:
    if not name:
        raise Invalid(fields={"name": "required"})
    if name.casefold() == FORMER.casefold():
        raise Invalid(fields={"name": "name_reserved"})
    for field, value in {"name": name, **lines}.items():
        if len(value) > settings().name_max:
            raise Invalid(fields={field: "too_long"}, limit=settings().name_max, now=len(value))
        if normalize(value).strip("\n") != value:
            raise Invalid(fields={field: "not_printable"})


def check_email(email: str) -> None:
    """Raises: Invalid when a lower-case address is none."""
    if len(email) > EMAIL_MAX or not EMAIL.fullmatch(email) or normalize(email).strip("\n") != email:
        raise Invalid(fields={"email": "email_wrong"})


def add_first_member(
    *, name: str, email: str, roles: frozenset[NetworkRole], organisation: str = "", function: str = "",
    password: str = "",
) -> Member:  # fmt: skip
    """Create the first person of an installation, from the command line or by the link of the first start.

    Args:
        password: empty for somebody who comes in by a sign-in link.
    Raises: Conflict when there are people already; Invalid naming the field.
    """
    hashed = None
    if password:
        passwords.check_strength(password, (name, email, organisation))
        hashed = passwords.hash_password(password)
    begin_writing()
    if session().scalar(select(func.count(Member.id))):
        raise Conflict("not_empty")
    founder = Actor(network_roles=frozenset({NetworkRole.COORDINATION}))
    member = admit_member(founder, name=name, email=email, organisation=organisation, function=function)
    member.password_hash = hashed
    for role in sorted(roles):
        member.roles.append(MemberNetworkRole(role=role, given_at=now()))
        record(PUBLIC, "network_role.given", subject_id=member.id, role=role)
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
    base = "mitglied" if not plain or plain.startswith(FORMER_HANDLE) else plain
    taken = set(session().scalars(select(Member.handle).where(Member.handle.startswith(base, autoescape=True))))
    return next(h for n in range(1, len(taken) + 3) if (h := base if n == 1 else f"{base}{n}") not in taken)


def give_network_role(actor: Actor, member: Member, role: NetworkRole) -> None:
    """Raises: Forbidden, also for oneself."""
    require(actor, Permission.NETWORK_ROLE_GIVE, member)
    begin_writing()
    if role in member.network_roles:
        return
    member.roles.append(MemberNetworkRole(role=role, given_by=actor.member_id, given_at=now()))
    record(actor, "network_role.given", subject_id=member.id, role=role)


def take_network_role(actor: Actor, member: Member, role: NetworkRole) -> None:
    """Raises: Forbidden, also for oneself; Conflict when the network would have no coordination."""
    require(actor, Permission.NETWORK_ROLE_GIVE, member)
    begin_writing()
    if role == NetworkRole.COORDINATION:
        _refuse_last_coordination(member)
    if role not in member.network_roles:
        return
    member.roles[:] = [row for row in member.roles if row.role != role]
    record(actor, "network_role.taken", subject_id=member.id, role=role)


def _refuse_last_coordination(member: Member) -> None:
    if is_last_coordination(member):
        raise Conflict("last_coordination")


def is_last_coordination(member: Member) -> bool:
    """Nobody takes the role from themselves, but two could take it from each other at the same instant."""
    rows = session().scalars(
        select(MemberNetworkRole).where(MemberNetworkRole.role == NetworkRole.COORDINATION).with_for_update()
    )
    holders = [row.member_id for row in rows]
    others = select(Member.id).where(Member.id.in_(holders), Member.id != member.id, Member.disabled_at.is_(None))
    return member.id in holders and session().scalar(others.limit(1)) is None


def forget_person(actor: Actor, member: Member) -> None:
    """Take name, address, profile, roles, secrets and sessions from a person who leaves, in the caller's transaction.

    The row stays: what the person wrote points to it. See `membership.actions.leave` for what else must go.

    Raises: Conflict when the network would have no coordination.
    """
    _refuse_last_coordination(member)
    opened = select(LoginSession.id).where(LoginSession.member_id == member.id)
    session().execute(delete(KeptForm).where(or_(KeptForm.member_id == member.id, KeptForm.session_id.in_(opened))))
    for table in (LoginSession, SignInToken, SecondFactor, RecoveryCode, AddressChange):
        session().execute(delete(table).where(table.member_id == member.id))
    member.roles[:] = []
    member.name, member.sort_key, member.handle = FORMER, "", former_handle(member)
    member.email = f"{member.handle}@former.invalid"
    member.organisation, member.organisation_id, member.function, member.languages = None, None, "", ""
    member.password_hash = member.language = member.print_consent_at = None
    member.disabled_at = member.disabled_at or now()
    member.left_at = now()
    drop_document("member", member.id)
    record(actor, "member.left", subject_id=member.id)


def former_handle(member: Member) -> str:
    """What stands in comments where others mentioned a person who has left."""
    return f"{FORMER_HANDLE}.{member.id}"


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
    record(actor, "member.disabled", subject_id=member.id)


def enable_member(actor: Actor, member: Member) -> None:
    """Open a closed account again. Raises: Forbidden; Conflict for a person who has left for good."""
    require(actor, Permission.PERSON_ADMIT)
    begin_writing()
    if member.has_left:
        raise Conflict("has_left")
    if not member.is_disabled:
        return
    member.disabled_at = None
    record(actor, "member.enabled", subject_id=member.id)


def change_profile(
    actor: Actor, member: Member, *, name: str, organisation: str, function: str, languages: str, prints: bool
) -> None:
    """Change what others read about oneself.

    Args:
        prints: whether the name may stay printed in editions after one has left.
    Raises: Conflict for another's account; Invalid naming the field.
    """
    _require_self(actor, member)
    _check_lines(name=name, organisation=organisation, function=function, languages=languages)
    begin_writing()
    member.name, member.function, member.languages = name, function, languages
    member.organisation = find_or_add_organisation(organisation) if organisation else None
    member.print_consent_at = (member.print_consent_at or now()) if prints else None
    index_member(member)
    record(actor, "member.described", subject_id=member.id)


def choose_language(actor: Actor, member: Member, language: str | None) -> None:
    """One's own language; None follows the browser."""
    _require_self(actor, member)
    begin_writing()
    member.language = language


def _require_self(actor: Actor, member: Member) -> None:
    if actor.member_id != member.id:
        raise Conflict("not_own_account")


# Links


def write_sign_in_link(actor: Actor, member: Member) -> str:
    """A single-use token that signs this member in; given out once, kept only as a hash.

    Raises: Forbidden; Conflict for a closed account.
    """
    require(actor, Permission.PERSON_ADMIT)
    if member.is_disabled:
        raise Conflict("account_closed")
    token = write_token(member)
    record(actor, "sign_in_link.written", subject_id=member.id)
    return token
