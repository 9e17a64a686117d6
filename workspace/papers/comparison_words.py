"""A comparison in words: the labels of the marked text and the sentence above it, in the reader's language."""

from __future__ import annotations

import re
from datetime import datetime
from types import MappingProxyType

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from workspace.clock import now
from workspace.papers.reading import page_words
from workspace.text.redline import Counts, Section
from workspace.text.redline_words import Words
from workspace.web.i18n import local, locale

MOST_SECTIONS = 2
"""Sections that the sentence names as targets of moves; of more it says only how many paragraphs moved."""


def redline_words() -> Words:
    """What a marked text says."""
    return Words(
        page=page_words(),
        inserted=_("Eingefügt:"),
        inserted_by=_("Eingefügt von {names}:"),
        deleted=_("Gestrichen:"),
        deleted_by=_("Gestrichen von {names}:"),
        end=_("Ende"),
        signs=MappingProxyType(
            {
                "edit": _("Absatz geändert."),
                "form": _("Nur die Form geändert."),
                "new": _("Absatz neu."),
                "out": _("Absatz gestrichen."),
                "move": _("Absatz verschoben."),
            }
        ),
        several=_("{count} Änderungen."),
        section=_("Abschnitt {number}"),
        section_titled=_("Abschnitt „{title}“"),
        moved_from=_("Aus {section} hierher verschoben"),
        moved_up=_("Von weiter unten hierher verschoben"),
        moved_down=_("Von weiter oben hierher verschoben"),
        moved_and_changed=_("{moved}, dabei geändert"),
        stood_here=_("Hier stand der Absatz „{quote}“."),
        stood_here_many=_("Hier standen {count} Absätze, der erste: „{quote}“."),
        stands_in=_("Er steht jetzt in {section}."),
        stands_in_many=_("Sie stehen jetzt in {section}."),
        stands_above=_("Er steht jetzt weiter oben."),
        stands_above_many=_("Sie stehen jetzt weiter oben."),
        stands_below=_("Er steht jetzt weiter unten."),
        stands_below_many=_("Sie stehen jetzt weiter unten."),
        part_left=_("Hier stand „{quote}“."),
        parts_left=_("Hier stand „{quote}“ mit dem Folgenden."),
        part_in=_("Jetzt in {section}."),
        part_above=_("Jetzt weiter oben."),
        part_below=_("Jetzt weiter unten."),
        border_new=_("Neuer Absatz."),
        border_gone=_("Kein neuer Absatz mehr."),
        fold_one=_("1 unveränderter Absatz"),
        fold_many=_("{count} unveränderte Absätze"),
        sections_to=_("{first} bis {last}"),
        show=_("Zeigen"),
        said=MappingProxyType(_said()),
        synopsis=_("Synopse beider Stände, je Absatz eine Zeile"),
        absent_old=_("nicht vorhanden"),
        absent_new=_("gestrichen"),
        elsewhere=_("verschoben"),
    )


def _said() -> dict[str, str]:
    return {
        "formatting": _("Nur Formatierung geändert: „{quote}“"),
        "target": _("Linkziel geändert: „{quote}“ führt jetzt zu {now}, vorher zu {was}"),
        "target_new": _("Link gesetzt: „{quote}“ führt jetzt zu {now}"),
        "target_gone": _("Link entfernt: „{quote}“ führte zu {was}"),
        "place_new": _("Der Link „{quote}“ führt jetzt zu einer Stelle in diesem Papier"),
        "place_gone": _("Der Link „{quote}“ führt ins Leere: Die Stelle gibt es nicht mehr"),
        "picture": _("Anderes Bild: {now} statt {was}"),
        "alt": _("Bildbeschreibung geändert: jetzt „{now}“, vorher „{was}“"),
        "width": _("Breite des Bildes geändert"),
        "level": _("Ebene der Überschrift geändert: von {was} auf {now}"),
        "heading": _("Aus einem Absatz wurde eine Überschrift"),
        "no_heading": _("Aus einer Überschrift wurde ein Absatz"),
        "ordered": _("Die Liste ist jetzt nummeriert"),
        "unordered": _("Die Liste ist nicht mehr nummeriert"),
        "checked": _("Als erledigt abgehakt"),
        "unchecked": _("Nicht mehr abgehakt"),
        "task": _("Jetzt eine Aufgabe zum Abhaken"),
        "no_task": _("Keine Aufgabe zum Abhaken mehr"),
        "start": _("Die Liste zählt jetzt ab {now}, vorher ab {was}"),
        "align": _("Ausrichtung in der Tabelle geändert"),
        "column_new": _("Neue Spalte „{quote}“"),
        "column_gone": _("Spalte „{quote}“ gestrichen"),
        "language": _("Sprache des Codes geändert"),
        "split": _("Der Absatz ist jetzt in {now} Absätze geteilt"),
        "joined": _("{was} Absätze sind jetzt einer"),
    }


