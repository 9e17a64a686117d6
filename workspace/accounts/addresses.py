"""Mail: links that sign in, a new address confirmed at both, and notices of what happened to an account.

Words are made before the lock (`compose`), rows after it (`post`).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from workspace.accounts.actions import check_email
from workspace.accounts.models import AddressChange, Member, Purpose, SignInToken
from workspace.accounts.signing_in import end_sessions, hash_token, is_asked_too_often, new_token, write_token
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.mail import Letter, Recipient, compose, post
from workspace.permissions import Actor, Permission, require


def recipient(member: Member) -> Recipient:
    return Recipient(member.name, member.email, member.id)


# Notices


def notice(what: str, member: Member, network_name: str) -> Letter:
    """The words that tell a person what happened to the account; `what` is a key of templates/mail/accounts/notice."""
    return compose(
        "accounts/notice", member.language, name=member.name, network_name=network_name, what=what, at=now()
    )  # fmt: skip


# A forgotten password


def ask_for_link(email: str, *, network_address: str, network_name: str) -> None:
    """Send a link that signs in to this address, when there is an open account.

    Nothing tells whether there is one: the same words are made and the same rows counted either way.

    Raises: Invalid("asked_too_often") for a network address that asks for too many.
    """
    email = email.strip().lower()
    found = session().scalar(select(Member).where(Member.email == email, Member.disabled_at.is_(None)))
    token = new_token()
    letter = compose(
        "accounts/link", found.language if found is not None else None, name=found.name if found is not None else email,
        network_name=network_name, link=f"{settings().base_url}/sign-in/{token}",
    )  # fmt: skip
    begin_writing()
    asks_too_often, has_enough = is_asked_too_often(email, network_address)
    if asks_too_often:
        raise Invalid("asked_too_often")
    if found is None or found.is_disabled or has_enough:
        with session().begin_nested() as nothing:  # the same work as below, and none of it stays
            post(letter, to=Recipient("", ""))
            session().flush()
            nothing.rollback()
        return
    write_token(found, Purpose.MAIL, token=token)
    post(letter, to=recipient(found))


# A new address


def ask_for_address(actor: Actor, member: Member, email: str, *, network_name: str) -> None:
    """Begin to change one's own address: a link goes to the old and to the new one, and both must be used.

    An address that has an account is not told apart: it gets no mail, so that nobody learns of it, and the
    change is never confirmed.

    Raises: Conflict for another's account; Invalid naming the field.
    """
    if actor.member_id != member.id:
        raise Conflict("not_own_account")
    email = email.strip().lower()
    check_email(email)
    if email == member.email:
        raise Invalid(fields={"email": "email_same"})
    tokens = new_token(), new_token()
    old, new = (
        compose(
            f"accounts/{kind}", member.language, name=member.name, network_name=network_name, email=email,
            link=f"{settings().base_url}/address/{token}",
        )
        for kind, token in zip(("address_old", "address_new"), tokens, strict=True)
    )  # fmt: skip
    begin_writing()
    session().execute(delete(AddressChange).where(AddressChange.member_id == member.id))
    session().add(
        AddressChange(
            member_id=member.id, email=email, old_hash=hash_token(tokens[0]), new_hash=hash_token(tokens[1]),
            expires_at=now() + timedelta(seconds=settings().address_change_life),
        )
    )  # fmt: skip
    post(old, to=recipient(member))
    if session().scalar(select(Member.id).where(Member.email == email)) is None:
        post(new, to=Recipient(member.name, email, member.id))
    record(actor, "email.change_asked", subject_id=member.id)


def find_change(token: str, *, for_use: bool = False) -> AddressChange | None:
    """The change a token belongs to, while it can still be confirmed with it."""
    hashed = hash_token(token)
    query = select(AddressChange).where(or_(AddressChange.old_hash == hashed, AddressChange.new_hash == hashed))
    row = session().scalar(query.with_for_update().execution_options(populate_existing=True) if for_use else query)
    if row is None or row.expires_at <= now():
        return None
    confirmed = row.old_confirmed_at if row.old_hash == hashed else row.new_confirmed_at
    return row if confirmed is None else None


def confirm_address(token: str, *, network_name: str) -> bool:
    """Use a link; with the second one the address is changed. Gives whether it is.

    Raises: Invalid when the link is used, expired or replaced, or the address is taken meanwhile.
    """
    known = find_change(token)
    member = session().get(Member, known.member_id) if known is not None else None
    if member is None or member.is_disabled:
        raise Invalid("link_used")
    letter = notice("email_changed", member, network_name)
    begin_writing()
    row = find_change(token, for_use=True)
    if row is None:
        raise Invalid("link_used")
    if row.old_hash == hash_token(token):
        row.old_confirmed_at = now()
    else:
        row.new_confirmed_at = now()
    if row.old_confirmed_at is None or row.new_confirmed_at is None:
        return False
    _change(Actor(member_id=member.id), member, row.email, letter)
    return True


def set_address(actor: Actor, member: Member, email: str, *, network_name: str) -> None:
    """Coordination changes the address of a person who can no longer read mail at the old one. Both are told.

    Raises: Forbidden; Conflict for a closed account; Invalid naming the field.
    """
    require(actor, Permission.PERSON_ADMIT)
    email = email.strip().lower()
    check_email(email)
    if member.is_disabled:
        raise Conflict("account_closed")
    letter = notice("email_set", member, network_name)
    begin_writing()
    _change(actor, member, email, letter)


def _change(actor: Actor, member: Member, email: str, letter: Letter) -> None:
    """Old links go, other devices are signed out: whoever had the old mailbox gets in no more."""
    if session().scalar(select(Member.id).where(Member.email == email, Member.id != member.id)) is not None:
        raise Invalid(fields={"email": "email_taken"})
    post(letter, to=recipient(member))
    member.email = email
    post(letter, to=recipient(member))
    session().execute(delete(AddressChange).where(AddressChange.member_id == member.id))
    session().execute(delete(SignInToken).where(SignInToken.member_id == member.id))
    end_sessions(member.id)
    record(actor, "email.changed", subject_id=member.id)


def send_link(actor: Actor, member: Member, *, network_name: str) -> None:
    """Coordination sends a sign-in link to a person. Raises: Forbidden; Conflict for a closed account."""
    require(actor, Permission.PERSON_ADMIT)
    if member.is_disabled:
        raise Conflict("account_closed")
    token = new_token()
    letter = compose(
        "accounts/link", member.language, name=member.name, network_name=network_name,
        link=f"{settings().base_url}/sign-in/{token}",
    )  # fmt: skip
    write_token(member, token=token)
    post(letter, to=recipient(member))
    record(actor, "sign_in_link.written", subject_id=member.id)
