"""The log of the network: who did what, each act as a sentence that names no draft and quotes nothing.

Coordination may not read drafts, so no title, no name of a version or file stands in it. What people do with their own
account alone (signing in, password, second factor, taking their data along) is theirs: they see it on their own page
(`accounts.log`), nobody else does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select, tuple_

from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.accounts.queries import members_by_id
from workspace.config import settings
from workspace.db import session
from workspace.editions.models import Edition
from workspace.events import Event
from workspace.groups.models import Group
from workspace.papers.models import Paper
from workspace.search import matching
from workspace.web.i18n import local

EXPORT_MAX = 50_000
"""Lines of one exported file; a shorter period brings the rest."""

PRIVATE = frozenset(
    {
        "session.opened", "session.ended", "session.others_ended", "password.changed", "email.change_asked",
        "second_factor.on", "second_factor.off", "second_factor.codes_renewed", "second_factor.recovery_used",
        "data.exported",
    }
)  # fmt: skip
"""What concerns one's own account alone; see above."""

KINDS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "people": (
        _l("Menschen"),
        {
            "member.admitted": _l("%(who)s hat %(person)s aufgenommen."),
            "member.described": _l("%(who)s hat das eigene Profil geändert."),
            "member.disabled": _l("%(who)s hat das Konto von %(person)s geschlossen."),
            "member.enabled": _l("%(who)s hat das Konto von %(person)s wieder geöffnet."),
            "member.left": _l("%(person)s hat das Netzwerk verlassen."),
            "network_role.given": _l("%(who)s hat %(person)s die Rolle %(role)s gegeben."),
            "network_role.taken": _l("%(who)s hat %(person)s die Rolle %(role)s genommen."),
            "second_factor.reset": _l("%(who)s hat den zweiten Faktor von %(person)s ausgeschaltet."),
            "sign_in_link.written": _l("%(who)s hat einen Anmeldelink für %(person)s erstellt."),
            "email.changed": _l("Die E-Mail-Adresse von %(person)s wurde geändert."),
            "invitation.sent": _l("%(who)s hat jemanden eingeladen."),
            "invitation.renewed": _l("%(who)s hat eine Einladung erneuert."),
            "invitation.withdrawn": _l("%(who)s hat eine Einladung zurückgezogen."),
            "invitation.accepted": _l("%(who)s hat eine Einladung angenommen."),
            "join_request.confirmed": _l("Jemand hat um Aufnahme gebeten."),
            "join_request.admitted": _l("%(who)s hat eine Anfrage angenommen."),
            "join_request.declined": _l("%(who)s hat eine Anfrage abgelehnt."),
        },
    ),
    "groups": (
        _l("Arbeitsgruppen"),
        {
            "group.created": _l("%(who)s hat die Arbeitsgruppe angelegt."),
            "group.described": _l("%(who)s hat Name oder Zweck der Arbeitsgruppe geändert."),
            "group.joined": _l("%(who)s hat %(person)s in die Arbeitsgruppe aufgenommen."),
            "group.role_changed": _l("%(who)s hat die Rolle von %(person)s in der Arbeitsgruppe geändert."),
            "group.left": _l("%(person)s ist nicht mehr in der Arbeitsgruppe (%(who)s)."),
        },
    ),
    "papers": (
        _l("Papiere"),
        {
            "paper.created": _l("%(who)s hat ein Papier begonnen."),
            "paper.described": _l("%(who)s hat Titel oder Angaben eines Papiers geändert."),
            "paper.parked": _l("%(who)s lässt ein Papier ruhen."),
            "paper.unparked": _l("%(who)s hat ein Papier wieder aufgenommen."),
            "revision.saved": _l("%(who)s hat den Text eines Papiers gespeichert."),
            "rescue.kept": _l("%(who)s hat Text neben einem Papier aufbewahrt."),
            "version.named": _l("%(who)s hat eine Fassung benannt."),
            "file.added": _l("%(who)s hat eine Datei hinzugefügt."),
        },
    ),
    "discussion": (
        _l("Rückmeldungen"),
        {
            "thread.opened": _l("%(who)s hat eine Rückmeldung geschrieben."),
            "thread.resolved": _l("%(who)s hat eine Rückmeldung für erledigt erklärt."),
            "thread.reopened": _l("%(who)s hat eine Rückmeldung wieder geöffnet."),
            "thread.pinned": _l("%(who)s hat eine Rückmeldung einer anderen Textstelle zugeordnet."),
            "comment.written": _l("%(who)s hat auf eine Rückmeldung geantwortet."),
            "comment.edited": _l("%(who)s hat den eigenen Beitrag zu einer Rückmeldung geändert."),
        },
    ),
    "publishing": (
        _l("Veröffentlichen und versiegeln"),
        {
            "paper.submitted": _l("%(who)s hat eine Fassung eingereicht."),
            "submission.taken_back": _l("%(who)s hat eine Einreichung zurückgenommen."),
            "submission.returned": _l("%(who)s hat eine Einreichung zurückgegeben."),
            "edition.published": _l("%(who)s hat Ausgabe %(edition)s veröffentlicht: %(title)s"),
            "edition.withdrawn": _l("%(who)s hat Ausgabe %(edition)s zurückgezogen: %(title)s"),
            "edition.name_removed": _l("%(who)s hat einen Namen aus Ausgabe %(edition)s entfernt: %(title)s"),
            "content.sealed": _l("%(who)s hat %(things)s versiegelt."),
        },
    ),
    "operation": (
        _l("Einstellungen und Technik"),
        {
            "setup_link.written": _l("Ein Link zum ersten Start wurde erstellt."),
            "network.set_up": _l("%(who)s hat die Einrichtung abgeschlossen."),
            "network.described": _l("%(who)s hat die Einstellungen des Netzwerks geändert."),
            "legal_text.written": _l("%(who)s hat eine Rechtsseite geändert."),
            "mail.probed": _l("%(who)s hat eine Probemail verschickt."),
            "mail.sent_again": _l("%(who)s hat Mails noch einmal verschickt (%(count)s)."),
            "mail.dropped": _l("%(who)s hat Mails verworfen (%(count)s)."),
            "job.asked_again": _l("%(who)s hat einen Auftrag noch einmal gestartet."),
            "job.dropped": _l("%(who)s hat einen Auftrag verworfen."),
            "backup.asked": _l("%(who)s hat eine Sicherung verlangt."),
        },
    ),
}
"""Kind → its name, and a sentence for each verb. A test finds verbs that have none."""
SENTENCES: Mapping[str, Any] = {verb: text for _label, verbs in KINDS.values() for verb, text in verbs.items()}
SOMETHING = _l("%(who)s hat etwas getan.")
"""Of an act of an earlier version of the workspace."""
ABOUT_A_PERSON = ("member.", "network_role.", "second_factor.", "sign_in_link.", "email.", "group.joined", "group.left",
                  "group.role_changed")  # fmt: skip
