"""All threads of a paper: as a list, beside the editor, on paper."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from workspace.discussion import queries
from workspace.discussion.actions import TextAt
from workspace.discussion.keeping import keep_places
from workspace.discussion.lists import KIND_FILTERS, STATE_FILTERS, Chosen, counts, filtered, pages
from workspace.discussion.marks import numbered_marks
from workspace.discussion.queries import ThreadView
from workspace.discussion.views.blueprint import (
    bp,
    revision_asked,
    text_address,
)
from workspace.papers.forms import number_of
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision
from workspace.papers.reading import article
from workspace.papers.store import text_of
from workspace.permissions import Permission, can
from workspace.web.actor import actor


@bp.get("/papers/<key:key>/threads")
def index(key: str) -> ResponseReturnValue:
    paper, number = queries.get_paper_at(actor(), key, revision_asked())
    chosen = Chosen.of(request.args.get("state"), request.args.get("kind"), number_of(request.args.get("page")))
    views = queries.threads_shown(actor(), paper, number, text_of(paper, number), keep=keep_places)
    found = sorted(filtered(views, chosen, actor().member_id), key=lambda view: view.number, reverse=True)
    shown, last_page = pages(found, chosen.page)
    return render_template(
        "discussion/index.html",
        paper=paper,
        revision_number=number,
        views=shown,
        total=len(views),
        chosen=chosen,
        last_page=last_page,
        states=STATE_FILTERS,
        kinds=KIND_FILTERS,
        counts=counts(views, chosen, actor().member_id),
        may_open=can(actor(), Permission.THREAD_OPEN, TextAt(paper, number)),
        back=text_address(paper, number),
    )


@bp.get("/papers/<key:key>/threads.json")
def threads_json(key: str) -> ResponseReturnValue:
    """The threads beside the newest revision, for the editor's margin; `source` is the passage as written there."""
    paper, number = queries.get_paper_at(actor(), key, None)
    text = text_of(paper, number)
    views = queries.threads_shown(actor(), paper, number, text, keep=keep_places)
    return {"revision": number, "threads": [_placed_thread(paper, view, number, text) for view in views]}


def _placed_thread(paper: Paper, view: ThreadView, number: int, text: str) -> dict[str, object]:
    start, end = view.place.start, view.place.end
    html = render_template(
        "discussion/_piece.html", paper=paper, view=view, shown=number, where="margin", reply="", error=""
    )
    return {
        "number": view.number,
        "start": start,
        "end": end,
        "source": text[start:end] if start is not None and end is not None else "",
        "done": view.is_resolved,
        "html": html.strip(),
    }


@bp.get("/papers/<key:key>/print", endpoint="print")
def print_page(key: str) -> ResponseReturnValue:
    """The draft with its comments as numbered notes."""
    paper, number = queries.get_paper_at(actor(), key, revision_asked())
    views = queries.threads_shown(actor(), paper, number, text_of(paper, number), keep=keep_places)
    is_open_only = request.args.get("state") == "open"
    shown = [view for view in views if not (is_open_only and view.is_resolved)]
    revision = get_revision(paper, number)
    return render_template(
        "discussion/print.html",
        paper=paper,
        revision=revision,
        views=shown,
        is_open_only=is_open_only,
        article=article(paper, revision, marks=numbered_marks(shown)),
        back=text_address(paper, number),
    )
