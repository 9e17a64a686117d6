"""Citing an edition in four styles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from workspace.editions.citation import Name, Work, read_name, read_names, styles

WORK = Work(
    read_names("Anna Weber\nBen Kurz"), "Beteiligung braucht Antworten", "Positionspapier", "1.1", date(2026, 2, 3),
    "Netzwerk Kommunale Beteiligung", "https://papiere.example/p/antworten/1.1", "antworten",
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Anna Weber", Name("Weber", "Anna")),
        ("Anna-Maria Weber", Name("Weber", "Anna-Maria")),
        ("Anna Maria Weber", Name("Weber", "Anna Maria")),
        ("  Anna   Weber ", Name("Weber", "Anna")),
        ("Weber, Anna", Name("Weber", "Anna")),
        ("Anna Weber, Stadt Auenfels", Name("Weber", "Anna")),
        ("Dr. Anna Weber", Name("Weber", "Anna")),
        ("Prof. Dr. Anna von der Heide", Name("von der Heide", "Anna")),
        ("Ayşe Yılmaz-Öztürk", Name("Yılmaz-Öztürk", "Ayşe")),
        ("AG Qualität der Beteiligung", Name("AG Qualität der Beteiligung")),
        ("Arbeitsgruppe Losverfahren", Name("Arbeitsgruppe Losverfahren")),
        ("Netzwerk Kommunale Beteiligung e. V.", Name("Netzwerk Kommunale Beteiligung e. V.")),
        ("Kinder und Jugend", Name("Kinder und Jugend")),
        ("Stadt Auenfels, Fachstelle Beteiligung", Name("Stadt Auenfels, Fachstelle Beteiligung")),
        ("Beteiligungslabor", Name("Beteiligungslabor")),
        ("Gute Sache", Name("Gute Sache")),
    ],
)
def test_a_line_is_read_as_a_person_or_a_group(line: str, name: Name) -> None:
    assert read_name(line, groups=("Gute Sache",)) == name


def test_two_persons_in_four_styles() -> None:
    cited = dict(styles(WORK))
    assert cited["DIN ISO 690"] == (
        "WEBER, Anna und Ben KURZ, 2026. Beteiligung braucht Antworten. Positionspapier. Ausgabe 1.1. Netzwerk"
        " Kommunale Beteiligung, 3. Februar 2026. Verfügbar unter: https://papiere.example/p/antworten/1.1"
    )
    assert cited["APA"] == (
        "Weber, A. & Kurz, B. (2026). Beteiligung braucht Antworten (Positionspapier, Ausgabe 1.1). Netzwerk Kommunale"
        " Beteiligung. https://papiere.example/p/antworten/1.1"
    )
    assert cited["Chicago"] == (
        "Weber, Anna, und Ben Kurz. 2026. Beteiligung braucht Antworten. Positionspapier, Ausgabe 1.1. Netzwerk"
        " Kommunale Beteiligung. https://papiere.example/p/antworten/1.1."
    )
    assert cited["BibTeX"].splitlines() == [
        "@techreport{weber2026-antworten-1.1,",
        "  author = {Weber, Anna and Kurz, Ben},",
        "  title = {{Beteiligung braucht Antworten}},",
        "  type = {Positionspapier},",
        "  number = {Ausgabe 1.1},",
        "  institution = {{Netzwerk Kommunale Beteiligung}},",
        "  year = {2026},",
        "  month = feb,",
        "  day = {3},",
        "  url = {https://papiere.example/p/antworten/1.1},",
        "  langid = {ngerman},",
        "}",
    ]


def test_a_group_is_never_turned_around() -> None:
    cited = dict(styles(replace(WORK, authors=read_names("AG Qualität und Maß"))))
    assert cited["DIN ISO 690"].startswith("AG Qualität und Maß, 2026. ")
    assert cited["APA"].startswith("AG Qualität und Maß. (2026). ")
    assert cited["Chicago"].startswith("AG Qualität und Maß. 2026. ")
    assert "author = {{AG Qualität und Maß}}" in cited["BibTeX"]


def test_signs_that_bibtex_reads_as_orders_are_escaped() -> None:
    cited = dict(styles(replace(WORK, title=r"50 % & {mehr} \input{x} #1_$")))
    assert r"title = {{50 \% \& \{mehr\} \textbackslash{}input\{x\} \#1\_\$}}" in cited["BibTeX"]


def test_a_title_that_asks_gets_no_full_stop() -> None:
    cited = dict(styles(replace(WORK, title="Und wer antwortet?")))
    assert "Und wer antwortet? Positionspapier" in cited["DIN ISO 690"]
    assert "?." not in "".join(cited.values())
