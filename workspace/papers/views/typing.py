"""Pages of papers: keeping what is typed, and what becomes of words that could not be joined by themselves."""

from __future__ import annotations

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.errors import Invalid
from workspace.papers import queries, rescue, sittings
from workspace.papers.forms import EditForm, SittingForm, number_of
from workspace.papers.models import Paper, RescueCopy, Source
from workspace.papers.text import EditConflict
from workspace.papers.views.blueprint import bp
from workspace.papers.views.editing import CHOICES, conflict_page, saved, wording
from workspace.permissions import Permission, can, require
from workspace.text.merge import Merged
from workspace.web.actor import actor
from workspace.web.errors import status_of, wants_json


@bp.post("/papers/<key:key>/sitting")
def save_sitting(key: str) -> ResponseReturnValue:
    """What was typed becomes a revision now."""
    paper, form = queries.get_paper(actor(), key), SittingForm()
    revision = sittings.save_sitting(actor(), paper, summary=form.summary.data or "")
    if wants_json():
        return jsonify(number=revision.number, at=revision.created_at.isoformat())
    flash(_("Gespeichert."))
    return redirect(url_for(".show", key=paper.key), 303)


# Rescue copies


@bp.post("/papers/<key:key>/rescue")
def keep_rescue(key: str) -> ResponseReturnValue:
    paper = queries.get_paper(actor(), key)
    text = request.form.get("text", "")
    copy = rescue.keep_rescue(actor(), paper, text=text, base=number_of(request.form.get("base")) or 0)
    address = url_for(".show_rescue", key=paper.key, copy_id=copy.id)
    return jsonify(id=copy.id, address=address) if wants_json() else redirect(address, 303)


@bp.get("/papers/<key:key>/rescue/<id:copy_id>")
def show_rescue(key: str, copy_id: int) -> ResponseReturnValue:
    paper, copy = _own(key, copy_id)
    return _page(paper, copy, EditForm(formdata=None), rescue.passages(paper, copy, paper.head_number))


@bp.get("/papers/<key:key>/rescue/<id:copy_id>.md")
def rescue_file(key: str, copy_id: int) -> ResponseReturnValue:
    """The text to take along."""
    paper, copy = _own(key, copy_id)
    answer = Response(copy.text, mimetype="text/markdown")
    name = f"{paper.key}-{copy.created_at:%Y-%m-%d-%H%M}.md"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/papers/<key:key>/rescue/<id:copy_id>")
def take_over(key: str, copy_id: int) -> ResponseReturnValue:
    """Save the newest text with the passages that were chosen; the copy is no longer needed then."""
    paper, copy = _own(key, copy_id)
    require(actor(), Permission.REVISION_SAVE, paper)
    form, number = EditForm(), number_of(request.form.get("theirs"))
    if number is None or not 1 <= number <= paper.head_number:
        raise Invalid("base_unknown")
    asked = rescue.passages(paper, copy, number)
    try:
        text = asked.resolved([wording(at, place) for at, place in enumerate(asked.conflicts)])
        answer = saved(paper, number, text, form.summary.data or "", Source.MERGE)
    except EditConflict as conflict:
        return conflict_page(paper, form, number, conflict), 409
    except Invalid as error:
        form.take(error)
        return _page(paper, copy, form, asked, number=number, is_answered=True), status_of(error)
    rescue.drop_rescue(actor(), copy)
    return answer


@bp.post("/papers/<key:key>/rescue/<id:copy_id>/removal")
def drop_rescue(key: str, copy_id: int) -> ResponseReturnValue:
    paper, copy = _own(key, copy_id)
    rescue.drop_rescue(actor(), copy)
    flash(_("Der aufbewahrte Text ist gelöscht."))
    return redirect(url_for(".show", key=paper.key), 303)


def _own(key: str, copy_id: int) -> tuple[Paper, RescueCopy]:
    """Raises: NotFound, also for somebody else's."""
    paper = queries.get_paper(actor(), key)
    return paper, rescue.get_rescue(actor(), paper, copy_id)


def _page(
    paper: Paper, copy: RescueCopy, form: EditForm, asked: Merged, *, number: int | None = None,
    is_answered: bool = False,
) -> str:  # fmt: skip
    places = asked.conflicts
    answers = request.form if is_answered else {}
    chosen = [answers.get(f"choice-{at}", "") for at in range(len(places))]
    return render_template(
        "papers/rescue.html",
        paper=paper,
        copy=copy,
        form=form,
        theirs=queries.get_revision(paper, number or paper.head_number),
        conflicts=places,
        chosen=[choice if choice in CHOICES else "" for choice in chosen],
        own=[answers.get(f"own-{at}", place.mine.strip("\n")) for at, place in enumerate(places)],
        may_save=can(actor(), Permission.REVISION_SAVE, paper),
    )
