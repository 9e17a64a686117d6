"""What is kept no longer than the settings say."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select

from workspace.accounts.models import AddressChange, KeptForm, LoginSession, SignInAttempt, SignInToken
from workspace.clock import now
from workspace.config import settings
from workspace.db import Base, begin_writing, session
from workspace.jobs.models import Job, JobState
from workspace.mail import Mail
from workspace.mail.models import OPEN
from workspace.membership.models import Invitation, InvitationToken, JoinRequest
from workspace.notices.models import Notice
from workspace.papers.models import RescueCopy
from workspace.web.derived import Derived

log = logging.getLogger(__name__)


def before(seconds: int) -> datetime:
    return now() - timedelta(seconds=seconds)


def due() -> list[tuple[str, type[Base], ColumnElement[bool]]]:
    """(name, table, what is due), in the order in which rows may go."""
    given = settings()
    ended = or_(
        LoginSession.ended_at < before(given.sessions_kept),
        LoginSession.created_at < before(given.sessions_kept + given.session_absolute),
    )
    attempts_count = max(given.sign_in_window, given.code_window, given.mail_link_window)
    never_came = Invitation.expires_at < before(given.invitations_kept)
    not_confirmed = and_(JoinRequest.confirmed_at.is_(None), JoinRequest.expires_at < now())
    invitations = InvitationToken.invitation_id.in_(select(Invitation.id).where(never_came))
    finished = and_(Job.state == JobState.DONE, Job.finished_at < before(given.jobs_kept))
    failed = and_(Job.state == JobState.FAILED, Job.finished_at < before(given.failed_jobs_kept))
    return [
        ("kept_forms", KeptForm, KeptForm.created_at < before(given.kept_form_life)),
        ("forms_of_sessions", KeptForm, KeptForm.session_id.in_(select(LoginSession.id).where(ended))),
        ("sessions", LoginSession, ended),
        ("sign_in_links", SignInToken, SignInToken.expires_at < before(given.sessions_kept)),
        ("sign_in_attempts", SignInAttempt, SignInAttempt.at < before(attempts_count)),
        ("address_changes", AddressChange, AddressChange.expires_at < now()),
        ("links_of_invitations", InvitationToken, invitations),
        ("invitations", Invitation, never_came),
        ("join_requests", JoinRequest, not_confirmed),
        ("mails", Mail, and_(Mail.state.not_in(OPEN), Mail.created_at < before(given.mails_kept))),
        ("notices", Notice, Notice.created_at < before(given.notices_kept)),
        ("jobs", Job, or_(finished, failed)),
        ("rescue_copies", RescueCopy, RescueCopy.created_at < before(given.rescue_kept)),
        ("derived", Derived, Derived.made_at < before(given.derived_kept)),
    ]


def drop_what_is_due() -> dict[str, int]:
    """Delete it, in the current transaction.

    Returns: how many rows of each kind went.
    """
    begin_writing()
    counts = {
        name: session().execute(delete(table).where(rule)).rowcount  # type: ignore[attr-defined]
        for name, table, rule in due()
    }
    log.info("dropped what is kept no longer", extra=counts)
    return counts