"""Verbs whose subject is a member."""
ROLES = {"coordination": _l("Koordination"), "admin": _l("Technik")}


@dataclass(frozen=True)
class Filters:
    """What of the log is asked for. The days are the first and the last one, in the installation's time zone."""

    words: str = ""
    kind: str = ""
    group_id: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Line:
    """One act. `link` leads to the group or edition, where there is one."""

    at: datetime
    who: str
    kind: str
    sentence: str
    group: str
    link: str


def page_of(filters: Filters, before: int | None) -> tuple[list[Line], int | None]:
    """One page of the log, newest first, and the `before` of the next one; None at the end.

    Args:
        before: id of the last event of the page before.
    """
    size = settings().page_size
    query = _events(filters).limit(size + 1)
    last = session().get(Event, before) if before is not None else None
    if last is not None:
        query = query.where(tuple_(Event.at, Event.id) < tuple_(last.at, last.id))
    events = session().scalars(query).all()
    return _lines(events[:size]), events[size - 1].id if len(events) > size else None


def _events(filters: Filters) -> Select[Event]:
    query = select(Event).where(Event.verb.not_in(PRIVATE)).order_by(Event.at.desc(), Event.id.desc())
    if filters.kind:
        query = query.where(Event.verb.in_(list(KINDS[filters.kind][1])))
    found = matching("member", Event.actor_id, filters.words) if filters.words else None
    if found is not None:
        query = query.where(found)
    if filters.group_id is not None:
        papers = select(Paper.id).where(Paper.group_id == filters.group_id)
        query = query.where((Event.group_id == filters.group_id) | Event.paper_id.in_(papers))
    if filters.first is not None:
        query = query.where(Event.at >= _midnight(filters.first))
    if filters.last is not None:
        query = query.where(Event.at < _midnight(filters.last + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings().timezone))


