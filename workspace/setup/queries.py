"""How far the first start has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Exists, func, select

from workspace.accounts.models import Member, MemberNetworkRole
from workspace.db import session
from workspace.groups.models import Group
from workspace.mail import Mail, MailState
from workspace.mail.delivery import is_set_up
from workspace.membership.models import Invitation
from workspace.network.legal import LegalPage, legal_text
from workspace.network.queries import is_named
from workspace.permissions import NetworkRole


class Step(StrEnum):
    """In the order in which they are gone through."""

    ACCOUNT = "account"
    NETWORK = "network"
    MAIL = "mail"
    IMPRINT = "imprint"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"
    GROUP = "group"
    INVITATIONS = "invitations"


@dataclass(frozen=True)
class Progress:
    """One step. gaps: how many a legal page still has."""

    step: Step
    is_done: bool
    gaps: int = 0


def progress() -> Sequence[Progress]:
    """Every step, done or open."""
    gaps = {Step(page): legal_text(page).gaps for page in LegalPage}
    done = {
        Step.ACCOUNT: not is_unused(),
        Step.NETWORK: is_named(),
        Step.MAIL: is_set_up() and _is_there(select(Mail.id).where(Mail.state == MailState.SENT).exists()),
        Step.GROUP: _is_there(select(Group.id).exists()),
        Step.INVITATIONS: _is_there(select(Invitation.id).exists()) or _people() > 1,
    } | {step: count == 0 for step, count in gaps.items()}
    return [Progress(step, done[step], gaps.get(step, 0)) for step in Step]


def following(step: Step) -> Step | None:
    """The next open step after this one; None when there is none."""
    later = list(Step)[list(Step).index(step) + 1 :]
    return next((row.step for row in progress() if row.step in later and not row.is_done), None)


def is_unused() -> bool:
    """Whether nobody has an account yet."""
    return _people() == 0


def first_person() -> Member | None:
    """The one who began the first start: the earliest open account of the technical administration."""
    query = (
        select(Member)
        .join(MemberNetworkRole, MemberNetworkRole.member_id == Member.id)
        .where(MemberNetworkRole.role == NetworkRole.ADMIN, Member.disabled_at.is_(None))
        .order_by(Member.id)
        .limit(1)
    )
    return session().scalars(query).unique().first()


def newest_probe(member_id: int) -> Mail | None:
    """The probe that this person sent last."""
    query = select(Mail).where(Mail.kind == "probe", Mail.member_id == member_id).order_by(Mail.id.desc()).limit(1)
    return session().scalars(query).first()


def _people() -> int:
    return session().scalar(select(func.count(Member.id))) or 0


def _is_there(rows: Exists) -> bool:
    return bool(session().scalar(select(rows)))
