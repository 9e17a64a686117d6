"""Pages of papers: the list, the reading page, description, parking, log, who wrote what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from workspace.accounts.names import shown_name
from workspace.accounts.queries import members_by_id
from workspace.discussion import placing
from workspace.discussion.marks import marks_for
from workspace.discussion.models import Placed
from workspace.discussion.queries import get_paper_at, shortened, threads_shown
from workspace.discussion.spans import words_in
from workspace.errors import Invalid, NotFound
from workspace.groups.models import Group
from workspace.groups.queries import get_group, groups_of
from workspace.papers import actions, journal, queries, reading
from workspace.papers.article import places
from workspace.papers.forms import CreateForm, DescribeForm, ParkForm, number_of
from workspace.papers.models import Paper, PaperKind
from workspace.papers.origins import origins
from workspace.papers.rescue import waiting_rescues
from workspace.papers.sittings import is_open
from workspace.papers.store import authors_of, text_of
from workspace.papers.views.blueprint import bp
from workspace.permissions import Permission, can, require
from workspace.text import authorship
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.derived import write_derived
from workspace.web.errors import status_of, wants_json
from workspace.web.links import is_partial, safe_next
from workspace.web.messages import add_messages
from workspace.web.undo import flash_undo

add_messages(
    {
        "paper.create": _l("Papiere beginnen können Redaktion und Leitung der Arbeitsgruppe."),
        "paper.describe": _l("Titel und Angaben ändern können Redaktion und Leitung, solange das Papier nicht ruht."),
        "paper.park": _l("Ein Papier ruhen lassen oder wieder aufnehmen kann nur die Leitung der Arbeitsgruppe."),
    }
)

MOST_COUNTED = 12
"""Papers of one list whose changed paragraphs are counted; for more it only says that they changed."""


# The list


@dataclass(frozen=True)
class Row:
    """A paper in the list: `changed` is None where nothing is new or it was not counted."""

    paper: Paper
    is_changed: bool
    changed: int | None


@bp.get("/papers")
def index() -> ResponseReturnValue:
    rows = _rows(queries.papers_of_groups(actor()))
    groups = [
        (group, [row for row in rows if row.paper.group_id == group.id and not row.paper.is_parked])
        for group in groups_of(actor())
    ]
    return render_template(
        "papers/index.html",
        groups=groups,
        parked=[row for row in rows if row.paper.is_parked],
        is_empty=not rows,
        may_create=[group for group, _papers in groups if can(actor(), Permission.PAPER_CREATE, group)],
    )


def _rows(papers: Sequence[Paper]) -> list[Row]:
    read = queries.read_numbers(actor(), papers)
    rows: list[Row] = []
    counted = 0
    for paper in papers:
        number = read.get(paper.id, paper.head_number)
        is_changed = number < paper.head_number
        changed = None
        if is_changed and counted < MOST_COUNTED:
            counted += 1
            changed = reading.changes(paper, number, paper.head_number).total
        rows.append(Row(paper, is_changed and changed != 0, changed))
    return rows


# A new paper


@bp.get("/groups/<key:group_key>/papers/new")
def create(group_key: str) -> ResponseReturnValue:
    group = _writing_group(group_key)
    return _create_page(group, CreateForm(formdata=None))


@bp.post("/groups/<key:group_key>/papers/new")
def create_post(group_key: str) -> ResponseReturnValue:
    group, form = _writing_group(group_key), CreateForm()
    if not form.validate():
        return _create_page(group, form), 422
    try:
        paper = actions.create_paper(
            actor(), group, kind=PaperKind(form.kind.data), title=form.title.data, abstract=form.abstract.data,
            contact=form.contact.data,
        )  # fmt: skip
    except Invalid as error:
        form.take(error)
        return _create_page(group, form), status_of(error)
    flash(_("Das Papier ist angelegt. Die Hinweise im Text sagen, was wohin gehört."))
    return redirect(url_for(".show", key=paper.key), 303)


def _writing_group(key: str) -> Group:
    group = get_group(actor(), key)
    require(actor(), Permission.PAPER_CREATE, group)
    return group


def _create_page(group: Group, form: CreateForm) -> str:
    return render_template("papers/create.html", group=group, form=form)


# Reading


@bp.get("/papers/<key:key>")
def show(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    revision = queries.head_of(paper)
    text = text_of(paper, revision.number)
    threads = threads_shown(actor(), paper, revision.number, text, keep=_keep_places)
    mark = queries.last_read(actor(), paper)
    is_behind = mark is not None and mark.revision_number < revision.number
    changes = reading.changes(paper, mark.revision_number, revision.number) if mark and is_behind else reading.Changes()
    return render_template(
        "papers/show.html",
        paper=paper,
        revision=revision,
        article=reading.article(paper, revision, marks=marks_for(threads), has_handles=True, new=changes.new),
        threads=threads,
        changes=changes,
        mark=mark,
        is_read=mark is not None and not is_behind,
        others=queries.others_editing(actor(), paper),
        is_ahead=is_open(paper),
        rescues=waiting_rescues(actor(), paper),
    )


def _keep_places(rows: Sequence[Placed]) -> None:
    write_derived(lambda own: placing.keep(rows, own))


@bp.get("/papers/<key:key>/revisions/<number:number>/blocks")
def blocks(key: str, number: int) -> ResponseReturnValue:
    """All blocks of a revision as links to their tools: the way to them without scripts."""
    paper, shown = get_paper_at(actor(), key, number)
    document = parse(text_of(paper, shown))
    listed = [(place.ident, shortened(words_in(document, *place.words))) for place in places(document).values()]
    return render_template(
        "papers/blocks.html", paper=paper, revision=queries.get_revision(paper, shown), listed=listed
    )


@bp.get("/papers/<key:key>/revisions/<number:number>/blocks/<ident>")
def block_tools(key: str, number: int, ident: str) -> ResponseReturnValue:
    """What can be done with one block of a revision: the piece that opens at its handle, or a page of its own."""
    paper, shown = get_paper_at(actor(), key, number)
    document = parse(text_of(paper, shown))
    place = places(document).get(ident)
    if place is None:
        raise NotFound
    return render_template(
        "papers/_block_tools.html" if is_partial() else "papers/block_tools.html",
        paper=paper,
        revision=queries.get_revision(paper, shown),
        place=place,
        words=words_in(document, *place.words),
    )


@bp.post("/papers/<key:key>/reading")
def read(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    number = number_of(request.form.get("revision"))
    if number is None or not 1 <= number <= paper.head_number:
        raise NotFound
    mark = queries.last_read(actor(), paper)
    before = mark.revision_number if mark is not None else 0
    actions.mark_read(actor(), paper, number)
    if not wants_json():  # the script that notices reading shows no answer
        text = _("Gemerkt. Ab jetzt sehen Sie, was sich danach ändert.")
        if number > before:
            flash_undo(text, ".unread", sent={"revision": before}, key=key)
        else:
            flash(text)
    return redirect(safe_next(request.form.get("next")) or url_for(".show", key=key), 303)


@bp.post("/papers/<key:key>/unreading")
def unread(key: str) -> ResponseReturnValue:
    """Take "mark as read" back, to the revision that was read before."""
    paper = queries.get_paper(actor(), key)
    number = number_of(request.form.get("revision"))
    if number is None or number > paper.head_number:
        raise NotFound
    actions.mark_unread(actor(), paper, number)
    flash(_("Das Papier gilt wieder als nicht zu Ende gelesen."))
    return redirect(url_for(".show", key=key), 303)


# Description and parking


@bp.get("/papers/<key:key>/description")
def describe(key: str) -> ResponseReturnValue:
    paper = _describable(key)
    form = DescribeForm(formdata=None, title=paper.title, abstract=paper.abstract, contact=paper.contact)
    return _describe_page(paper, form)


@bp.post("/papers/<key:key>/description")
def describe_post(key: str) -> ResponseReturnValue:
    paper, form = _describable(key), DescribeForm()
    if not form.validate():
        return _describe_page(paper, form), 422
    try:
        actions.describe_paper(
            actor(), paper, title=form.title.data, abstract=form.abstract.data, contact=form.contact.data
        )
    except Invalid as error:
        form.take(error)
        return _describe_page(paper, form), status_of(error)
    flash(_("Die Angaben sind gespeichert."))
    return redirect(url_for(".show", key=key), 303)


def _describable(key: str) -> Paper:
    paper = queries.get_paper(actor(), key)
    require(actor(), Permission.PAPER_DESCRIBE, paper)
    return paper


def _describe_page(paper: Paper, form: DescribeForm, parking: ParkForm | None = None) -> str:
    return render_template("papers/describe.html", paper=paper, form=form, parking=parking or ParkForm(formdata=None))


@bp.post("/papers/<key:key>/parking")
def park(key: str) -> ResponseReturnValue:
    paper, form = queries.get_paper(actor(), key), ParkForm()
    require(actor(), Permission.PAPER_PARK, paper)
    if not form.validate():
        described = DescribeForm(formdata=None, title=paper.title, abstract=paper.abstract, contact=paper.contact)
        return _describe_page(paper, described, form), 422
    actions.park_paper(actor(), paper, reason=form.reason.data)
    flash_undo(_("Das Papier ruht. Alle können es weiter lesen."), ".unpark", key=key)
    return redirect(url_for(".show", key=key), 303)


@bp.post("/papers/<key:key>/unparking")
def unpark(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    reason = paper.parked_reason
    actions.unpark_paper(actor(), paper)
    flash_undo(_("Das Papier ist wieder in Arbeit."), ".park", sent={"reason": reason}, key=key)
    return redirect(url_for(".show", key=key), 303)


# Log and authorship


@bp.get("/papers/<key:key>/log", endpoint="log")
def show_log(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    before = number_of(request.args.get("before"))
    lines, older = journal.lines_of(paper, before)
    return render_template("papers/log.html", paper=paper, lines=lines, older=older, before=before)


@bp.get("/papers/<key:key>/authors")
def who_wrote(key: str) -> ResponseReturnValue:
    """Who wrote a passage; the whole text where the address names none, and as JSON every stretch of it."""
    paper = queries.get_paper(actor(), key)
    revision = queries.get_revision(paper, number_of(request.args.get("revision", str(paper.head_number))) or 0)
    if wants_json():
        return _every_stretch(paper, revision.number)
    start = number_of(request.args.get("start", "0"))
    end = number_of(request.args.get("end", str(revision.length)))
    if start is None or end is None or not 0 <= start < end <= revision.length:
        raise NotFound
    is_whole = (start, end) == (0, revision.length)
    return render_template(
        "papers/who_wrote.html",
        paper=paper,
        revision=revision,
        is_whole=is_whole,
        passage="" if is_whole else words_in(parse(text_of(paper, revision.number)), start, end),
        origins=origins(paper, revision.number, start, end),
    )


def _every_stretch(paper: Paper, number: int) -> dict[str, object]:
    """Lengths in code points, each with its author's place among the people; those of the longest text come first."""
    runs = authors_of(paper, number).runs
    authors = [author for author, _written in authorship.who_wrote(runs, 0, sum(length for _author, length in runs))]
    people = members_by_id(author for author in authors if isinstance(author, int))
    names = [shown_name(people.get(author) if isinstance(author, int) else None) for author in authors]
    return {"people": names, "runs": [[authors.index(author), length] for author, length in runs]}
