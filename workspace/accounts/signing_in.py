"""Signing in and out: links, passwords, the second step, sessions, proving again who one is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from workspace.accounts import passwords, second_factor
from workspace.accounts.models import KeptForm, LoginSession, Member, Purpose, SignInAttempt, SignInToken
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.permissions import Actor


@dataclass(frozen=True)
class SignIn:
    """What a right password or link gives: a session's token, or one for the second step."""

    token: str
    needs_code: bool


# Tokens


def hash_token(token: str) -> bytes:
    """What is kept of a random token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def new_token() -> str:
    """192 random bits."""
    return secrets.token_urlsafe(24)


def write_token(
    member: Member, purpose: Purpose = Purpose.LINK, *, by_link: bool = True, token: str | None = None
) -> str:
    """A single-use token for a member; kept only as a hash.

    Args:
        token: one that stands in a letter already.
    """
    begin_writing()
    token = token or new_token()
    lives = {Purpose.CODE: settings().sign_in_code_life, Purpose.MAIL: settings().mail_link_life}
    life = lives.get(purpose, settings().sign_in_token_life)
    session().add(
        SignInToken(
            token_hash=hash_token(token), member_id=member.id, created_at=now(), purpose=purpose, by_link=by_link,
            expires_at=now() + timedelta(seconds=life),
        )
    )  # fmt: skip
    return token


def find_token(token: str, purpose: Purpose = Purpose.LINK, *, for_use: bool = False) -> SignInToken | None:
    """The token when it can still be used for this; locked where it is used now, so that it serves once."""
    row = session().get(SignInToken, hash_token(token), with_for_update=for_use, populate_existing=for_use)
    is_good = row is not None and row.purpose == purpose and row.used_at is None and row.expires_at > now()
    return row if is_good else None


# Signing in


def find_link(token: str, *, for_use: bool = False) -> SignInToken | None:
    """The token of a link that signs in, from coordination or asked for by mail."""
    return find_token(token, for_use=for_use) or find_token(token, Purpose.MAIL, for_use=for_use)


def sign_in_by_link(token: str, *, device: str, earlier: str | None) -> SignIn:
    """Use a link; with a second factor the link is the first step only.

    Args:
        earlier: token of the session this browser had before.
    Raises: Invalid when the link is used up, expired, or its member's account closed.
    """
    begin_writing()
    row = find_link(token, for_use=True)
    member = session().get(Member, row.member_id) if row is not None else None
    if row is None or member is None or member.is_disabled:
        raise Invalid("link_used")
    row.used_at = now()
    return _first_step_done(member, device=device, earlier=earlier, by_link=True)


def sign_in_by_password(email: str, password: str, *, network_address: str, device: str, earlier: str | None) -> SignIn:
    """Check mail address and password.

    Same answer and time whether an account exists or not. Guessing is slowed down for one account from one network
    address, so nobody can lock somebody else out. A hash made with other costs than are set now is made anew.

    Raises: Invalid("sign_in_wrong"), Invalid("sign_in_slow").
    """
    email = email.strip().lower()
    key = _attempt_key(email, network_address)
    if _attempts(key) >= settings().sign_in_attempts:
        raise Invalid("sign_in_slow")
    member = session().scalar(select(Member).where(Member.email == email))
    hashed = member.password_hash if member is not None and not member.is_disabled else None
    is_right = passwords.matches(hashed or passwords.nobodys_hash(), password)
    renewed = passwords.hash_password(password) if is_right and hashed and passwords.is_outdated(hashed) else None
    begin_writing()
    _drop_old_attempts()
    if member is None or hashed is None or not is_right or member.is_disabled or member.password_hash != hashed:
        session().add(SignInAttempt(key=key, at=now()))
        raise Invalid("sign_in_wrong")
    member.password_hash = renewed or hashed
    return _first_step_done(member, device=device, earlier=earlier, by_link=False)


def _first_step_done(member: Member, *, device: str, earlier: str | None, by_link: bool) -> SignIn:
    if second_factor.factor_of(member.id) is not None:
        return SignIn(write_token(member, Purpose.CODE, by_link=by_link), needs_code=True)
    return SignIn(open_session(member, device=device, earlier=earlier, by_link=by_link), needs_code=False)


def sign_in_by_code(token: str, code: str, *, network_address: str, device: str, earlier: str | None) -> str:
    """The second step: a code of the app or a recovery code. Gives the session's token.

    Raises: Invalid("code_expired") when the first step is too long ago, Invalid on `code` for a wrong one,
        Invalid("sign_in_slow").
    """
    begin_writing()
    row = find_token(token, Purpose.CODE, for_use=True)
    member = session().get(Member, row.member_id) if row is not None else None
    if row is None or member is None or member.is_disabled:
        raise Invalid("code_expired")
    _check_code(member, code, network_address)
    row.used_at = now()
    return open_session(member, device=device, earlier=earlier, by_link=row.by_link)


def _check_code(member: Member, code: str, network_address: str) -> None:
    """Guesses count for account and network address, and for the account alone: after too many of them only recovery
    codes are taken, which nobody guesses, so that the person itself still gets in. In a writing transaction."""
    here, anywhere = _attempt_key(f"code {member.id}", network_address), _attempt_key(f"code {member.id}", "")
    if _attempts(here) >= settings().sign_in_attempts:
        raise Invalid("sign_in_slow")
    app_codes = _attempts(anywhere, settings().code_window) < settings().code_attempts
    if second_factor.use_code(member.id, code, app_codes=app_codes):
        return
    session().add_all(SignInAttempt(key=key, at=now()) for key in (here, anywhere))
    raise Invalid(fields={"code": "code_wrong" if app_codes else "code_recovery_only"})


def is_asked_too_often(email: str, network_address: str) -> tuple[bool, bool]:
    """Note that somebody asks for a mail to this address. In a writing transaction.

    Returns: whether this network address asked too often, and whether the mail address had enough mails already.
    """
    window = settings().mail_link_window
    by_address, by_mail = _attempt_key("asks", network_address), _attempt_key(f"mails {email}", "")
    asked, mailed = _attempts(by_address, window), _attempts(by_mail, window)
    session().add_all(SignInAttempt(key=key, at=now()) for key in (by_address, by_mail))
    return asked >= settings().mail_link_asks, mailed >= settings().mail_links


def _attempt_key(who: str, network_address: str) -> bytes:
    return hash_token(f"{who}\n{network_address}")


def _attempts(key: bytes, window: int | None = None) -> int:
    since = now() - timedelta(seconds=window or settings().sign_in_window)
    tries = select(func.count(SignInAttempt.id)).where(SignInAttempt.key == key, SignInAttempt.at > since)
    return session().scalar(tries) or 0


def _drop_old_attempts() -> None:
    longest = max(settings().sign_in_window, settings().code_window, settings().mail_link_window)
    session().execute(delete(SignInAttempt).where(SignInAttempt.at <= now() - timedelta(seconds=longest)))


# Sessions


def open_session(member: Member, *, device: str, earlier: str | None, by_link: bool = False) -> str:
    """Open a session for a member and hand over what this browser left behind; gives the session's token."""
    begin_writing()
    token = secrets.token_urlsafe(32)
    opened = LoginSession(
        token_hash=hash_token(token), member_id=member.id, created_at=now(), seen_at=now(), confirmed_at=now(),
        by_link=by_link, device=device[:200],
    )  # fmt: skip
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
    session().execute(delete(SignInToken).where(SignInToken.expires_at <= old_sessions))


