"""Pages of papers: history, one revision, comparison, restoring, naming a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import func, select

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.config import settings
from workspace.db import session
from workspace.editions.models import Edition
from workspace.errors import Invalid, NotFound
from workspace.notices.models import Notice, NoticeKind
from workspace.notices.seen import note_seen
from workspace.papers import actions, queries, reading, timeline
from workspace.papers.comparison import View, compare
from workspace.papers.comparison_words import period, sentence
from workspace.papers.forms import number_of
from workspace.papers.models import Paper, ReadMark, Revision, Version
from workspace.papers.views.blueprint import bp
from workspace.permissions import Permission, can
from workspace.web.actor import actor
from workspace.web.derived import derived
from workspace.web.errors import status_of
from workspace.web.forms import Form, LineField, MaxLength, Required, clean_line
from workspace.web.i18n import fmt_datetime, local, locale
from workspace.web.messages import add_messages
from workspace.web.undo import flash_undo

add_messages(
    {
        "nothing_to_restore": _l("Der Text ist schon so, wie er in diesem Stand war. Es gibt nichts zurückzuholen."),
        "version_named": _l("Dieser Stand hat schon einen Namen."),
        "version.name": _l("Fassungen benennen können Redaktion und Leitung, solange das Papier nicht ruht."),
    }
)


class RestoreForm(Form):
    summary = LineField(_l("Warum?"), [MaxLength("summary_max")])


class VersionForm(Form):
    name = LineField(
        _l("Name der Fassung"),
        [Required(_l("Bitte geben Sie der Fassung einen Namen.")), MaxLength("version_name_max")],
    )
    note = LineField(_l("Anmerkung"), [MaxLength("summary_max")])


# The history


@bp.get("/papers/<key:key>/history")
def history(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    filters = timeline.Filters(
        who=number_of(request.args.get("who")),
        named_only=request.args.get("versions") == "1",
        words=clean_line(request.args.get("q"))[: settings().search_max],
    )
    shown = _Shown(filters, number_of(request.args.get("before")), number_of(request.args.get("chosen")))
    chosen = queries.get_revision(paper, shown.chosen) if shown.chosen else None
    mark = queries.last_read(actor(), paper)
    contributors = timeline.contributors(paper)
    members = {member.id: member for member, _count in contributors}
    return render_template(
        "papers/history.html",
        paper=paper,
        timeline=Markup(_kept_timeline(paper, shown, mark, members)),  # noqa: S704 - made by a template
        filters=filters,
        wanted=members.get(filters.who) if filters.who is not None else None,
        chosen=chosen,
        mark=mark,
        contributors=contributors,
    )


@dataclass(frozen=True)
class _Shown:
    """What of the history a page shows.

    before: only revisions below this number. chosen: the one of two revisions to compare that is chosen already.
    """

    filters: timeline.Filters
    before: int | None
    chosen: int | None

    def address(self, paper: Paper, before: int | None) -> str:
        filters = self.filters
        return url_for(
            "papers.history", key=paper.key, before=before, who=filters.who,
            versions="1" if filters.named_only else None, q=filters.words or None, chosen=self.chosen,
        )  # fmt: skip


def _kept_timeline(paper: Paper, shown: _Shown, mark: ReadMark | None, members: Mapping[int, Member]) -> str:
    """The days of one page, made once for everything they show."""
    milestones = session().execute(
        select(
            select(func.max(Version.id)).where(Version.paper_id == paper.id).scalar_subquery(),
            select(func.max(Edition.id)).where(Edition.paper_id == paper.id).scalar_subquery(),
        )
    )
    names = tuple((member.id, member.name, member.organisation_id) for member in members.values())
    read = mark.revision_number if mark is not None else 0
    inputs = (
        *(timeline.TIMELINE_VERSION, locale(), paper.key, paper.head_number, *milestones.one()),
        *(shown, read, names, local(now()).year),
    )
    return derived(paper.id, "history", inputs, lambda: _timeline(paper, shown, mark, members))


def _timeline(paper: Paper, shown: _Shown, mark: ReadMark | None, members: Mapping[int, Member]) -> str:
    page = timeline.timeline(paper, shown.filters, shown.before, mark, members)
    return render_template(
        "papers/_timeline.html",
        paper=paper,
        page=page,
        filters=shown.filters,
        chosen=shown.chosen,
        read=mark.revision_number if mark is not None else 0,
        editions=_editions(paper),
        period=period,
        # looked up once: each line of the page ends them with its numbers
        comparisons=url_for(".compare", key=paper.key, old=1, new=1).removesuffix("1/1"),
        revisions=url_for(".revision", key=paper.key, number=1).removesuffix("1"),
        choosing=url_for(".history", key=paper.key, chosen=0).removesuffix("0"),
        older=shown.address(paper, page.older) if page.older else "",
        newer=shown.address(paper, None) if shown.before else "",
    )


def _editions(paper: Paper) -> dict[int, Edition]:
    """The published editions by their revision; the newest of one revision."""
    rows = session().scalars(select(Edition).where(Edition.paper_id == paper.id).order_by(Edition.id))
    return {edition.revision_number: edition for edition in rows}


# One revision


@bp.get("/papers/<key:key>/revisions/<number:number>")
def revision(key: str, number: int) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    found = queries.get_revision(paper, number)
    return _revision_page(paper, found)


def _revision_page(
    paper: Paper, found: Revision, *, restoring: RestoreForm | None = None, naming: VersionForm | None = None
) -> str:
    return render_template(
        "papers/revision.html",
        paper=paper,
        revision=found,
        article=reading.article(paper, found),
        is_head=found.number == paper.head_number,
        mark=queries.last_read(actor(), paper),
        may_restore=can(actor(), Permission.REVISION_SAVE, paper) and found.number != paper.head_number,
        may_name=can(actor(), Permission.VERSION_NAME, paper) and found.version is None,
        restoring=restoring or RestoreForm(formdata=None),
        naming=naming or VersionForm(formdata=None),
    )


@bp.post("/papers/<key:key>/revisions/<number:number>/restoration")
def restore(key: str, number: int) -> ResponseReturnValue:
    paper, form = queries.get_paper(actor(), key), RestoreForm()
    found = queries.get_revision(paper, number)
    if not form.validate():
        return _revision_page(paper, found, restoring=form), 422
    before = paper.head_number
    expected = number_of(request.form.get("head"))
    if expected is not None and expected != before:  # an undo that came too late would put others' words aside
        flash(
            _("Inzwischen wurde weitergeschrieben. Wählen Sie im Verlauf, welcher Stand zurückkommen soll."), "warning"
        )
        return redirect(url_for(".history", key=key), 303)
    summary = form.summary.data or _("Stand vom %(date)s zurückgeholt", date=fmt_datetime(found.created_at))
    made = actions.restore_revision(actor(), paper, number, summary=summary)
    text = _("Der Text vom %(date)s ist als neuer Stand zurück.", date=fmt_datetime(found.created_at))
    flash_undo(text, ".restore", sent={"head": made.number}, key=key, number=made.number - 1)
    return redirect(url_for(".show", key=key), 303)


@bp.post("/papers/<key:key>/revisions/<number:number>/version")
def name_version(key: str, number: int) -> ResponseReturnValue:
    paper, form = queries.get_paper(actor(), key), VersionForm()
    found = queries.get_revision(paper, number)
    if not form.validate():
        return _revision_page(paper, found, naming=form), 422
    try:
        version = actions.name_version(actor(), found, name=form.name.data, note=form.note.data)
    except Invalid as error:
        form.take(error)
        return _revision_page(paper, found, naming=form), status_of(error)
    flash(_("Dieser Stand heißt jetzt Fassung %(name)s.", name=version.name))
    return redirect(url_for(".revision", key=key, number=number), 303)


# Comparing


@bp.get("/papers/<key:key>/compare")
def choose_compare(key: str) -> ResponseReturnValue:
    """Where the form "compare other revisions" leads: to the address of the comparison."""
    paper = queries.get_paper(actor(), key)
    old, new = (number_of(request.args.get(name)) for name in ("old", "new"))
    if not old or not new:
        raise NotFound
    return redirect(_address(paper, min(old, new), max(old, new), _view()), 303)


@bp.get("/papers/<key:key>/compare/<number:old>/<number:new>", endpoint="compare")
def show_comparison(key: str, old: int, new: int) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    if old > new:
        return redirect(_address(paper, new, old, _view()), 303)
    view = _view()
    revisions = queries.get_revision(paper, old), queries.get_revision(paper, new)
    found = compare(paper, *revisions, view)
    was_shown = Notice.subject_id.between(old, new) & (Notice.since >= old)
    note_seen(actor(), Notice.paper_id == paper.id, Notice.kind == NoticeKind.REVISION, was_shown)
    mark = queries.last_read(actor(), paper)
    at = number_of(request.args.get("change")) or 0
    return render_template(
        "papers/compare.html",
        paper=paper,
        comparison=found,
        sentence=sentence(period(found.since, found.new.created_at), found.counts),
        article=reading.article(paper, found.new) if view is View.CLEAN else None,
        stands=timeline.stands(paper, old, new, mark.revision_number if mark else 0),
        mark=mark,
        at=at if at <= found.total else 0,
        total=found.total if view is not View.CLEAN else 0,
    )


def _view() -> View:
    wanted = request.args.get("view", "")
    return View(wanted) if wanted in set(View) else View.COLUMN


def _address(paper: Paper, old: int, new: int, view: View) -> str:
    shown = None if view is View.COLUMN else view.value
    return url_for("papers.compare", key=paper.key, old=old, new=new, view=shown)
