"""When mails about notices are written."""

from __future__ import annotations

from workspace.config import MINUTE, settings
from workspace.db import begin_writing
from workspace.jobs import WORKDAYS, Daily, Every, Facts, handler, recurring
from workspace.letters.sending import SEND, mail_member, send_later
from workspace.notices.actions import AT_ONCE
from workspace.notices.models import Pace
from workspace.notices.queries import due_members

DAILY = "notices.daily"
WEEKLY = "notices.weekly"
MONDAY = frozenset({0})
SWEEP = 5 * MINUTE
"""How often sittings of writing that are over are looked for."""


@handler(SEND)
def send_to_member(facts: Facts) -> Facts:
    return {"mails": mail_member(facts["member"], Pace(facts["pace"]))}


def _spread(pace: Pace) -> Facts:
    """A job for each member: one that fails does not hold up the others, and none is done twice."""
    members = due_members(pace)
    begin_writing()
    for member_id in members:
        send_later(member_id, pace)
    return {"members": len(members)}


@handler(AT_ONCE)
def send_at_once(_facts: Facts) -> Facts:
    return _spread(Pace.AT_ONCE)


@handler(DAILY)
def send_daily(_facts: Facts) -> Facts:
    return _spread(Pace.DAILY)


@handler(WEEKLY)
def send_weekly(_facts: Facts) -> Facts:
    return _spread(Pace.WEEKLY)


recurring(AT_ONCE, Every(SWEEP))
recurring(DAILY, lambda: Daily(settings().summary_at, weekdays=WORKDAYS))
recurring(WEEKLY, lambda: Daily(settings().summary_at, weekdays=MONDAY))
