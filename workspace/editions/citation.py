"""How to cite an edition: the same facts in four styles, as text. Pure: no request, no database.

Sources: DIN ISO 690:2013 (name and date), APA 7 (10.4, reports), Chicago 17 (author-date, German), BibTeX @techreport.
An edition never changes, so that no day of access is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
BIBTEX_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

GROUP_WORDS = re.compile(
    r"\b(?:AG|Arbeitsgruppe|Arbeitskreis|Arbeitsgemeinschaft|Netzwerk|Verein|Verband|Bündnis|Stadt|Gemeinde|Kommune"
    r"|Landkreis|Kreis|Bezirk|Amt|Büro|Fachstelle|Redaktion|Koordination|Institut|Universität|Hochschule|e\. ?V\.)\b",
    re.IGNORECASE,
)
GROUP_SIGNS = re.compile(r"[\d&/()„“\":]|\bund\b|\bfür\b|\bder\b.*\bdes\b", re.IGNORECASE)
PARTICLES = frozenset(
    {"von", "vom", "van", "zu", "zur", "zum", "de", "da", "di", "del", "den", "der", "af", "ten", "ter"}
)
TITLES = re.compile(r"^(?:(?:Prof|Dr|Dipl|Mag|Ing|habil|jur|med|phil|rer|nat|h|c)\.[ -]?|[BM]\.? ?(?:A|Sc|Eng)\.? )+")
MOST_NAME_WORDS = 5


@dataclass(frozen=True)
class Name:
    """A person with family and given name, or a group, whose whole name is `family`."""

    family: str
    given: str = ""

    @property
    def inverted(self) -> str:
        """Weber, Anna; a group as it is."""
        return f"{self.family}, {self.given}" if self.given else self.family

    @property
    def straight(self) -> str:
        """Anna Weber"""
        return f"{self.given} {self.family}".strip()

    @property
    def initials(self) -> str:
        """A.-M. for Anna-Maria"""
        return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in self.given.split())


@dataclass(frozen=True)
class Work:
    """What a citation is made of. `kind` is the word for its kind, `number` as printed: 1.0."""

    authors: tuple[Name, ...]
    title: str
    kind: str
    number: str
    published: date
    publisher: str
    url: str
    slug: str


def read_name(line: str, *, groups: Sequence[str] = ()) -> Name:
    """One author's line: "Anna von der Heide", "Weber, Anna", "Anna Weber, Stadt Auenfels", or a group's name.

    Args:
        groups: names known to be groups.

    >>> read_name("Dr. Anna von der Heide")
    Name(family='von der Heide', given='Anna')
    >>> read_name("AG Qualität der Beteiligung")
    Name(family='AG Qualität der Beteiligung', given='')
    """
    line = " ".join(line.split())
    if line in groups:
        return Name(line)
    first, comma, rest = (part.strip() for part in line.partition(","))
    if comma and " " not in first and not GROUP_WORDS.search(rest):
        return Name(first, rest)
    if GROUP_WORDS.search(first) or GROUP_SIGNS.search(first):
        return Name(line)
    words = TITLES.sub("", first).split()
    if not 2 <= len(words) <= MOST_NAME_WORDS:
        return Name(line)
    at = next((n for n, word in enumerate(words) if n and word in PARTICLES), len(words) - 1)
    return Name(" ".join(words[at:]), " ".join(words[:at]))


def read_names(lines: str, *, groups: Sequence[str] = ()) -> tuple[Name, ...]:
    """The authors as printed, one a line."""
    return tuple(read_name(line, groups=groups) for line in lines.splitlines() if line.strip())


def styles(work: Work) -> tuple[tuple[str, str], ...]:
    """(name of the style, citation) in the order in which they are offered."""
    return (
        ("DIN ISO 690", din(work)),
        ("APA", apa(work)),
        ("Chicago", chicago(work)),
        ("BibTeX", bibtex(work)),
    )


def _joined(names: Sequence[str], before_last: str) -> str:
    return before_last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _sentence(words: str) -> str:
    """With a full stop, unless there is one or another end."""
    return words if words.endswith((".", "?", "!")) else words + "."


def _day(moment: date) -> str:
    return f"{moment.day}. {MONTHS[moment.month - 1]} {moment.year}"


def din(work: Work) -> str:
    """WEBER, Anna und Ben KURZ, 2026. Titel. Positionspapier. Ausgabe 1.1. Netzwerk, 3. Februar 2026. …"""
    names = [
        (f"{n.family.upper()}, {n.given}" if not place else f"{n.given} {n.family.upper()}") if n.given else n.family
        for place, n in enumerate(work.authors)
    ]
    return (
        f"{_joined(names, ' und ')}, {work.published.year}. {_sentence(work.title)} {work.kind}. Ausgabe {work.number}."
        f" {work.publisher}, {_day(work.published)}. Verfügbar unter: {work.url}"
    )


def apa(work: Work) -> str:
    """Weber, A. & Kurz, B. (2026). Titel (Positionspapier, Ausgabe 1.1). Netzwerk. …"""
    names = [f"{n.family}, {n.initials}" if n.given else n.family for n in work.authors]
    return (
        f"{_sentence(_joined(names, ' & ')) if not work.authors[-1].given else _joined(names, ' & ')}"
        f" ({work.published.year}). {work.title} ({work.kind}, Ausgabe {work.number})."
        f" {_sentence(work.publisher)} {work.url}"
    )


def chicago(work: Work) -> str:
    """Weber, Anna, und Ben Kurz. 2026. Titel. Positionspapier, Ausgabe 1.1. Netzwerk. …"""
    names = [work.authors[0].inverted, *(n.straight for n in work.authors[1:])]
    joined = _joined(names, ", und " if work.authors[0].given else " und ")
    return (
        f"{_sentence(joined)} {work.published.year}. {_sentence(work.title)} {work.kind}, Ausgabe {work.number}."
        f" {_sentence(work.publisher)} {work.url}."
    )


BIBTEX_SIGNS = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "$": r"\$", "#": r"\#", "_": r"\_",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


def bibtex(work: Work) -> str:
    """An entry for BibTeX and BibLaTeX, in UTF-8."""
    authors = " and ".join(_escaped(n.inverted) if n.given else f"{{{_escaped(n.family)}}}" for n in work.authors)
    fields = {
        "author": authors,
        "title": f"{{{_escaped(work.title)}}}",
        "type": _escaped(work.kind),
        "number": f"Ausgabe {work.number}",
        "institution": f"{{{_escaped(work.publisher)}}}",
        "year": str(work.published.year),
        "day": str(work.published.day),
        "url": work.url,
        "langid": "ngerman",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    lines.insert(6, f"  month = {BIBTEX_MONTHS[work.published.month - 1]},")
    return "\n".join([f"@techreport{{{_key(work)},", *lines, "}"])


def _escaped(words: str) -> str:
    return words.translate(BIBTEX_SIGNS)


def _key(work: Work) -> str:
    """weber2026-beteiligung-1.0: letters that every program takes."""
    family = unicodedata.normalize("NFKD", work.authors[0].family.lower().replace("ß", "ss"))
    plain = re.sub(r"[^a-z0-9]+", "", family.encode("ascii", "ignore").decode())[:20]
    return f"{plain}{work.published.year}-{work.slug.partition('-')[0]}-{work.number}"
