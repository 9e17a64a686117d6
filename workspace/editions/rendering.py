"""What pages of submissions and editions show: the text, the difference of two editions, how to cite.

Made parts are kept as derived rows under everything they depend on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from workspace.editions import citation
from workspace.editions.links import for_readers
from workspace.editions.models import Edition, Submission
from workspace.editions.queries import files_of_edition, key_of
from workspace.papers.article import ARTICLE_VERSION, article_html
from workspace.papers.attachments import attachments_in
from workspace.papers.comparison import View
from workspace.papers.comparison_contents import Part, contents
from workspace.papers.comparison_words import parts, redline_words, sentence
from workspace.papers.models import Attachment
from workspace.papers.reading import Article, page_words
from workspace.text import html
from workspace.text.html import Section
from workspace.text.html_inline import Figure
from workspace.text.nodes import Document
from workspace.text.passages import Mark
from workspace.text.redline import REDLINE_VERSION, Counts, redline
from workspace.text.redline_views import Look, changes_only, column, side_by_side
from workspace.text.tree import parse
from workspace.web.derived import derived
from workspace.web.i18n import fmt_date, local, locale
from workspace.web.links import absolute

EDITION_VERSION = 2
"""Part of every cache key: raise it with every change of what is written here."""
VERSIONS = (EDITION_VERSION, html.RENDERER_VERSION, ARTICLE_VERSION, REDLINE_VERSION)

FileUrl = Callable[[Attachment], str]


# The text of an edition


def edition_article(edition: Edition) -> Article:
    """The text of an edition as everybody reads it."""

    def make() -> str:
        files = files_of_edition(edition)
        address = _edition_file(edition)
        document = _public(edition, files, address)
        made = html.render(document, figure=_figure(files, address), guidance=False, numbers=True, words=page_words())
        return _with_contents(document, made)

    return _article(derived(edition.paper_id, "edition", (VERSIONS, edition.id, edition.text_hash, locale()), make))


def _edition_file(edition: Edition) -> FileUrl:
    def address(file: Attachment) -> str:
        return url_for(
            "editions.file", slug=edition.slug, major=edition.major, minor=edition.minor, name=file.name
        )  # fmt: skip

    return address


def _public(edition: Edition, files: Sequence[Attachment], address: FileUrl) -> Document:
    found = {file.name_folded: address(file) for file in files}
    return for_readers(parse(edition.text), key_of(edition), lambda name: found.get(name.casefold()))


def _figure(files: Sequence[Attachment], address: FileUrl) -> Figure:
    found = {file.name_folded: file for file in files if file.is_picture}

    def figure(name: str) -> tuple[str, int, int] | None:
        file = found.get(name.casefold())
        return (address(file), file.width or 0, file.height or 0) if file is not None else None

    return figure


def _with_contents(document: Document, made: str) -> str:
    return json.dumps([asdict(section) for section in html.outline(document)]) + "\n" + made


def _article(kept: str) -> Article:
    contents, _newline, made = kept.partition("\n")
    sections = [_section(item) for item in json.loads(contents)]
    return Article(Markup(made), sections)  # noqa: S704 - the renderer escapes whatever people wrote


def _section(item: dict[str, object]) -> Section:
    below = item["children"]
    children = tuple(_section(child) for child in below) if isinstance(below, list) else ()
    return Section(str(item["ident"]), str(item["number"]), str(item["title"]), children)


# The text of a submission, for coordination


def submission_article(submission: Submission, text: str, *, marks: tuple[Mark, ...], has_handles: bool) -> Article:
    """The frozen text as coordination reads it, with the comments it may see."""
    paper = submission.paper

    def address(file: Attachment) -> str:
        return url_for("editions.submission_file", submission_id=submission.id, name=file.name)

    def make() -> str:
        document = parse(text)
        files = attachments_in(paper, document)
        found = {file.name_folded: address(file) for file in files}
        document = for_readers(document, paper.key, lambda name: found.get(name.casefold()))
        made = article_html(
            document, marks=marks, figure=_figure(files, address), has_handles=has_handles, words=page_words()
        )
        return _with_contents(document, made)

    inputs = (VERSIONS, submission.id, submission.revision_number, marks, has_handles, locale())
    return _article(derived(paper.id, "submission", inputs, make))


# Two editions compared


def edition_counts(old: Edition, new: Edition) -> Counts:
    """What changed between two editions, counted in paragraphs."""

    def make() -> str:
        counts = redline(parse(old.text), parse(new.text)).counts
        return json.dumps([counts.changed, counts.inserted, counts.moved, counts.deleted, counts.formatted])

    return Counts(*json.loads(derived(new.paper_id, "edition-counts", (VERSIONS, old.text_hash, new.text_hash), make)))


@dataclass(frozen=True)
class Difference:
    """The marked difference of two editions.

    total: changes to step through. sections: where they lie; empty where there are few.
    """

    html: Markup
    total: int
    sections: Sequence[Part]
    view: View
    has_moves: bool


def edition_difference(old: Edition, new: Edition, view: View) -> Difference:
    """The marked difference of two editions of one paper, in one column, side by side or changes only."""

    def make() -> str:
        address = {
            file.id: _edition_file(edition)(file) for edition in (old, new) for file in files_of_edition(edition)
        }
        files = list({file.id: file for edition in (old, new) for file in files_of_edition(edition)}.values())
        documents = [_public(edition, files, lambda file: address[file.id]) for edition in (old, new)]
        difference = redline(documents[0], documents[1])
        look = Look(words=redline_words(), figure=_figure(files, lambda file: address[file.id]))
        if view is View.SIDE:
            made = side_by_side(difference, dated(old), dated(new), look)
        else:
            made = (changes_only if view is View.CHANGES else column)(difference, look)
        sections = [part.pack() for part in contents(difference, notes=look.words.page.footnotes)]
        return json.dumps([difference.total, sections, difference.counts.moved > 0]) + "\n" + made

    head, _newline, made = derived(
        new.paper_id, "edition-diff", (VERSIONS, old.id, new.id, old.text_hash, new.text_hash, view, locale()), make
    ).partition("\n")
    total, sections, has_moves = json.loads(head)
    marked = Markup(made)  # noqa: S704 - the renderer escapes whatever people wrote
    return Difference(marked, total, [Part.unpack(part) for part in sections], view, has_moves)


def said(counts: Counts) -> str:
    """What changed, on one line: "3 Absätze geändert, 2 eingefügt, 1 gestrichen.\""""
    found = parts(counts)
    return ", ".join(found) + "." if found else str(_("Der Text ist gleich geblieben."))


