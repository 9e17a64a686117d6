"""The checklist before publication: what blocks, what is only to be looked at, and where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workspace.config import Settings, using
from workspace.editions.checklist import Check, Draft, Finding, blocking, findings, surroundings


@pytest.fixture(autouse=True)
def base_url() -> Iterator[None]:
    with using(Settings(environment="test", secret_key="x" * 40, base_url="https://papiere.example")):
        yield


def found(
    text: str = "Ein Satz.\n", *, files: set[str] | None = None, threads: int = 0, **cover: str
) -> dict[str, Finding]:
    words = {"title": "Titel", "abstract": "Worum es geht.", "contact": "ag@netz.example"} | cover
    draft = Draft(**words, text=text, key="k7")
    return {f.check: f for f in findings(draft, files or set(), open_threads=threads)}


def words_of(finding: Finding, text: str) -> list[str]:
    return [text[place.start : place.end] for place in finding.places]


def test_a_paper_that_has_everything_is_ready() -> None:
    lines = found("## Eins\n\n### Zwei\n\n![Ablauf](a.png)\n\n[Link](https://b.example)\n", files={"a.png"})
    assert all(line.is_well for line in lines.values())
    assert blocking(tuple(lines.values())) == ()
    around = surroundings(is_named=True, legal_gaps=0, has_mail=True)
    assert all(line.is_well for line in around)
    assert [*lines, *(line.check for line in around)] == list(Check)


def test_what_is_unfinished_around_an_edition_is_named_and_stops_nothing() -> None:
    lines = surroundings(is_named=False, legal_gaps=27, has_mail=False)
    assert [(line.check, line.is_well, line.count) for line in lines] == [
        (Check.NETWORK, False, 0), (Check.LEGAL, False, 27), (Check.MAIL, False, 0),
    ]  # fmt: skip
    assert blocking(lines) == ()


@pytest.mark.parametrize(
    ("cover", "code"),
    [({"abstract": " \n"}, "missing_abstract"), ({"contact": ""}, "missing_contact"), ({"title": ""}, "missing_text")],
)
def test_empty_words_of_the_cover_block(cover: dict[str, str], code: str) -> None:
    assert blocking(tuple(found(**cover).values())) == (code,)


def test_a_text_of_guidance_alone_blocks() -> None:
    assert not found("> [!HINWEIS]\n> Schreiben Sie hier.\n")[Check.TEXT].is_well


def test_pictures_without_description_are_named_with_their_place() -> None:
    text = '![](a.png)\n\nText ![ ](b.png) und ![gut](c.png).\n\n![](d.png){alt="auch gut"}\n'
    line = found(text, files={"a.png", "b.png", "c.png", "d.png"})[Check.ALT_TEXTS]
    assert [place.words for place in line.places] == ["a.png", "b.png"]
    assert words_of(line, text)[0] == "![](a.png)"
    assert line.is_blocking


def test_pictures_without_file_block_whatever_the_case_of_their_name() -> None:
    line = found("![A](A.PNG)\n\n![B](b.png)\n", files={"a.png"})[Check.FILES]
    assert [place.words for place in line.places] == ["b.png"]


def test_pictures_in_guidance_do_not_count() -> None:
    lines = found("> [!HINWEIS]\n> ![](muster.png)\n\nText.\n")
    assert lines[Check.ALT_TEXTS].is_well
    assert lines[Check.FILES].is_well
    assert not lines[Check.GUIDANCE].is_well


def test_headings_that_skip_a_level_are_named_but_do_not_block() -> None:
    text = "## Eins\n\n#### Zu *tief*\n\n##### Weiter\n\n## Zwei\n\n### Gut\n"
    lines = found(text)
    assert [place.words for place in lines[Check.HEADINGS].places] == ["Zu tief"]
    assert blocking(tuple(lines.values())) == ()


def test_links_into_the_workspace_are_named_files_and_public_pages_are_not() -> None:
    text = (
        "[Entwurf](/papers/k8) [Gruppe](https://papiere.example/groups/ag) [Anlage](/papers/k7/files/a.pdf)"
        " [Ausgabe](/p/x/1.0) [Start](/) [weg](https://b.example/papers/k8) [unten](#h-x)\n"
    )
    assert [place.words for place in found(text)[Check.LINKS].places] == ["Entwurf", "Gruppe"]


def test_open_threads_are_counted_but_do_not_block() -> None:
    lines = found(threads=3)
    assert (lines[Check.THREADS].count, lines[Check.THREADS].is_well) == (3, False)
    assert blocking(tuple(lines.values())) == ()
