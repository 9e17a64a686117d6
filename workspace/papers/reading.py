"""What a reading page shows: the article, its contents, what changed. Made parts are kept as derived rows.

A part is kept under everything it depends on: hash of the text, marks, tools, language and the versions of the code
that makes it. So nothing has to be dropped when a paper changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy import func, select

from workspace.db import session
from workspace.papers.article import ARTICLE_VERSION, Span, article_html, new_spans
from workspace.papers.models import Attachment, Paper, Revision, SealKind
from workspace.papers.queries import attachments_of
from workspace.papers.seals import require_open
from workspace.papers.store import text_of
from workspace.text import html
from workspace.text.html import Section
from workspace.text.html_inline import Figure, Words
from workspace.text.nodes import Block
from workspace.text.passages import Mark
from workspace.text.redline import REDLINE_VERSION, redline
from workspace.text.tree import blocks, headings, parse, plain_text
from workspace.web.derived import derived, kept
from workspace.web.i18n import locale

VERSIONS = (html.RENDERER_VERSION, ARTICLE_VERSION)


@dataclass(frozen=True, slots=True)
class Article:
    html: Markup
    contents: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a text since a revision.

    total: paragraphs that changed, came, went or moved, as the comparison counts them. new: spans of the blocks that
    get a bar.
    """

    total: int = 0
    new: frozenset[Span] = frozenset()


def article(
    paper: Paper,
    revision: Revision,
    *,
    marks: Iterable[Mark] = (),
    has_handles: bool = False,
    new: frozenset[Span] = frozenset(),
) -> Article:
    """The rendered text of a revision.

    Args:
        marks: commented passages.
        has_handles: the page gives each block a handle with its tools by script; else it shows its address.
        new: blocks with a bar, from `changes`.
    Raises: Sealed.
    """
    passages = tuple(marks)
    if revision.number != paper.head_number:  # the newest is never sealed
        require_open(SealKind.REVISION, revision.id)

    def make() -> str:
        document = parse(text_of(paper, revision.number))
        made = article_html(
            document,
            marks=passages,
            figure=figures(paper),
            has_handles=has_handles,
            new=new,
            new_label=str(escape(_("Geändert, seit Sie zuletzt gelesen haben:"))),
            words=page_words(),
        )
        return json.dumps([_as_list(section) for section in html.outline(document)]) + "\n" + made

    inputs = (
        VERSIONS, revision.text_hash, has_handles, locale(), passages, tuple(sorted(new)),
        _newest_file(paper),
    )  # fmt: skip
    contents, _unused, made = derived(paper.id, "article", inputs, make).partition("\n")
    # the renderer and the tools below escape whatever people wrote
    return Article(Markup(made), [_as_section(item) for item in json.loads(contents)])  # noqa: S704


def _as_list(section: Section) -> list[object]:
    return [section.ident, section.number, section.title, [_as_list(child) for child in section.children]]


def _as_section(item: list[object]) -> Section:
    ident, number, title, children = item
    below = tuple(_as_section(child) for child in children) if isinstance(children, list) else ()
    return Section(str(ident), str(number), str(title), below)


def page_words() -> Words:
    """The words a page adds to a paper, in the reader's language."""
    return Words(
        address=_("Adresse dieses Absatzes"),
        figure=_("Abbildung"),
        table=_("Tabelle"),
        missing=_("Bild fehlt"),
        footnote=_("Fußnote {number}"),
        footnotes=_("Anmerkungen"),
        back=_("Zurück zur Textstelle der Fußnote {number}"),
        back_again=_("Zurück zur {occurrence}. Textstelle der Fußnote {number}"),
        done=_("Erledigt"),
        open=_("Offen"),
        guidance=_("Hinweis"),
    )


def figures(paper: Paper) -> Figure:
    """Finds the pictures of a paper by name."""
    found = {file.name_folded: file for file in attachments_of(paper) if file.is_picture}

    def figure(name: str) -> tuple[str, int, int] | None:
        file = found.get(name.casefold())
        if file is None:
            return None
        return url_for("papers.file", key=paper.key, name=file.name), file.width or 0, file.height or 0

    return figure


def _newest_file(paper: Paper) -> int:
    """Changes when a file comes; files never change or go."""
    return session().scalar(select(func.max(Attachment.id)).where(Attachment.paper_id == paper.id)) or 0


# What changed


def changes(paper: Paper, old: int, new: int) -> Changes:
    """What became of a revision in a later one; counted as the comparison of both counts it."""
    rows = session().execute(
        select(Revision.number, Revision.text_hash).where(
            Revision.paper_id == paper.id, Revision.number.in_((old, new))
        )
    )
    hashes = {row.number: row.text_hash for row in rows}
    if hashes.get(old) == hashes.get(new):
        return Changes()

    def make() -> str:
        difference = redline(parse(text_of(paper, old)), parse(text_of(paper, new)))
        counts = difference.counts
        total = counts.changed + counts.inserted + counts.moved + counts.deleted + counts.formatted
        return json.dumps([total, sorted(new_spans(difference))])

    return _as_changes(derived(paper.id, "changes", _changes_inputs(hashes.get(old), hashes.get(new)), make))


def changes_kept(hashes: Mapping[int, tuple[str, str]]) -> dict[int, Changes]:
    """The same for many papers at once where it was counted before; papers that are not counted yet are missing.

    Args:
        hashes: paper id → hashes of the earlier and the later text.
    """
    found = kept("changes", {paper_id: _changes_inputs(*both) for paper_id, both in hashes.items()})
    same = {paper_id: Changes() for paper_id, (before, after) in hashes.items() if before == after}
    return {paper_id: _as_changes(counted) for paper_id, counted in found.items()} | same


def _changes_inputs(before: str | None, after: str | None) -> tuple[object, ...]:
    return REDLINE_VERSION, ARTICLE_VERSION, before, after


def _as_changes(counted: str) -> Changes:
    total, spans = json.loads(counted)
    return Changes(total, frozenset((start, end) for start, end in spans))


# Single passages


def preview(paper: Paper, text: str) -> Markup:
    """A text that is not saved, as it will read. Its addresses differ from those of a page around it."""
    made = html.render(parse(text), figure=figures(paper), numbers=True, id_prefix="v-", words=page_words())
    return Markup(made)  # noqa: S704 - the renderer escapes whatever people wrote


def block_at(text: str, start: int, end: int) -> Block | None:
    """The block of a text that has exactly this span."""
    return next((block for block in blocks(parse(text)) if (block.start, block.end) == (start, end)), None)


def section_of(text: str, position: int) -> str:
    """The title of the section that a position stands in; "" before the first heading."""
    title = ""
    for heading in headings(parse(text)):
        if heading.start > position:
            break
        title = plain_text(heading)
    return title
