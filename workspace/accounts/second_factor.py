"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from sqlalchemy import delete, func, select, update

from workspace.accounts.models import Member, RecoveryCode, SecondFactor
from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.permissions import Actor, Permission, require

STEP = 30
DIGITS = 6
DRIFT = 1
"""Steps a phone's clock may be off, each way."""
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that look alike; 16 of them are 79 bits."""
GROUPS, GROUP = 4, 4


# RFC 6238


def code_at(secret: bytes, step: int) -> str:
    """The code of one 30-second step.

    Source: RFC 4226 section 5.3, RFC 6238 section 4.

    >>> code_at(b"12345678901234567890", 59 // 30)
    '287082'
    """
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, at: datetime, *, after: int) -> int | None:
    """The step whose code this is, at most one step off and later than `after`; None when there is none."""
    present = int(at.timestamp()) // STEP
    steps = [step for step in range(present - DRIFT, present + DRIFT + 1) if step > after]
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return found[0] if found else None


def shown_secret(secret: bytes) -> str:
    """The secret as one types it into an app: base 32 in groups of four."""
    plain = base64.b32encode(secret).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def app_address(secret: bytes, *, issuer: str, account: str) -> str:
    """The otpauth address that the QR picture holds."""
    label = quote(f"{issuer.replace(':', ' ')}:{account}")
    query = {"secret": base64.b32encode(secret).decode(), "issuer": issuer, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


# Setting up


def factor_of(member_id: int) -> SecondFactor | None:
    """The second factor in force."""
    row = session().get(SecondFactor, member_id)
    return row if row is not None and row.confirmed_at is not None else None


def factor_in_setup(member_id: int) -> SecondFactor | None:
    """The second factor that waits for its first code."""
    row = session().get(SecondFactor, member_id)
    return row if row is not None and row.confirmed_at is None else None


def begin_factor(actor: Actor, member: Member) -> SecondFactor:
    """Make a secret; it is in force only after its first right code.

    Raises: Conflict for another's account, or when a second factor is in force.
    """
    _require_self(actor, member)
    begin_writing()
    if factor_of(member.id) is not None:
        raise Conflict("second_factor_there")
    session().execute(delete(SecondFactor).where(SecondFactor.member_id == member.id))
    made = SecondFactor(member_id=member.id, secret=secrets.token_bytes(20), created_at=now(), last_step=0)
    session().add(made)
    session().flush()
    return made


def confirm_factor(actor: Actor, member: Member, code: str) -> list[str]:
    """Put the second factor in force; gives the recovery codes, which are shown this once.

    Raises: Conflict when none is being set up; Invalid for a wrong code.
    """
    _require_self(actor, member)
    begin_writing()
    factor = factor_in_setup(member.id)
    if factor is None:
        raise Conflict("second_factor_none")
    step = matching_step(factor.secret, _plain(code), now(), after=factor.last_step)
    if step is None:
        raise Invalid(fields={"code": "code_wrong"})
    factor.confirmed_at, factor.last_step = now(), step
    record(actor, "second_factor.on", subject_id=member.id)
    return _new_codes(member)


def renew_codes(actor: Actor, member: Member) -> list[str]:
    """New recovery codes; the old ones are worth nothing from now on.

    Raises: Conflict for another's account, or without a second factor.
    """
    _require_self(actor, member)
    begin_writing()
    if factor_of(member.id) is None:
        raise Conflict("second_factor_none")
    record(actor, "second_factor.codes_renewed", subject_id=member.id)
    return _new_codes(member)


def _new_codes(member: Member) -> list[str]:
    session().execute(delete(RecoveryCode).where(RecoveryCode.member_id == member.id))
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _sign in range(GROUP)) for _group in range(GROUPS))
        for _number in range(RECOVERY_CODES)
    ]
    session().add_all(RecoveryCode(code_hash=_hashed(member.id, code), member_id=member.id) for code in codes)
    return codes


def codes_left(member_id: int) -> int:
    unused = (RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
    return session().scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def switch_off(actor: Actor, member: Member) -> None:
    """Do without a second factor. Raises: Conflict for another's account."""
    _require_self(actor, member)
    begin_writing()
    if _forget(member.id):
        record(actor, "second_factor.off", subject_id=member.id)


def reset_factor(actor: Actor, member: Member) -> None:
    """Coordination takes the second factor from a person who lost phone and recovery codes.

    Raises: Forbidden, also for oneself; Conflict when there is none.
    """
    require(actor, Permission.SECOND_FACTOR_RESET, member)
    begin_writing()
    if not _forget(member.id):
        raise Conflict("second_factor_none")
    record(actor, "second_factor.reset", subject_id=member.id)


def _forget(member_id: int) -> bool:
    """Drop secret and codes; whether a factor was in force."""
    was_there = factor_of(member_id) is not None
    session().execute(delete(SecondFactor).where(SecondFactor.member_id == member_id))
    session().execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    return was_there


def _require_self(actor: Actor, member: Member) -> None:
    if actor.member_id != member.id:
        raise Conflict("not_own_account")


# Using


def use_code(member_id: int, code: str, *, app_codes: bool = True) -> bool:
    """Whether this is a code of the member's app or a recovery code; it then serves no more. In a writing transaction.

    Args:
        app_codes: False where too many were guessed: only recovery codes count then, so that nobody is locked out.
    """
    plain = _plain(code)
    if len(plain) == DIGITS and plain.isascii() and plain.isdigit():
        return app_codes and _use_app_code(member_id, plain)
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == _hashed(member_id, plain),
            RecoveryCode.member_id == member_id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.member_id)
    )
    if session().scalar(used) is None:
        return False
    record(Actor(member_id=member_id), "second_factor.recovery_used", subject_id=member_id, left=codes_left(member_id))
    return True


def _use_app_code(member_id: int, code: str) -> bool:
    """The row is locked, so that one code opens one session also at the same instant."""
    factor = session().get(SecondFactor, member_id, with_for_update=True, populate_existing=True)
    if factor is None or factor.confirmed_at is None:
        return False
    step = matching_step(factor.secret, code, now(), after=factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    return True


def _plain(code: str) -> str:
    """A code as it is compared: without blanks and dashes, lower case."""
    return "".join(sign for sign in code.lower() if not sign.isspace() and sign != "-")


def _hashed(member_id: int, code: str) -> bytes:
    return hashlib.sha256(f"{member_id}\n{_plain(code)}".encode("utf-8", "replace")).digest()
