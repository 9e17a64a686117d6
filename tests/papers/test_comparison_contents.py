"""Where changes lie, by section: each change is counted once, and every link leads to a change that is there."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_paper, save
from tests.conftest import ClientFor
from tests.papers.test_compare import page_of
from tests.people import People
from workspace.papers.comparison_contents import ENOUGH_CHANGES, Part, contents
from workspace.text.redline import redline
from workspace.text.redline_views import column
from workspace.text.tree import parse

OLD = """Ein Satz am Anfang.

## Anlass

Eins ist gesagt. Zwei ist gesagt.

### Vorgeschichte

Drei ist gesagt.

Vier ist gesagt.

## Folgen

Fünf ist gesagt.[^1]

Sechs ist gesagt.

## Ohne Änderung

Hier bleibt alles.

[^1]: Eine Anmerkung.
"""
NEW = (
    OLD.replace("Satz am", "Gedanke am").replace("Eins ist", "Eins sei").replace("Drei ist", "Drei sei")
    .replace("Vier ist", "Vier sei").replace("Fünf ist", "Fünf sei").replace("Sechs ist", "Sechs sei")
    .replace("Eine Anmerkung", "Die Anmerkung")
)  # fmt: skip


def parts_of(old: str, new: str) -> list[Part]:
    return contents(redline(parse(old), parse(new)), notes="Anmerkungen")


def test_changes_are_counted_by_section_and_part() -> None:
    found = [(part.number, part.title, part.first, part.count) for part in parts_of(OLD, NEW)]
    assert found == [
        ("", "", 1, 1), ("1", "Anlass", 2, 3), ("2", "Folgen", 5, 2), ("", "Anmerkungen", 7, 1),
    ]  # fmt: skip
    (below,) = parts_of(OLD, NEW)[1].parts
    assert (below.number, below.title, below.first, below.count) == ("1.1", "Vorgeschichte", 3, 2)


def test_few_changes_or_one_section_need_no_list() -> None:
    assert parts_of(OLD, OLD.replace("Eins", "Einer").replace("Fünf", "Vier")) == []
    one = "## Nur eins\n\n" + "\n\n".join(f"Satz Nummer {n} steht hier." for n in range(ENOUGH_CHANGES + 2)) + "\n"
    assert parts_of(one, one.replace("steht", "stand")) == []


def test_what_is_kept_comes_back_the_same() -> None:
    found = parts_of(OLD, NEW)
    assert [Part.unpack(part) for part in json.loads(json.dumps([part.pack() for part in found]))] == found


LINES = st.sampled_from(["## Eins", "### Eins a", "## Zwei", "Ein Satz.", "Noch ein Satz.", "- Punkt", "> Zitat"])
TEXTS = st.lists(LINES, max_size=20).map(lambda lines: "\n\n".join(lines) + "\n")


@given(old=TEXTS, new=TEXTS)
def test_every_change_is_counted_once_and_every_link_leads_somewhere(old: str, new: str) -> None:
    difference = redline(parse(old), parse(new))
    found = contents(difference, notes="Anmerkungen")
    if not found:
        return
    assert sum(part.count for part in found) == difference.total
    ids = set(re.findall(r'id="c(\d+)"', column(difference)))
    for part in (each for top in found for each in (top, *top.parts)):
        assert str(part.first) in ids
    for top in found:
        assert sum(part.count for part in top.parts) <= top.count


def test_the_page_lists_the_sections_and_leads_to_their_first_change(client_for: ClientFor, people: People) -> None:
    paper = make_paper(people, text=OLD)
    save(paper, people.editor, NEW)
    for view in ("", "?view=side", "?view=changes"):
        page = page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/2{view}")
        (listed,) = re.findall(
            r'<nav class="cmp__toc[^"]*" aria-label="Änderungen nach Abschnitten">(.*?)</nav>', page, re.S
        )
        said = [" ".join(re.sub("<[^>]*>", " ", line).split()) for line in re.findall("<a .*?</a>", listed, re.S)]
        assert said == [
            "Anfang des Textes 1 Änderung", "1 Anlass 3 Änderungen", "1.1 Vorgeschichte 2 Änderungen",
            "2 Folgen 2 Änderungen", "Anmerkungen 1 Änderung",
        ]  # fmt: skip
        for target in re.findall(r'href="#(c\d+)"', listed):
            assert page.count(f'id="{target}"') == 1
    assert "cmp__toc" not in page_of(client_for, people.reader, f"/papers/{paper.key}/compare/1/2?view=clean")
