"""What happened to one's own account, each event as a sentence: so that a stranger's deed is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.accounts.queries import members_by_id
from workspace.clock import now
from workspace.config import DAY
from workspace.db import session
from workspace.events import Event

SHOWN_FOR = 90 * DAY
MOST = 30
SENTENCES: dict[str, Any] = {
    "session.opened": _l("Angemeldet."),
    "session.others_ended": _l("Alle anderen Geräte abgemeldet."),
    "password.changed": _l("Passwort gesetzt."),
    "email.change_asked": _l("Änderung der E-Mail-Adresse begonnen."),
    "email.changed": _l("E-Mail-Adresse geändert."),
    "second_factor.on": _l("Zweiter Faktor eingeschaltet."),
    "second_factor.off": _l("Zweiter Faktor ausgeschaltet."),
    "second_factor.reset": _l("Zweiter Faktor von der Koordination ausgeschaltet."),
    "second_factor.codes_renewed": _l("Neue Wiederherstellungscodes erstellt."),
    "second_factor.recovery_used": _l("Mit einem Wiederherstellungscode angemeldet oder bestätigt."),
    "sign_in_link.written": _l("Anmeldelink von der Koordination erstellt."),
    "network_role.given": _l("Eine Rolle im Netzwerk erhalten."),
    "network_role.taken": _l("Eine Rolle im Netzwerk abgegeben."),
    "member.disabled": _l("Konto geschlossen."),
    "member.enabled": _l("Konto wieder geöffnet."),
    "data.exported": _l("Eigene Daten heruntergeladen."),
}
"""Verbs whose subject is the member; of `session.…` the member is the actor."""
BY_ACTOR = ("session.opened", "session.others_ended", "data.exported")


@dataclass(frozen=True, slots=True)
class AccountLine:
    at: datetime
    sentence: str
    by: str
    """Who did it; empty when it was the person itself or the command line."""


def lines_of(member: Member) -> Sequence[AccountLine]:
    """The newest events of an account."""
    about = and_(Event.subject_id == member.id, Event.verb.in_(set(SENTENCES) - set(BY_ACTOR)))
    own = and_(Event.actor_id == member.id, Event.verb.in_(BY_ACTOR))
    since = now() - timedelta(seconds=SHOWN_FOR)
    query = select(Event).where(or_(about, own), Event.at > since).order_by(Event.id.desc()).limit(MOST)
    events = session().scalars(query).all()
    others = members_by_id(e.actor_id for e in events if e.actor_id not in {None, member.id})
    return [
        AccountLine(e.at, str(SENTENCES[e.verb]), _by(others.get(e.actor_id or 0)))
        for e in events
    ]  # fmt: skip


def _by(other: Member | None) -> str:
    return "" if other is None else str(_("von %(name)s", name=shown_name(other)))
