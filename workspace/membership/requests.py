"""Asking to join: the address is confirmed before coordination sees it; coordination admits or declines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from workspace.accounts.actions import check_email
from workspace.accounts.models import Member, MemberNetworkRole, Purpose
from workspace.accounts.signing_in import hash_token, is_asked_too_often, new_token, write_token
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.mail import Recipient, compose, post
from workspace.membership.invitations import Wanted, invite
from workspace.membership.models import Invitation, JoinRequest
from workspace.permissions import PUBLIC, Actor, NetworkRole, Permission, require


def ask_to_join(
    *, name: str, email: str, organisation: str, function: str, reason: str, language: str, network_address: str,
    network_name: str,
) -> None:  # fmt: skip
    """Keep a request until its address is confirmed, and send the link for that.

    An address that has an account gets a sign-in link instead; the answer is the same.

    Raises: Invalid naming a field, or Invalid("asked_too_often").
    """
    email = email.strip().lower()
    check_email(email)
    known = session().scalar(select(Member).where(Member.email == email))
    token = new_token()
    path = "request" if known is None else "sign-in"
    letter = compose(
        "membership/confirm" if known is None else "accounts/link", language, name=name, network_name=network_name,
        link=f"{settings().base_url}/{path}/{token}",
    )  # fmt: skip
    begin_writing()
    session().execute(delete(JoinRequest).where(JoinRequest.confirmed_at.is_(None), JoinRequest.expires_at <= now()))
    asks_too_often, has_enough = is_asked_too_often(email, network_address)
    if asks_too_often:
        raise Invalid("asked_too_often")
    if has_enough or (known is not None and known.is_disabled):
        return
    if known is not None:
        write_token(known, Purpose.MAIL, token=token)
        post(letter, to=Recipient(known.name, known.email, known.id))
        return
    session().add(
        JoinRequest(
            token_hash=hash_token(token), name=name, email=email, organisation=organisation, function=function,
            reason=reason, language=language, created_at=now(),
            expires_at=now() + timedelta(seconds=settings().join_request_life),
        )
    )  # fmt: skip
    post(letter, to=Recipient(name, email))


def find_request(token: str) -> JoinRequest | None:
    """The request whose address this link confirms, while it is not confirmed."""
    row = session().scalar(select(JoinRequest).where(JoinRequest.token_hash == hash_token(token)))
    return row if row is not None and row.confirmed_at is None and row.expires_at > now() else None


def confirm_request(token: str, *, network_name: str) -> None:
    """Now coordination sees the request, and is told. Of one person's requests the newest counts.

    Raises: Invalid("request_gone") for a link that is used or expired.
    """
    known = find_request(token)
    if known is None:
        raise Invalid("request_gone")
    people = _coordination()
    letters = [
        compose(
            "membership/request", member.language, name=member.name, network_name=network_name, who=known.name,
            place=known.organisation, link=f"{settings().base_url}/people/requests",
        )
        for member in people
    ]  # fmt: skip
    begin_writing()
    row = find_request(token)
    if row is None:
        raise Invalid("request_gone")
    session().execute(delete(JoinRequest).where(JoinRequest.email == row.email, JoinRequest.id != row.id))
    row.confirmed_at = now()
    record(PUBLIC, "join_request.confirmed", subject_id=row.id)
    for member, letter in zip(people, letters, strict=True):
        post(letter, to=Recipient(member.name, member.email, member.id))


def _coordination() -> Sequence[Member]:
    query = (
        select(Member)
        .join(MemberNetworkRole, MemberNetworkRole.member_id == Member.id)
        .where(MemberNetworkRole.role == NetworkRole.COORDINATION, Member.disabled_at.is_(None))
        .order_by(Member.id)
    )
    return session().scalars(query).unique().all()


def waiting_requests() -> Sequence[JoinRequest]:
    """Confirmed requests, the longest waiting first."""
    query = select(JoinRequest).where(JoinRequest.confirmed_at.is_not(None)).order_by(JoinRequest.confirmed_at)
    return session().scalars(query).all()


def get_request(actor: Actor, request_id: int) -> JoinRequest:
    """Raises: Forbidden; Conflict when it was answered meanwhile; NotFound when its address is not confirmed."""
    require(actor, Permission.PERSON_ADMIT)
    row = session().get(JoinRequest, request_id)
    if row is None:
        raise Conflict("request_answered")
    if row.confirmed_at is None:
        raise NotFound
    return row


def admit_request(actor: Actor, row: JoinRequest, *, network_name: str) -> None:
    """Say yes: the person gets an invitation.

    Raises: Forbidden; Conflict when somebody else answered first, or the person has an account or invitation.
    """
    request_id, wanted = row.id, Wanted(row.name, row.email, row.organisation, row.function)
    known = session().scalar(select(Invitation.id).where(Invitation.email == row.email))
    if known is not None:
        raise Conflict("invited_already")
    try:
        invite(actor, [wanted], network_name=network_name, kind="admitted")
    except Invalid as error:
        raise Conflict("request_answered") from error
    _take(request_id)
    record(actor, "join_request.admitted", subject_id=request_id)


def decline_request(actor: Actor, row: JoinRequest, sentence: str, *, network_name: str) -> None:
    """Say no, with a sentence that the person reads.

    Raises: Forbidden; Invalid naming the field; Conflict when somebody else answered first.
    """
    require(actor, Permission.PERSON_ADMIT)
    if not sentence:
        raise Invalid(fields={"sentence": "required"})
    letter = compose(
        "membership/declined", row.language, name=row.name, network_name=network_name, sentence=sentence
    )  # fmt: skip
    request_id, to = row.id, Recipient(row.name, row.email)
    begin_writing()
    _take(request_id)
    post(letter, to=to)
    record(actor, "join_request.declined", subject_id=request_id)


def _take(request_id: int) -> None:
    """The first answer takes the request away; a second one finds nothing."""
    gone = session().execute(delete(JoinRequest).where(JoinRequest.id == request_id).returning(JoinRequest.id)).all()
    if not gone:
        raise Conflict("request_answered")
