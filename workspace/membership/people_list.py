"""A list of people as it comes from Excel or a mail, read line by line: name; mail; municipality; group; role."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workspace.permissions import Role
from workspace.search import fold
from workspace.text.normal import normalize

COLUMNS = ("name", "email", "organisation", "group", "role", "function")
"""In this order where the list has no headings."""
HEADINGS: Mapping[str, str] = {
    "name": "name", "vor- und nachname": "name", "vorname": "first", "first name": "first", "nachname": "last",
    "familienname": "last", "last name": "last", "surname": "last", "mail": "email", "e-mail": "email",
    "email": "email", "mailadresse": "email", "e-mail-adresse": "email", "kommune": "organisation",
    "gemeinde": "organisation", "stadt": "organisation", "organisation": "organisation",
    "municipality": "organisation", "gruppe": "group", "arbeitsgruppe": "group", "ag": "group", "group": "group",
    "rolle": "role", "role": "role", "funktion": "function", "function": "function",
}  # fmt: skip
ROLES: Mapping[str, Role] = {
    "mitlesen": Role.READER, "reader": Role.READER, "lesen": Role.READER, "review": Role.REVIEWER,
    "reviewer": Role.REVIEWER, "redaktion": Role.EDITOR, "editor": Role.EDITOR, "leitung": Role.LEAD,
    "lead": Role.LEAD,
}  # fmt: skip
SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True)
class Line:
    """One person of the list, as it was written."""

    number: int
    """Of the line in the text."""
    name: str = ""
    email: str = ""
    organisation: str = ""
    group: str = ""
    role: str = ""
    function: str = ""


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 with its mark, UTF-8 without, else what Excel writes on Windows.

    >>> decoded("Jürgen;j@a.example".encode("cp1252")), decoded("\\ufeffJürgen".encode())
    ('Jürgen;j@a.example', 'Jürgen')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_lines(text: str) -> list[Line]:
    """The people of a list; empty lines are left out, headings too."""
    text = normalize(text.removeprefix("\ufeff"))
    rows = list(_rows(text))
    if not rows:
        return []
    headings = _headings(rows[0][1])
    if headings is not None:
        rows = rows[1:]
    return [_line(number, cells, headings or COLUMNS) for number, cells in rows]


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """(line number, cells); a quoted cell may hold line ends."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        number, before = before + 1, reader.line_num
        cleaned = [" ".join(cell.split()) for cell in cells]
        if any(cleaned):
            yield number, cleaned


def _headings(cells: Sequence[str]) -> tuple[str, ...] | None:
    """What each column holds, when the first line says so."""
    named = tuple(HEADINGS.get(cell.lower().strip(" *:"), "") for cell in cells)
    return named if "email" in named and not any("@" in cell for cell in cells) else None


def _line(number: int, cells: Sequence[str], columns: Sequence[str]) -> Line:
    found = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    name = found.get("name") or f"{found.get('first', '')} {found.get('last', '')}".strip()
    email = found.get("email", "").strip("<>").removeprefix("mailto:").lower()
    return Line(
        number, name, email, found.get("organisation", ""), found.get("group", ""), found.get("role", ""),
        found.get("function", ""),
    )  # fmt: skip


def role_of(words: str) -> Role | None:
    """The role that is meant; None when none is known by this word."""
    return ROLES.get(fold(words).strip())
