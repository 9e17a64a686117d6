"""The start page: for members what waits, first the one thing to do next; for everybody else who we are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from workspace.accounts.models import Member
from workspace.clock import now
from workspace.editions.models import SubmissionState
from workspace.editions.queries import answers_to, newest_editions, waiting_submissions
from workspace.groups.queries import groups_of
from workspace.network import desk
from workspace.network.desk import PaperRow
from workspace.network.queries import the_network
from workspace.network.views.blueprint import bp
from workspace.notices.views import unread_count
from workspace.operation import checks
from workspace.papers import reading
from workspace.papers.queries import paper_counts, writers_since_read
from workspace.permissions import Actor, Permission, can
from workspace.web.actor import actor, public

COVERS = 3
"""Newest editions on the public start page."""
COUNTED_ANEW = 2
"""Texts that one visit compares; where a count was not made before, the page only says that the paper changed."""
LONGEST_COUNTED = 120_000
"""Code points of a text that is compared for a start page."""
NEWS = timedelta(days=14)
"""How long the start page tells that a version was published."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the member: returned, submission, mention, answer or published, with its row."""

    kind: str
    thing: Any


@dataclass(frozen=True)
class Row:
    """A paper on the start page.

    changed: paragraphs that changed since the member read; None where nothing changed or it was not counted.
    writers: who else wrote since.
    """

    paper: PaperRow
    is_changed: bool
    changed: int | None = None
    writers: Sequence[Member] = ()


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """The member's own start page; for everybody else who we are and what is published."""
    if not actor().is_signed_in:
        return render_template("network/public.html", network=the_network(), editions=newest_editions(limit=COVERS))
    rows = _rows(actor())
    groups = groups_of(actor())
    counts = paper_counts(actor())
    return render_template(
        "network/start.html",
        waiting=_waiting(actor()),
        changed=[row for row in rows if row.is_changed],
        unread=[row for row in rows if row.paper.is_new],
        rows=rows[: desk.ROWS],
        read={row.paper.paper.id: row.paper.read_number for row in rows},
        total=len(rows),
        groups=[(group, actor().group_roles[group.id], counts.get(group.id, 0)) for group in groups],
        notices=unread_count(actor()),
        warnings=checks.warnings() if can(actor(), Permission.OPERATION) else [],
        may_write=any(can(actor(), Permission.PAPER_CREATE, group) for group in groups),
    )


def _waiting(who: Actor) -> list[Waiting]:
    """The most pressing first: what holds up others, then what was asked, then what is only news."""
    answers = answers_to(who, since=now() - NEWS)
    mentions = desk.mentions_of(who)
    asked = {comment.thread_id for comment in mentions}
    groups: tuple[tuple[str, Sequence[Any]], ...] = (
        ("returned", [row for row in answers if row.state == SubmissionState.RETURNED]),
        ("submission", waiting_submissions() if can(who, Permission.SUBMISSIONS_SEE) else ()),
        ("mention", mentions),
        ("answer", [comment for comment in desk.answers_for(who) if comment.thread_id not in asked]),
        ("published", [row for row in answers if row.state == SubmissionState.PUBLISHED]),
    )
    return [Waiting(kind, thing) for kind, things in groups for thing in things]


def _rows(who: Actor) -> list[Row]:
    """The member's papers: those that changed since it read, then the others; each last changed first."""
    papers = desk.papers_of(who)
    known = reading.changes_kept({p.paper.id: (p.read_hash, p.text_hash) for p in papers if p.is_changed})
    missing = [p for p in papers if p.is_changed and p.paper.id not in known and p.length <= LONGEST_COUNTED]
    for row in missing[:COUNTED_ANEW]:
        known[row.paper.id] = reading.changes(row.paper, row.read_number, row.paper.head_number)
    writers = writers_since_read(who)
    rows = [_row(row, known.get(row.paper.id), writers.get(row.paper.id, ())) for row in papers]
    return sorted(rows, key=lambda row: not row.is_changed)


def _row(row: PaperRow, changes: reading.Changes | None, writers: Sequence[Member]) -> Row:
    """A paper that changed in nothing but blanks, or changed back, is not shown as changed."""
    if not row.is_changed or (changes is not None and changes.total == 0):
        return Row(row, is_changed=False)
    return Row(row, True, None if changes is None else changes.total, writers)