def end_session(token: str) -> None:
    """Sign out: the session's cookie is worth nothing from now on."""
    begin_writing()
    row = session().scalar(select(LoginSession).where(LoginSession.token_hash == hash_token(token)))
    if row is not None and row.ended_at is None:
        row.ended_at = now()
        record(Actor(member_id=row.member_id), "session.ended", subject_id=row.id)


def end_own_session(actor: Actor, session_id: int) -> None:
    """Sign another device of one's own out. Raises: NotFound for a session that is not one's own."""
    begin_writing()
    row = session().get(LoginSession, session_id)
    if row is None or row.member_id != actor.member_id:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now()
        record(actor, "session.ended", subject_id=row.id)


def end_other_sessions(actor: Actor, member: Member, *, keep: int | None) -> None:
    """Sign all other devices out. Raises: Conflict for another's account."""
    _require_self(actor, member)
    begin_writing()
    end_sessions(member.id, keep=keep)
    record(actor, "session.others_ended", subject_id=member.id)


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


# Who one is, proven again


def is_confirmed(opened: LoginSession) -> bool:
    """Whether the person proved lately who they are."""
    return opened.confirmed_at + timedelta(seconds=settings().confirmation_life) > now()


def confirm(actor: Actor, member: Member, opened: LoginSession, password: str, code: str, network_address: str) -> None:
    """Prove again who one is, with the password and, where there is a second factor, a code.

    Raises: Conflict for another's account or without a password; Invalid naming the field; Invalid("sign_in_slow").
    """
    _require_self(actor, member)
    _check_password(member, password, network_address, field="password")
    begin_writing()
    if second_factor.factor_of(member.id) is not None:
        _check_code(member, code, network_address)
    opened.confirmed_at = now()


def _check_password(member: Member, password: str, network_address: str, *, field: str) -> None:
    """Whoever found an open session guesses no faster than a stranger."""
    key = _attempt_key(f"password {member.id}", network_address)
    if _attempts(key) >= settings().sign_in_attempts:
        raise Invalid("sign_in_slow")
    if member.password_hash is None:
        raise Conflict("password_none")
    if not passwords.matches(member.password_hash, password):
        begin_writing()
        session().add(SignInAttempt(key=key, at=now()))
        raise Invalid(fields={field: "password_wrong"})


def set_password(
    actor: Actor,
    member: Member,
    new: str,
    *,
    old: str | None = None,
    opened: LoginSession | None = None,
    network_address: str = "",
    words: Iterable[str] = (),
) -> None:
    """Set one's own password and end all other sessions.

    Args:
        old: the password so far; needed when there is one, unless the session was just opened by a link.
        opened: the session that goes on.
        words: more words that do not make a password, as the network's name.
    Raises: Conflict for another's account; Invalid naming the field.
    """
    _require_self(actor, member)
    if needs_old_password(member, opened):
        _check_password(member, old or "", network_address, field="old")
    place = member.organisation.name if member.organisation is not None else ""
    passwords.check_strength(new, (member.name, member.email, member.handle, place, *words))
    hashed = passwords.hash_password(new)
    begin_writing()
    member.password_hash = hashed
    end_sessions(member.id, keep=opened.id if opened is not None else None)
    open_tokens = (SignInToken.member_id == member.id, SignInToken.used_at.is_(None))
    session().execute(delete(SignInToken).where(*open_tokens))
    record(actor, "password.changed", subject_id=member.id)


def needs_old_password(member: Member, opened: LoginSession | None) -> bool:
    """Whether setting a password asks for the one so far: a fresh link stands in for a forgotten one."""
    came_by_link = opened is not None and opened.by_link and is_confirmed(opened)
    return member.password_hash is not None and not came_by_link


def _require_self(actor: Actor, member: Member) -> None:
    if actor.member_id != member.id:
        raise Conflict("not_own_account")
