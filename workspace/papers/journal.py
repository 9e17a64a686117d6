"""The log of a paper: each event as a sentence in the reader's language, with a link to what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.accounts.queries import members_by_id
from workspace.config import settings
from workspace.db import session
from workspace.events import Event
from workspace.papers.models import Paper, Source

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `link` is an address or "", `link_label` what it says; `reason` is given in people's own words."""

    at: datetime
    who: Member | None
    sentence: str
    reason: str = ""
    link: str = ""
    link_label: str = ""


def lines_of(paper: Paper, before: int | None) -> tuple[list[Line], int | None]:
    """One page of the log, newest first.

    Args:
        before: only events with a lower id; None for the newest.
    Returns: the lines, and the `before` of the next page, None when this was the last.
    """
    query = select(Event).where(Event.paper_id == paper.id).order_by(Event.id.desc()).limit(settings().page_size + 1)
    if before is not None:
        query = query.where(Event.id < before)
    events = session().scalars(query).all()
    shown = events[: settings().page_size]
    people = members_by_id(event.actor_id for event in shown if event.actor_id is not None)
    older = shown[-1].id if len(events) > len(shown) else None
    return [line_of(paper, event, people) for event in shown], older


def line_of(paper: Paper, event: Event, people: Mapping[int, Member]) -> Line:
    """The line of one event; one with an unknown verb still says who did something."""
    who = people.get(event.actor_id) if event.actor_id is not None else None
    name = shown_name(who) if who is not None else _("Jemand")
    write = SENTENCES.get(event.verb, _something)
    sentence, link, label = write(paper, name, event.facts)
    return Line(event.at, who, sentence, str(event.facts.get("reason") or ""), link, label)


Told = tuple[str, str, str]
"""Sentence, link, its label."""


