"""Pages of coordination: what waits, one submission, publishing, returning, withdrawing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.config import settings
from workspace.discussion.keeping import keep_places
from workspace.discussion.marks import marks_for
from workspace.discussion.queries import threads_shown
from workspace.editions import actions, queries, rendering
from workspace.editions.checklist import Draft, Finding, findings, surroundings
from workspace.editions.forms import PublishForm, ReturnForm, WithdrawForm
from workspace.editions.models import Submission, SubmissionState
from workspace.editions.views.blueprint import bp
from workspace.errors import Invalid, NotFound
from workspace.mail.delivery import is_set_up
from workspace.network.legal import legal_texts
from workspace.network.queries import is_named
from workspace.notices.models import Notice, NoticeKind
from workspace.notices.seen import note_seen
from workspace.papers.attachments import attachments_in
from workspace.papers.queries import get_revision
from workspace.papers.sending import send_attachment
from workspace.papers.store import text_of
from workspace.permissions import Permission, can, require
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.errors import status_of


@bp.get("/coordination")
def desk() -> ResponseReturnValue:
    require(actor(), Permission.SUBMISSIONS_SEE)
    return render_template(
        "editions/desk.html",
        waiting=queries.waiting_submissions(),
        answered=queries.answered_submissions(limit=settings().page_size),
        editions=queries.all_in_force(),
    )


@bp.get("/coordination/submissions/<id:submission_id>")
def submission(submission_id: int) -> ResponseReturnValue:
    found = queries.get_submission(actor(), submission_id)
    note_seen(actor(), Notice.kind == NoticeKind.SUBMITTED, Notice.subject_id == found.id)
    if found.state != SubmissionState.WAITING:
        return render_template("editions/answered.html", submission=found, edition=queries.edition_of(found))
    return _submission_page(found, _publish_form(found, is_sent=False), ReturnForm(formdata=None))


def _publish_form(found: Submission, *, is_sent: bool) -> PublishForm:
    """The first publication asks for the address, later ones for the size of the step."""
    wish = actions.suggested_slug(found.paper, found.title)
    form = PublishForm() if is_sent else PublishForm(formdata=None, slug=wish)
    if found.paper.slug is None:
        del form.step
    else:
        del form.slug
    return form


def _submission_page(found: Submission, publishing: PublishForm, returning: ReturnForm) -> str:
    paper, number = found.paper, found.revision_number
    text, revision = text_of(paper, number), get_revision(paper, number)
    threads = threads_shown(actor(), paper, number, text, keep=keep_places)
    earlier = queries.editions_of(paper.slug) if paper.slug else ()
    draft = Draft(found.title, found.abstract, found.contact, text, paper.key)
    return render_template(
        "editions/submission.html",
        submission=found,
        paper=paper,
        revision=revision,
        threads=threads,
        article=rendering.submission_article(
            found, text, marks=marks_for(threads), has_handles=can(actor(), Permission.THREAD_OPEN, revision)
        ),
        findings=findings(draft, actions.files_of(paper), open_threads=queries.open_threads(paper)) + _surroundings(),
        publishing=publishing,
        returning=returning,
        numbers=actions.next_numbers(paper),
        earlier=earlier,
    )


def _surroundings() -> tuple[Finding, ...]:
    gaps = sum(text.gaps for text in legal_texts())
    return surroundings(is_named=is_named(), legal_gaps=gaps, has_mail=is_set_up())


@bp.get("/coordination/submissions/<id:submission_id>/files/<path:name>")
def submission_file(submission_id: int, name: str) -> ResponseReturnValue:
    """A file that the submitted text shows; no other file of its paper."""
    found = queries.get_submission(actor(), submission_id)
    require(actor(), Permission.VERSION_READ, found, knows=False)
    shown = attachments_in(found.paper, parse(text_of(found.paper, found.revision_number)))
    file = next((file for file in shown if file.name_folded == name.casefold()), None)
    if file is None:
        raise NotFound
    return send_attachment(file)


@bp.post("/coordination/submissions/<id:submission_id>/publication")
def publish(submission_id: int) -> ResponseReturnValue:
    found = queries.get_waiting_submission(actor(), submission_id)
    form = _publish_form(found, is_sent=True)
    if not form.validate():
        return _submission_page(found, form, ReturnForm(formdata=None)), 422
    is_first = found.paper.slug is None
    try:
        edition = actions.publish(
            actor(), found, slug=form.slug.data if is_first else None,
            is_major=not is_first and form.step.data == "major",
        )  # fmt: skip
    except Invalid as error:
        form.take(error)
        return _submission_page(found, form, ReturnForm(formdata=None)), status_of(error)
    flash(_("Ausgabe %(number)s ist veröffentlicht.", number=edition.number))
    return redirect(url_for(".show", slug=edition.slug, major=edition.major, minor=edition.minor), 303)


@bp.post("/coordination/submissions/<id:submission_id>/return")
def send_back(submission_id: int) -> ResponseReturnValue:
    found, form = queries.get_waiting_submission(actor(), submission_id), ReturnForm()
    if not form.validate():
        return _submission_page(found, _publish_form(found, is_sent=False), form), 422
    try:
        actions.send_back(actor(), found, form.answer.data)
    except Invalid as error:
        form.take(error)
        return _submission_page(found, _publish_form(found, is_sent=False), form), status_of(error)
    flash(_("Die Fassung ist zurückgegeben. Die Leitung liest Ihre Antwort beim Papier."))
    return redirect(url_for(".desk"), 303)


@bp.route("/p/<key:slug>/<number:major>.<id:minor>/withdrawal", methods=["GET", "POST"])
def withdraw(slug: str, major: int, minor: int) -> ResponseReturnValue:
    """Asks for the reason; withdrawing cannot be undone."""
    edition = queries.get_edition(slug, major, minor)
    require(actor(), Permission.EDITION_WITHDRAW, edition)
    form = WithdrawForm()
    if request.method == "GET" or not form.validate():
        page = render_template("editions/withdraw.html", edition=edition, form=form)
        return page, 200 if request.method == "GET" else 422
    try:
        actions.withdraw(actor(), edition, form.reason.data)
    except Invalid as error:
        form.take(error)
        return render_template("editions/withdraw.html", edition=edition, form=form), status_of(error)
    flash(_("Die Ausgabe ist zurückgezogen. Ihre Adresse bleibt und nennt den Grund."))
    return redirect(url_for(".show", slug=slug, major=major, minor=minor), 303)
