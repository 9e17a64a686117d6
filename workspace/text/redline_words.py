"""The words a rendered difference says; German unless others are given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from workspace.text import html_inline
from workspace.text.redline_inline import PLACE
from workspace.text.redline_notes import Note

QUOTE = 60
"""Letters of a quotation in a remark."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who changed something, as shown beside it."""

    initials: str
    name: str


_SAID = MappingProxyType(
    {
        "formatting": "Nur Formatierung geändert: „{quote}“",
        "target": "Linkziel geändert: „{quote}“ führt jetzt zu {now}, vorher zu {was}",
        "target_new": "Link gesetzt: „{quote}“ führt jetzt zu {now}",
        "target_gone": "Link entfernt: „{quote}“ führte zu {was}",
        "place_new": "Der Link „{quote}“ führt jetzt zu einer Stelle in diesem Papier",
        "place_gone": "Der Link „{quote}“ führt ins Leere: Die Stelle gibt es nicht mehr",
        "picture": "Anderes Bild: {now} statt {was}",
        "alt": "Bildbeschreibung geändert: jetzt „{now}“, vorher „{was}“",
        "width": "Breite des Bildes geändert",
        "level": "Ebene der Überschrift geändert: von {was} auf {now}",
        "heading": "Aus einem Absatz wurde eine Überschrift",
        "no_heading": "Aus einer Überschrift wurde ein Absatz",
        "ordered": "Die Liste ist jetzt nummeriert",
        "unordered": "Die Liste ist nicht mehr nummeriert",
        "checked": "Als erledigt abgehakt",
        "unchecked": "Nicht mehr abgehakt",
        "task": "Jetzt eine Aufgabe zum Abhaken",
        "no_task": "Keine Aufgabe zum Abhaken mehr",
        "start": "Die Liste zählt jetzt ab {now}, vorher ab {was}",
        "align": "Ausrichtung in der Tabelle geändert",
        "column_new": "Neue Spalte „{quote}“",
        "column_gone": "Spalte „{quote}“ gestrichen",
        "language": "Sprache des Codes geändert",
        "split": "Der Absatz ist jetzt in {now} Absätze geteilt",
        "joined": "{was} Absätze sind jetzt einer",
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """Labels; names in braces are filled in."""

    page: html_inline.Words = html_inline.GERMAN
    """What a reading page says as well: table, figure, footnotes."""
    inserted: str = "Eingefügt:"
    inserted_by: str = "Eingefügt von {names}:"
    deleted: str = "Gestrichen:"
    deleted_by: str = "Gestrichen von {names}:"
    end: str = "Ende"
    signs: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {
                "edit": "Absatz geändert.",
                "form": "Nur die Form geändert.",
                "new": "Absatz neu.",
                "out": "Absatz gestrichen.",
                "move": "Absatz verschoben.",
            }
        )
    )
    several: str = "{count} Änderungen."
    section: str = "Abschnitt {number}"
    section_titled: str = "Abschnitt „{title}“"
    moved_from: str = "Aus {section} hierher verschoben"
    moved_up: str = "Von weiter unten hierher verschoben"
    moved_down: str = "Von weiter oben hierher verschoben"
    moved_and_changed: str = "{moved}, dabei geändert"
    stood_here: str = "Hier stand der Absatz „{quote}“."
    stood_here_many: str = "Hier standen {count} Absätze, der erste: „{quote}“."
    stands_in: str = "Er steht jetzt in {section}."
    stands_in_many: str = "Sie stehen jetzt in {section}."
    stands_above: str = "Er steht jetzt weiter oben."
    stands_above_many: str = "Sie stehen jetzt weiter oben."
    stands_below: str = "Er steht jetzt weiter unten."
    stands_below_many: str = "Sie stehen jetzt weiter unten."
    part_left: str = "Hier stand „{quote}“."
    parts_left: str = "Hier stand „{quote}“ mit dem Folgenden."
    part_in: str = "Jetzt in {section}."
    part_above: str = "Jetzt weiter oben."
    part_below: str = "Jetzt weiter unten."
    border_new: str = "Neuer Absatz."
    border_gone: str = "Kein neuer Absatz mehr."
    fold_one: str = "1 unveränderter Absatz"
    fold_many: str = "{count} unveränderte Absätze"
    sections_to: str = "{first} bis {last}"
    show: str = "Zeigen"
    said: Mapping[str, str] = field(default_factory=lambda: _SAID)
    synopsis: str = "Synopse beider Stände, je Absatz eine Zeile"
    absent_old: str = "nicht vorhanden"
    absent_new: str = "gestrichen"
    elsewhere: str = "verschoben"


GERMAN = Words()


def said(note: Note, words: Words) -> str:
    """A remark in words; "" where there are none for it."""
    kind = note.kind
    if kind == "target":
        kind = "target" if note.was and note.now else "target_new" if note.now else "target_gone"
    elif kind == "place":
        kind = "place_new" if note.now.startswith(PLACE) else "place_gone"
    was, now = (_readable(note.was), _readable(note.now)) if note.kind == "target" else (note.was, note.now)
    return words.said.get(kind, "").format(quote=short(note.quote), was=short(was), now=short(now))


def _readable(address: str) -> str:
    """An address with its letters instead of their percent signs, unless one of them cannot be seen."""
    with suppress(UnicodeDecodeError):
        decoded = unquote(address, errors="strict")
        return decoded if decoded.isprintable() else address
    return address


def short(text: str) -> str:
    """A text short enough to be quoted in a line, cut between words."""
    text = " ".join(text.split())
    if len(text) <= QUOTE:
        return text
    return text[: QUOTE + 1].rpartition(" ")[0].rstrip(",;:–-") + " …" if " " in text[:QUOTE] else text[:QUOTE] + "…"
