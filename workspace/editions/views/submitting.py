"""Pages of the lead: handing a named version to coordination, taking it back, what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.editions import actions, queries
from workspace.editions.checklist import Check, Draft, Finding, blocking, findings
from workspace.editions.forms import SubmitForm
from workspace.editions.models import SubmissionState
from workspace.editions.views.blueprint import bp
from workspace.errors import Conflict, Invalid
from workspace.papers.forms import number_of
from workspace.papers.models import Paper, Version
from workspace.papers.queries import get_paper, versions_of
from workspace.papers.store import text_of
from workspace.permissions import Permission, require
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.errors import status_of
from workspace.web.messages import message
from workspace.web.undo import flash_undo


@dataclass(frozen=True)
class Line:
    """A line of the checklist with links to where it is put right.

    places: (words, address) of each place; `address` leads to where the whole is changed.
    """

    finding: Finding
    address: str
    places: Sequence[tuple[str, str]]


@bp.get("/papers/<key:key>/submission")
def submit(key: str) -> ResponseReturnValue:
    paper = _led(key)
    versions = versions_of(paper)
    asked = queries.find_version(paper, number_of(request.args.get("version")))
    chosen = asked or (versions[0] if versions else None)
    return _submit_page(paper, chosen, _fresh_form(paper, chosen))


def _led(key: str) -> Paper:
    paper = get_paper(actor(), key)
    require(actor(), Permission.PAPER_SUBMIT, paper)
    return paper


def _fresh_form(paper: Paper, chosen: Version | None) -> SubmitForm:
    earlier = queries.submissions_of(paper)
    authors = earlier[0].authors if earlier else paper.group.name
    return SubmitForm(formdata=None, version=chosen.id if chosen else "", authors=authors)


def _submit_page(
    paper: Paper, chosen: Version | None, form: SubmitForm, missing: Sequence[tuple[str, str]] = ()
) -> str:  # fmt: skip
    submissions = queries.submissions_of(paper)
    waiting = next((s for s in submissions if s.state == SubmissionState.WAITING), None)
    return render_template(
        "editions/submit.html",
        paper=paper,
        waiting=waiting,
        answered=[submission for submission in submissions if submission is not waiting],
        versions=versions_of(paper),
        chosen=chosen,
        lines=_checklist(paper, chosen) if chosen is not None and waiting is None else (),
        writers=queries.writers_of(paper, chosen.revision_number) if chosen is not None else (),
        form=form,
        missing=missing,
    )


def _checklist(paper: Paper, version: Version) -> list[Line]:
    text = text_of(paper, version.revision_number)
    draft = Draft(paper.title, paper.abstract, paper.contact, text, paper.key)
    found = findings(draft, actions.files_of(paper), open_threads=queries.open_threads(paper))
    units = _editable(text) if version.revision_number == paper.head_number else ()
    return [
        Line(
            finding, _address(paper, finding.check), [(p.words, _place(paper, units, p.start)) for p in finding.places]
        )
        for finding in found
    ]


def _address(paper: Paper, check: Check) -> str:
    """Where a line of the checklist is put right as a whole."""
    if check in {Check.ABSTRACT, Check.CONTACT}:
        return url_for("papers.describe", key=paper.key)
    if check == Check.FILES:
        return url_for("papers.files", key=paper.key)
    if check == Check.THREADS:
        return url_for("discussion.index", key=paper.key)
    return url_for("papers.edit", key=paper.key)


def _editable(text: str) -> Sequence[tuple[int, int]]:
    """Spans of the pieces of a text that can be edited by themselves: blocks, and items of lists."""
    blocks = (*parse(text).blocks, *parse(text).footnotes)
    return [
        (unit.start, unit.end) for block in blocks for unit in (block.children if block.kind == "list" else (block,))
    ]


def _place(paper: Paper, units: Sequence[tuple[int, int]], at: int) -> str:
    """Where a place of the text is changed: its block; the whole text where the version is not the newest."""
    span = next(((start, end) for start, end in units if start <= at < end), None)
    if span is None:
        return url_for("papers.edit", key=paper.key)
    return url_for("papers.edit_block", key=paper.key, start=span[0], end=span[1], base=paper.head_number)


@bp.post("/papers/<key:key>/submission")
def submit_post(key: str) -> ResponseReturnValue:
    paper, form = _led(key), SubmitForm()
    chosen = queries.find_version(paper, number_of(form.version.data))
    if chosen is None:
        form.version.errors = [message("version_missing")]
    if not form.validate() or chosen is None:
        return _submit_page(paper, chosen, form), 422
    try:
        actions.submit_version(actor(), chosen, authors=form.authors.data, note=form.note.data)
    except Invalid as error:
        form.take(error)
        return _submit_page(paper, chosen, form), status_of(error)
    except Conflict as error:
        if error.code != "not_ready":
            raise
        return _submit_page(paper, chosen, form, _missing(paper, chosen)), status_of(error)
    flash_undo(_("Die Fassung ist eingereicht. Die Koordination sieht sie jetzt."), ".take_back", key=key)
    return redirect(url_for(".submit", key=key), 303)


def _missing(paper: Paper, version: Version) -> list[tuple[str, str]]:
    """(sentence, address) of every piece that is missing."""
    return [
        (message(code), line.places[0][1] if line.places else line.address)
        for line in _checklist(paper, version)
        for code in blocking((line.finding,))
    ]


@bp.post("/papers/<key:key>/submission/withdrawal")
def take_back(key: str) -> ResponseReturnValue:
    paper = _led(key)
    waiting = actions.open_submission(paper)
    if waiting is None:
        raise Conflict("submission_answered")
    actions.take_back(actor(), waiting)
    flash(_("Die Einreichung ist zurückgenommen. Die Koordination sieht sie nicht mehr."))
    return redirect(url_for(".submit", key=key), 303)