def _something(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat etwas am Papier getan.", who=who), "", ""


def _created(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat das Papier „%(title)s“ begonnen.", who=who, title=facts.get("title", paper.title)), "", ""


def _described(paper: Paper, who: str, facts: Facts) -> Told:
    before, after = facts.get("title_before"), facts.get("title")
    if before == after:
        return _("%(who)s hat Kurzbeschreibung oder Kontakt geändert.", who=who), "", ""
    return (
        _("%(who)s hat den Titel geändert: „%(after)s“, vorher „%(before)s“.", who=who, after=after, before=before),
        "",
        "",
    )


def _saved(paper: Paper, who: str, facts: Facts) -> Told:
    number, source = int(facts["number"]), str(facts.get("source"))
    if number == 1:
        link = url_for("papers.revision", key=paper.key, number=1)
        return _("%(who)s hat den ersten Text gespeichert.", who=who), link, _("Ansehen")
    others = int(facts.get("writers") or 1) - 1
    if source == Source.LIVE and others:
        together = ngettext(
            "%(who)s und eine weitere Person haben gemeinsam am Text geschrieben.",
            "%(who)s und %(num)s weitere Personen haben gemeinsam am Text geschrieben.",
            others,
            who=who,
        )
        return together, url_for("papers.compare", key=paper.key, old=number - 1, new=number), _("Änderungen zeigen")
    sentences = {
        Source.MERGE.value: _("%(who)s hat den Text geändert und mit Änderungen anderer zusammengeführt.", who=who),
        Source.RESTORE.value: _("%(who)s hat einen früheren Text wiederhergestellt.", who=who),
        Source.IMPORT.value: _("%(who)s hat einen Stand aus einer früheren Ablage übernommen.", who=who),
    }
    link = url_for("papers.compare", key=paper.key, old=number - 1, new=number)
    return sentences.get(source, _("%(who)s hat den Text geändert.", who=who)), link, _("Änderungen zeigen")


def _version(paper: Paper, who: str, facts: Facts) -> Told:
    link = url_for("papers.revision", key=paper.key, number=int(facts["number"]))
    return _("%(who)s hat die Fassung „%(name)s“ benannt.", who=who, name=facts.get("name", "")), link, _("Ansehen")


def _rescued(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat Text aufbewahrt, der sich nicht von selbst einfügen ließ.", who=who), "", ""


def _parked(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s lässt das Papier ruhen.", who=who), "", ""


def _unparked(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat das Papier wieder aufgenommen.", who=who), "", ""


def _thread(words: Callable[[str, int], str]) -> Callable[[Paper, str, Facts], Told]:
    def write(paper: Paper, who: str, facts: Facts) -> Told:
        number = int(facts["number"])
        return words(who, number), url_for("discussion.thread", key=paper.key, number=number), _("Ansehen")

    return write


def _file(paper: Paper, who: str, facts: Facts) -> Told:
    link = url_for("papers.files", key=paper.key)
    return _("%(who)s hat die Datei „%(name)s“ hinzugefügt.", who=who, name=facts.get("name", "")), link, _("Dateien")


def _submitted(paper: Paper, who: str, facts: Facts) -> Told:
    version = facts.get("version", "")
    return (
        _("%(who)s hat die Fassung „%(version)s“ zur Veröffentlichung eingereicht.", who=who, version=version),
        "",
        "",
    )


def _taken_back(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat die Einreichung zurückgenommen.", who=who), "", ""


def _returned(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat die Einreichung an die Arbeitsgruppe zurückgegeben.", who=who), "", ""


def _published(paper: Paper, who: str, facts: Facts) -> Told:
    sentence = _("%(who)s hat die Ausgabe %(edition)s veröffentlicht.", who=who, edition=facts.get("edition", ""))
    link = url_for("editions.newest", slug=facts["slug"]) if facts.get("slug") else ""
    return sentence, link, _("Ansehen")


def _withdrawn(paper: Paper, who: str, facts: Facts) -> Told:
    return _("%(who)s hat die Ausgabe %(edition)s zurückgezogen.", who=who, edition=facts.get("edition", "")), "", ""


def _name_removed(paper: Paper, who: str, facts: Facts) -> Told:
    edition = facts.get("edition", "")
    return _("%(who)s hat einen Namen aus der Ausgabe %(edition)s entfernt.", who=who, edition=edition), "", ""


def _sealed(paper: Paper, who: str, facts: Facts) -> Told:
    numbers = ", ".join(facts["numbers"])
    sentences = {
        "revision": _("%(who)s hat Stand %(numbers)s versiegelt.", who=who, numbers=numbers),
        "comment": _("%(who)s hat einen Beitrag zu Nr. %(numbers)s versiegelt.", who=who, numbers=numbers),
        "file": _("%(who)s hat die Datei %(numbers)s versiegelt.", who=who, numbers=numbers),
        "edition": _("%(who)s hat die Ausgabe %(numbers)s versiegelt.", who=who, numbers=numbers),
    }
    return sentences[facts["kind"]], "", ""


SENTENCES: Mapping[str, Callable[[Paper, str, Facts], Told]] = {
    "paper.created": _created,
    "paper.described": _described,
    "revision.saved": _saved,
    "rescue.kept": _rescued,
    "version.named": _version,
    "paper.parked": _parked,
    "paper.unparked": _unparked,
    "thread.opened": _thread(
        lambda who, n: _("%(who)s hat die Rückmeldung Nr. %(number)s geschrieben.", who=who, number=n)
    ),
    "comment.written": _thread(lambda who, n: _("%(who)s hat auf Nr. %(number)s geantwortet.", who=who, number=n)),
    "comment.edited": _thread(
        lambda who, n: _("%(who)s hat den eigenen Beitrag zu Nr. %(number)s geändert.", who=who, number=n)
    ),
    "thread.resolved": _thread(lambda who, n: _("%(who)s hat Nr. %(number)s für erledigt erklärt.", who=who, number=n)),
    "thread.reopened": _thread(lambda who, n: _("%(who)s hat Nr. %(number)s wieder geöffnet.", who=who, number=n)),
    "thread.pinned": _thread(
        lambda who, n: _("%(who)s hat Nr. %(number)s einer neuen Textstelle zugeordnet.", who=who, number=n)
    ),
    "file.added": _file,
    "paper.submitted": _submitted,
    "submission.taken_back": _taken_back,
    "submission.returned": _returned,
    "edition.published": _published,
    "edition.withdrawn": _withdrawn,
    "edition.name_removed": _name_removed,
    "content.sealed": _sealed,
}