@dataclass(frozen=True)
class _Names:
    """What the sentences of a page name, read at once."""

    people: Mapping[int, Member]
    groups: Mapping[int, Group]
    group_of_paper: Mapping[int, int]
    editions: Mapping[tuple[int, str], Edition]

    @classmethod
    def of(cls, events: Sequence[Event]) -> _Names:
        people = members_by_id(
            {e.actor_id for e in events if e.actor_id is not None}
            | {e.subject_id for e in events if e.subject_id is not None and e.verb.startswith(ABOUT_A_PERSON)}
        )
        papers = {e.paper_id for e in events if e.paper_id is not None}
        owners = dict(iter(session().execute(select(Paper.id, Paper.group_id).where(Paper.id.in_(papers)))))
        ids = {e.group_id for e in events if e.group_id is not None} | set(owners.values())
        groups = {g.id: g for g in session().scalars(select(Group).where(Group.id.in_(ids)))}
        published = {e.paper_id for e in events if e.verb.startswith("edition.")}
        editions = session().scalars(select(Edition).where(Edition.paper_id.in_(published)))
        return cls(people, groups, owners, {(e.paper_id, e.number): e for e in editions})


def _lines(events: Sequence[Event]) -> list[Line]:
    names = _Names.of(events)
    return [_line(event, names) for event in events]


def _line(event: Event, names: _Names) -> Line:
    who = names.people.get(event.actor_id or 0)
    shown = shown_name(who) if who is not None else str(_("Jemand"))
    group = names.groups.get(event.group_id or names.group_of_paper.get(event.paper_id or 0, 0))
    edition = names.editions.get((event.paper_id or 0, str(event.facts.get("edition", ""))))
    link = url_for("groups.show", key=group.key) if group is not None else ""
    if edition is not None:
        link = url_for("editions.show", slug=edition.slug, major=edition.major, minor=edition.minor)
    return Line(
        event.at, shown, _kind_of(event.verb), _sentence(event, shown, names, edition),
        group.name if group is not None else "", link,
    )  # fmt: skip


def _kind_of(verb: str) -> str:
    return next((str(label) for label, verbs in KINDS.values() if verb in verbs), "")


def _sentence(event: Event, who: str, names: _Names, edition: Edition | None) -> str:
    facts = event.facts
    role = ROLES.get(str(facts.get("role", "")))
    return str(SENTENCES.get(event.verb, SOMETHING)) % {
        "who": who,
        "person": shown_name(names.people.get(event.subject_id or 0)),
        "role": str(role) if role is not None else "",
        "count": facts.get("count", ""),
        "edition": facts.get("edition", ""),
        "title": edition.title if edition is not None else "",
        "things": _things(str(facts.get("kind", "")), len(facts.get("numbers", ()))),
    }


def _things(kind: str, count: int) -> str:
    """What was sealed, without its name: a file's name may tell something of the draft."""
    words = {
        "revision": _("einen Stand eines Papiers") if count == 1 else _("%(num)s Stände eines Papiers", num=count),
        "comment": _("einen Beitrag"),
        "file": _("eine Datei") if count == 1 else _("%(num)s Dateien", num=count),
        "edition": _("eine Ausgabe"),
    }
    return str(words.get(kind, ""))


# The file


def as_csv(filters: Filters) -> str:
    """The log as Excel opens it by a double click: a mark of UTF-8 first, semicolons, lines that end with CR LF.

    No cell is taken for a formula. At most `EXPORT_MAX` lines; where there are more the last one says so.
    """
    events = session().scalars(_events(filters).limit(EXPORT_MAX + 1)).all()
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    rows.writerow([_("Zeit"), _("Wer"), _("Art"), _("Was"), _("Arbeitsgruppe")])
    for start in range(0, min(len(events), EXPORT_MAX), 500):
        for line in _lines(events[start : min(start + 500, EXPORT_MAX)]):
            moment = f"{local(line.at):%Y-%m-%d %H:%M}"
            rows.writerow([moment, *_harmless((line.who, line.kind, line.sentence, line.group))])
    if len(events) > EXPORT_MAX:
        rows.writerow([_("Hier endet die Datei. Wählen Sie einen kürzeren Zeitraum, um Älteres zu sehen.")])
    return "\ufeff" + out.getvalue()


def _harmless(cells: Iterable[str]) -> list[str]:
    """Source: OWASP, CSV Injection: a cell that begins with one of these signs is calculated by a spreadsheet."""
    return [f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@", "|", "%")) else cell for cell in cells]