def sentence(when: str, counts: Counts) -> tuple[str, str, str]:
    """What happened in a time that `when` names (see `period`), in three parts so that the middle one can stand out.

    ("Vom 9. bis 14. März wurden ", "5 Absätze geändert", ", 1 eingefügt und 1 gestrichen.")
    Numbers do not part from their words at the end of a line.
    """
    before, first, after = _sentence(when, counts)
    return _tied(before), _tied(first), _tied(after)


_APART = re.compile(
    r"(?<=\d) (?!bis|und|wurde|to|and)(?=[^\W\d])|(?<=\d\.) (?!bis)(?=[^\W\d])"  # 5 Absätze, 9. März
    r"|(?<=[^\W\d]) (?=\d{4}\b)"  # März 2026
    r"|(?<=Abschnitt) |(?<=section) "
)


def _tied(text: str) -> str:
    return _APART.sub("\N{NO-BREAK SPACE}", text)


def _sentence(when: str, counts: Counts) -> tuple[str, str, str]:
    found = parts(counts)
    if not found:
        return "", _("Am Text hat sich nichts geändert."), ""
    total = counts.changed + counts.inserted + counts.moved + counts.deleted + counts.formatted
    whole = ngettext("%(when)s wurde %(what)s.", "%(when)s wurden %(what)s.", total, when=when, what="\0")
    before, _nothing, after = whole.partition("\0")
    first, *others = found
    if not others:
        return before, first, after
    *middle, last = others
    rest = "".join(f", {part}" for part in middle)
    return before, first, _("%(list)s und %(last)s", list=rest, last=last) + after


def parts(counts: Counts) -> list[str]:
    """What is counted, the first with its noun: "5 Absätze geändert", "1 eingefügt"."""
    found: list[str] = []
    if count := counts.changed:
        found.append(ngettext("%(num)s Absatz geändert", "%(num)s Absätze geändert", count))
    if count := counts.inserted:
        found.append(
            _("%(num)s eingefügt", num=count)
            if found
            else ngettext("%(num)s Absatz eingefügt", "%(num)s Absätze eingefügt", count)
        )
    if count := counts.moved:
        where = _where(counts.moved_to)
        found.append(
            _("%(num)s %(where)sverschoben", num=count, where=where)
            if found
            else ngettext(
                "%(num)s Absatz %(where)sverschoben", "%(num)s Absätze %(where)sverschoben", count, where=where
            )
        )
    if count := counts.deleted:
        found.append(
            _("%(num)s gestrichen", num=count)
            if found
            else ngettext("%(num)s Absatz gestrichen", "%(num)s Absätze gestrichen", count)
        )
    if count := counts.formatted:
        found.append(
            _("%(num)s nur in der Form geändert", num=count)
            if found
            else ngettext("%(num)s Absatz nur in der Form geändert", "%(num)s Absätze nur in der Form geändert", count)
        )
    return found


def _where(targets: tuple[Section, ...]) -> str:
    """ "nach Abschnitt 4 ", with the blank that follows it; "" where too many or no sections are meant."""
    numbers = [target.number for target in targets if target.number]
    if not numbers or len(numbers) != len(targets) or len(numbers) > MOST_SECTIONS:
        return ""
    joined = numbers[0] if len(numbers) == 1 else _("%(list)s und %(last)s", list=numbers[0], last=numbers[1])
    return str(_("nach Abschnitt %(numbers)s ", numbers=joined))


def period(start: datetime, end: datetime) -> str:
    """ "Vom 9. bis 14. März", "Am 14. März"; years where they are not the present one."""
    first, last = local(start).date(), local(end).date()
    year = local(now()).year
    has_years = first.year != last.year or last.year != year
    is_german = locale() == "de"
    day, month = ("d.", "d. MMMM") if is_german else ("d", "d MMMM")
    whole = f"{month} y"
    ending = str(format_date(last, whole if has_years else month))
    if first == last:
        return str(_("Am %(day)s", day=ending))
    if (first.year, first.month) == (last.year, last.month):
        beginning = str(format_date(first, day))
    else:
        beginning = str(format_date(first, whole if first.year != last.year else month))
    return str(_("Vom %(start)s bis %(end)s", start=beginning, end=ending))
