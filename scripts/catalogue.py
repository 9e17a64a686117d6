"""The English catalogue: collect the German sentences of code and templates, keep the translations, compile them.

python scripts/catalogue.py          collect and compile; what is new stands untranslated in messages.po
python scripts/catalogue.py --check  fail when a sentence has no translation, or a file is out of date
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "workspace" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
SOURCES = {
    "workspace": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2"), ("**.atom", "jinja2")],
}
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
}


def is_source(folder: str) -> bool:
    """Babel leaves out folders that begin with "_", where our macros are."""
    return Path(folder).name != "__pycache__"


def collected() -> Catalog:
    """Every sentence that code and templates use."""
    header = "# English translations of the workspace's German sentences; made by scripts/catalogue.py."
    catalog = Catalog(locale="en", charset="utf-8", fuzzy=False, header_comment=header)
    for folder, methods in SOURCES.items():
        options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, kind in methods if kind == "jinja2"}
        found = extract_from_dir(ROOT / folder, methods, options, keywords=KEYWORDS, directory_filter=is_source)
        for name, _line, message, _comments, context in found:
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalog


def translated(catalog: Catalog) -> Catalog:
    """The collected sentences with the translations that are there; nothing is guessed."""
    if PO.exists():
        with PO.open("rb") as file:
            known = read_po(file, locale="en")
        for message in catalog:
            before = known.get(message.id, message.context) if message.id else None
            if before is not None:
                message.string = before.string
    return catalog


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, no_location=True, omit_header=False, width=0, include_previous=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    dates = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Project-Id",
        "Report-Msgid",
    )
    return "".join(line for line in lines if not any(f'"{date}' in line for date in dates)).encode()


def as_mo(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = NO_DATE  # else each run would give another file
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Sentences without a complete translation."""
    found = []
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(strings):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return sorted(found)


def main(arguments: list[str]) -> str | None:
    """What is wrong, or None."""
    catalog = translated(collected())
    missing = untranslated(catalog)
    if "--check" in arguments:
        if missing:
            return f"{len(missing)} sentences have no English translation, first: {missing[0]!r}"
        if not PO.exists() or PO.read_bytes() != as_po(catalog):
            return "messages.po is out of date: run python scripts/catalogue.py"
        with PO.open("rb") as file:
            if not MO.exists() or MO.read_bytes() != as_mo(read_po(file, locale="en")):
                return "messages.mo is out of date: run python scripts/catalogue.py"
        return None
    PO.write_bytes(as_po(catalog))
    with PO.open("rb") as file:
        MO.write_bytes(as_mo(read_po(file, locale="en")))
    print(f"{len(catalog)} sentences, {len(missing)} without translation")  # noqa: T201
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
