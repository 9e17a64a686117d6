"""Inviting people: one or many at once, again, no more; and coming in by an invitation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from workspace.accounts.actions import admit_member, check_email
from workspace.accounts.models import Member
from workspace.accounts.signing_in import hash_token, new_token, open_session
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.groups.actions import join_by_invitation
from workspace.groups.models import Group
from workspace.mail import Letter, Recipient, compose, post
from workspace.membership.models import Invitation, InvitationToken
from workspace.membership.people_list import Line, read_lines, role_of
from workspace.permissions import Actor, NetworkRole, Permission, Role, require
from workspace.search import fold


@dataclass(frozen=True)
class Checked:
    """A line of a list with what it means and what is wrong with it."""

    line: Line
    group: Group | None
    role: Role | None
    error: str
    """A code; empty when the person can be invited."""


@dataclass(frozen=True)
class Wanted:
    """A person to invite."""

    name: str
    email: str
    organisation: str = ""
    function: str = ""
    group: Group | None = None
    role: Role | None = None


# A list


def check_list(actor: Actor, text: str) -> list[Checked]:
    """Read a list and say for each line whether it can be sent.

    Raises: Forbidden; Invalid when the list is empty or too long.
    """
    require(actor, Permission.PERSON_ADMIT)
    lines = read_lines(text)
    if not lines:
        raise Invalid(fields={"people": "list_empty"})
    if len(lines) > settings().invitations_max:
        raise Invalid(fields={"people": "list_long"}, limit=settings().invitations_max, now=len(lines))
    emails = [line.email for line in lines]
    members = set(session().scalars(select(Member.email).where(Member.email.in_(emails))))
    invited = set(session().scalars(select(Invitation.email).where(Invitation.email.in_(emails))))
    groups = {fold(group.name): group for group in session().scalars(select(Group))}
    groups |= {group.key: group for group in groups.values()}
    seen: Counter[str] = Counter()
    checked = []
    for line in lines:
        group, role = groups.get(fold(line.group).strip()), role_of(line.role) if line.role else None
        seen[line.email] += 1
        error = _wrong_words(line)
        if not error and seen[line.email] > 1:
            error = "line_double"
        elif not error and line.email in members:
            error = "email_taken"
        elif not error and line.email in invited:
            error = "invited_already"
        elif not error and line.group and group is None:
            error = "group_unknown"
        elif not error and line.role and role is None:
            error = "role_unknown"
        elif not error and line.role and not line.group:
            error = "role_without_group"
        checked.append(Checked(line, group, role or (Role.READER if group is not None else None), error))
    return checked


def _wrong_words(line: Line) -> str:
    if not line.name:
        return "name_missing"
    if any(len(words) > settings().name_max for words in (line.name, line.organisation, line.function)):
        return "line_long"
    try:
        check_email(line.email)
    except Invalid:
        return "email_wrong"
    return ""


def invite_list(actor: Actor, text: str, *, network_name: str) -> tuple[int, int]:
    """Invite everybody on a list whose line is right. Gives how many were invited, and how many lines left out."""
    checked = check_list(actor, text)
    good = [row for row in checked if not row.error]
    wanted = [
        Wanted(row.line.name, row.line.email, row.line.organisation, row.line.function, row.group, row.role)
        for row in good
    ]
    invite(actor, wanted, network_name=network_name)
    return len(good), len(checked) - len(good)


def invite(actor: Actor, people: Sequence[Wanted], *, network_name: str, kind: str = "invitation") -> list[Invitation]:
    """Write invitations and their mails; all or none.

    Args:
        kind: which letter, `invitation` or `admitted`.
    Raises: Forbidden; Invalid when somebody has an account or an invitation meanwhile.
    """
    require(actor, Permission.PERSON_ADMIT)
    tokens = [new_token() for _person in people]
    letters = [
        _letter(kind, person.name, actor, token, network_name) for person, token in zip(people, tokens, strict=True)
    ]
    begin_writing()
    emails = [person.email for person in people]
    for table in (Member, Invitation):
        if session().scalar(select(table.id).where(table.email.in_(emails)).limit(1)) is not None:
            raise Invalid(fields={"people": "list_changed"})
    made = []
    for person, token, letter in zip(people, tokens, letters, strict=True):
        row = Invitation(
            name=person.name, email=person.email, organisation=person.organisation, function=person.function,
            group_id=person.group.id if person.group is not None else None, role=person.role or "",
            invited_by=actor.member_id, created_at=now(), sent_at=now(), expires_at=_end(),
        )  # fmt: skip
        session().add(row)
        session().flush()
        _add_token(row, token)
        post(letter, to=Recipient(person.name, person.email))
        record(actor, "invitation.sent", subject_id=row.id, group_id=row.group_id)
        made.append(row)
    return made


def _letter(kind: str, name: str, actor: Actor, token: str, network_name: str) -> Letter:
    return compose(
        f"membership/{kind}", None, name=name, network_name=network_name, inviter=actor.name,
        link=address_of(token), until=_end(),
    )  # fmt: skip


def address_of(token: str) -> str:
    return f"{settings().base_url}/invitation/{token}"


def _end() -> datetime:
    return now() + timedelta(seconds=settings().invitation_life)


def _add_token(row: Invitation, token: str) -> None:
    session().add(InvitationToken(token_hash=hash_token(token), invitation_id=row.id, expires_at=row.expires_at))


# One invitation


def get_invitation(actor: Actor, invitation_id: int) -> Invitation:
    """Raises: Forbidden; NotFound."""
    require(actor, Permission.PERSON_ADMIT)
    row = session().get(Invitation, invitation_id)
    if row is None:
        raise NotFound
    return row


def renew(actor: Actor, row: Invitation, *, network_name: str, by_mail: bool) -> str:
    """A fresh link for 14 more days, by mail or to hand on; gives the address. Links sent before stay valid.

    Raises: Forbidden; Conflict when the person came or the invitation was withdrawn meanwhile.
    """
    require(actor, Permission.PERSON_ADMIT)
    token = new_token()
    letter = _letter("invitation", row.name, actor, token, network_name)
    invitation_id = row.id
    begin_writing()
    row = _locked(invitation_id)
    row.sent_at, row.expires_at = now(), _end()
    _add_token(row, token)
    if by_mail:
        post(letter, to=Recipient(row.name, row.email))
    record(actor, "invitation.renewed", subject_id=row.id, group_id=row.group_id)
    return address_of(token)


def withdraw(actor: Actor, row: Invitation) -> None:
    """Its links are worth nothing from now on, and name and address are gone.

    Raises: Forbidden; Conflict when the person came or somebody else withdrew it meanwhile.
    """
    require(actor, Permission.PERSON_ADMIT)
    invitation_id = row.id
    begin_writing()
    row = _locked(invitation_id)
    record(actor, "invitation.withdrawn", subject_id=row.id, group_id=row.group_id)
    _delete(row)


def _locked(invitation_id: int) -> Invitation:
    found = session().scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .with_for_update(of=Invitation)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Conflict("invitation_gone")
    return found


def _delete(row: Invitation) -> None:
    session().execute(delete(InvitationToken).where(InvitationToken.invitation_id == row.id))
    session().delete(row)


# Coming in


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link that is still good."""
    known = session().get(InvitationToken, hash_token(token))
    if known is None or known.expires_at <= now():
        return None
    return session().get(Invitation, known.invitation_id)


def accept(token: str, *, device: str, earlier: str | None) -> str:
    """Come in: the account is made, the person is in its group and signed in. Gives the session's token.

    Raises: Invalid("invitation_used") for a link that is used, withdrawn or expired; Invalid when there is an account
        with this address meanwhile.
    """
    begin_writing()
    row = find_invitation(token)
    if row is None:
        raise Invalid("invitation_used")
    try:
        row = _locked(row.id)
    except Conflict as gone:
        raise Invalid("invitation_used") from gone
    by = Actor(member_id=row.invited_by, network_roles=frozenset({NetworkRole.COORDINATION}))
    member = admit_member(
        by, name=row.name, email=row.email, organisation=row.organisation, function=row.function
    )  # fmt: skip
    if row.group is not None:
        join_by_invitation(by, row.group, member, Role(row.role))
    record(Actor(member_id=member.id), "invitation.accepted", subject_id=row.id, group_id=row.group_id)
    _delete(row)
    return open_session(member, device=device, earlier=earlier, by_link=True)


def waiting() -> Sequence[Invitation]:
    """Who was invited and has not come yet: expired ones first, then the longest waiting."""
    return session().scalars(select(Invitation).order_by(Invitation.expires_at, Invitation.id)).unique().all()