def sentence_of(old: Edition, new: Edition) -> tuple[str, str, str]:
    """What changed between two editions, as `comparison_words.sentence` says it."""
    when = _("Von Ausgabe %(old)s zu Ausgabe %(new)s", old=old.number, new=new.number)
    return sentence(when, edition_counts(old, new))


# Citing, and what search engines read


@dataclass(frozen=True)
class Described:
    """An edition as those see it who cite it."""

    work: citation.Work
    styles: tuple[tuple[str, str], ...]
    meta: tuple[tuple[str, str], ...]
    """(name, content) of meta elements."""
    linked: dict[str, object]
    """JSON-LD."""


def described(edition: Edition, publisher: str) -> Described:
    """All facts about an edition for citations, meta elements and JSON-LD.

    Sources: Google Scholar's inclusion guidelines (citation_*), schema.org Report.
    """
    url = absolute("editions.show", slug=edition.slug, major=edition.major, minor=edition.minor)
    names = citation.read_names(edition.authors, groups=(edition.group_name, publisher))
    published = local(edition.published_at).date()
    work = citation.Work(
        names or (citation.Name(edition.group_name),), edition.title, kind_word(edition.kind), edition.number,
        published, publisher, url, edition.slug,
    )  # fmt: skip
    meta = (
        ("description", " ".join(edition.abstract.split())[:300]),
        ("citation_title", edition.title),
        *(("citation_author", name.inverted) for name in work.authors),
        ("citation_publication_date", f"{published:%Y/%m/%d}"),
        ("citation_technical_report_institution", publisher),
        ("citation_technical_report_number", edition.number),
        ("citation_language", "de"),
        ("citation_abstract_html_url", url),
        ("citation_fulltext_html_url", url),
    )
    return Described(work, citation.styles(work), meta, _linked(edition, work))


def _linked(edition: Edition, work: citation.Work) -> dict[str, object]:
    return {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": work.title,
        "author": [
            {"@type": "Person", "givenName": n.given, "familyName": n.family, "name": n.straight}
            if n.given
            else {"@type": "Organization", "name": n.family}
            for n in work.authors
        ],
        "publisher": {"@type": "Organization", "name": work.publisher},
        "datePublished": work.published.isoformat(),
        "version": work.number,
        "inLanguage": "de",
        "abstract": edition.abstract,
        "url": work.url,
        "isAccessibleForFree": True,
        "accessMode": ["textual", "visual"],
        "accessibilityFeature": ["structuralNavigation", "tableOfContents", "alternativeText"],
    }


def kind_word(kind: str) -> str:
    """Positionspapier, Arbeitspapier, Berufsbild: in German, as the edition is."""
    words = {"position_paper": "Positionspapier", "working_paper": "Arbeitspapier", "profession_profile": "Berufsbild"}
    return words[kind]


def dated(edition: Edition) -> str:
    """Ausgabe 1.1 vom 3. Februar 2026"""
    return str(_("Ausgabe %(number)s vom %(date)s", number=edition.number, date=fmt_date(edition.published_at)))
