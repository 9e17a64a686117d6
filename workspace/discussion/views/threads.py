"""A new thread, one thread, its comments."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.db import session
from workspace.discussion import actions, queries
from workspace.discussion.actions import TextAt
from workspace.discussion.forms import BodyForm, ThreadForm, inside, span_asked
from workspace.discussion.models import Comment, Thread, ThreadKind
from workspace.discussion.rights import is_inside
from workspace.discussion.spans import Span, narrowed, words_in
from workspace.discussion.views.blueprint import (
    bp,
    done,
    drop_kept,
    kept,
    revision_asked,
    text_address,
    thread_address,
    view_of,
)
from workspace.errors import Invalid
from workspace.notices.models import Notice
from workspace.notices.seen import note_seen
from workspace.papers.forms import number_of
from workspace.papers.models import Paper, SealKind
from workspace.papers.seals import require_open
from workspace.papers.store import text_of
from workspace.permissions import Permission, require
from workspace.text.nodes import Document
from workspace.text.normal import normalize
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.errors import status_of
from workspace.web.links import here, is_partial, safe_next
from workspace.web.messages import message
from workspace.web.undo import flash_undo

# A new thread


@bp.get("/papers/<key:key>/threads/new")
def new(key: str) -> ResponseReturnValue:
    paper, number = queries.get_paper_at(actor(), key, revision_asked())
    require(actor(), Permission.THREAD_OPEN, TextAt(paper, number))
    document = parse(text_of(paper, number))
    span = span_asked(request.args, document)
    start, end = (str(span[0]), str(span[1])) if span else ("", "")
    form = ThreadForm(
        formdata=None, revision=number, start=start, end=end, kind=kept("kind") or ThreadKind.REMARK.value,
        body=kept("body") or "", words=kept("words") or "",
    )  # fmt: skip
    return _new_page(paper, number, form, document)


def _new_page(paper: Paper, number: int, form: ThreadForm, document: Document) -> str:
    try:
        span = inside(document, form.span())
    except Invalid:
        span = None
    return render_template(
        "discussion/_new.html" if is_partial() else "discussion/new.html",
        paper=paper,
        form=form,
        words=words_in(document, *span) if span else "",
        is_whole=not (form.start.data or form.end.data),
        back=text_address(paper, number),
        kept_for=safe_next(request.form.get("kept_for")) or here(),
    )


@bp.post("/papers/<key:key>/threads", endpoint="open")
def open_thread(key: str) -> ResponseReturnValue:
    form = ThreadForm()
    paper, number = queries.get_paper_at(actor(), key, form.revision_number())
    if form.quote.data:
        _settle(form, paper)
        number = form.revision_number() or number
    require(actor(), Permission.THREAD_OPEN, TextAt(paper, number))
    document = parse(text_of(paper, number))
    try:
        if form.validate():
            thread = actions.open_thread(
                actor(), paper, kind=ThreadKind(form.kind.data), body=form.body.data or "",
                revision_number=number, span=_span_sent(form, document),
            )  # fmt: skip
            drop_kept()
            flash(_("Ihre Rückmeldung hat die Nr. %(number)s.", number=thread.number))
            return done(thread_address(thread))
    except Invalid as error:
        form.take(error)
    return _new_page(paper, number, form, document), 422


def _settle(form: ThreadForm, paper: Paper) -> None:
    """Make the form speak of a revision. Raises: Invalid."""
    span = form.span()
    if span is None:
        raise Invalid("passage_wrong")
    quote = normalize(form.quote.data or "").rstrip("\n")
    number, (start, end) = actions.settle_passage(actor(), paper, span, quote)
    form.revision.data, form.start.data, form.end.data, form.quote.data = str(number), str(start), str(end), ""


def _span_sent(form: ThreadForm, document: Document) -> Span | None:
    """Raises: Invalid."""
    span = inside(document, form.span())
    if span is None:
        return None
    if form.revision_number() is None:
        raise Invalid("passage_wrong")
    return narrowed(document, span, form.words.data) if form.words.data else span


# One thread


def _thread_page(thread: Thread, *, reply: str = "", error: str = "") -> str:
    paper = thread.paper
    return render_template(
        "discussion/thread.html",
        paper=paper,
        view=view_of(thread),
        shown=queries.shown_number(actor(), thread),
        back=text_address(paper, thread.revision_number, f"k{thread.number}"),
        reply=reply,
        error=error,
        kept_for=url_for(".thread", key=paper.key, number=thread.number),
    )


@bp.get("/papers/<key:key>/threads/<number:number>")
def thread(key: str, number: int) -> ResponseReturnValue:
    found = queries.get_thread(actor(), key, number)
    note_seen(actor(), Notice.thread_id == found.id)
    return _piece(found, request.args) if is_partial() else _thread_page(found, reply=kept("body") or "")


def _piece(thread: Thread, asked: Mapping[str, str], *, reply: str = "", error: str = "") -> str:
    """The thread as it stands in the page that asks for it or that sent the form."""
    shown = number_of(asked.get("shown"))
    where = asked.get("where", "")
    return render_template(
        "discussion/_piece.html",
        paper=thread.paper,
        view=view_of(thread, shown),
        shown=shown or thread.revision_number,
        where=where if where in {"margin", "list", "page"} else "page",
        reply=reply,
        error=error,
    )


def _answer(thread: Thread) -> ResponseReturnValue:
    """What a deed in a thread is answered with."""
    session().flush()
    if is_partial():
        return _piece(thread, request.form)
    if request.form.get("where") == "margin" and is_inside(actor(), thread):
        return redirect(thread_address(thread), 303)
    return redirect(url_for(".thread", key=thread.paper.key, number=thread.number), 303)


@bp.post("/papers/<key:key>/threads/<number:number>/comments")
def reply(key: str, number: int) -> ResponseReturnValue:
    thread, form = queries.get_thread(actor(), key, number), BodyForm()
    body = form.body.data or ""
    try:
        actions.reply(actor(), thread, body)
    except Invalid as error:
        sentence = _sentence(error)
        if is_partial():
            return _piece(thread, request.form, reply=body, error=sentence), status_of(error)
        return _thread_page(thread, reply=body, error=sentence), status_of(error)
    drop_kept()
    return _answer(thread)


def _sentence(error: Invalid) -> str:
    return message(next(iter(error.fields.values()), error.code), error.values)


def _where_sent() -> dict[str, object]:
    """An undo leads back to the page that the deed was done on."""
    return {"where": "margin"} if request.form.get("where") == "margin" else {}


@bp.post("/papers/<key:key>/threads/<number:number>/resolution")
def resolve(key: str, number: int) -> ResponseReturnValue:
    thread = queries.get_thread(actor(), key, number)
    actions.resolve_thread(actor(), thread)
    if not is_partial():
        text = _("Rückmeldung Nr. %(number)s ist erledigt.", number=number)
        flash_undo(text, ".reopen", sent=_where_sent(), key=key, number=number)
    return _answer(thread)


@bp.post("/papers/<key:key>/threads/<number:number>/reopening")
def reopen(key: str, number: int) -> ResponseReturnValue:
    thread = queries.get_thread(actor(), key, number)
    actions.reopen_thread(actor(), thread)
    if not is_partial():
        text = _("Rückmeldung Nr. %(number)s ist wieder offen.", number=number)
        flash_undo(text, ".resolve", sent=_where_sent(), key=key, number=number)
    return _answer(thread)


@bp.get("/papers/<key:key>/comments/<id:comment_id>")
def edit_comment(key: str, comment_id: int) -> ResponseReturnValue:
    comment = queries.get_comment(actor(), key, comment_id)
    require_open(SealKind.COMMENT, comment.id)
    require(actor(), Permission.COMMENT_EDIT, comment)
    return _edit_page(comment, BodyForm(formdata=None, body=kept("body") or comment.body))


@bp.post("/papers/<key:key>/comments/<id:comment_id>")
def edit_comment_post(key: str, comment_id: int) -> ResponseReturnValue:
    comment, form = queries.get_comment(actor(), key, comment_id), BodyForm()
    try:
        actions.edit_comment(actor(), comment, form.body.data or "")
    except Invalid as error:
        form.take(error)
        return _edit_page(comment, form), status_of(error)
    drop_kept()
    if is_partial():
        return done(thread_address(comment.thread))
    return redirect(url_for(".thread", key=key, number=comment.thread.number, _anchor=f"c{comment.id}"), 303)


def _edit_page(comment: Comment, form: BodyForm) -> str:
    form.body.label.text = _("Ihr Beitrag")
    return render_template(
        "discussion/_edit.html" if is_partial() else "discussion/edit.html",
        comment=comment,
        thread=comment.thread,
        paper=comment.paper,
        form=form,
        kept_for=url_for(".edit_comment", key=comment.paper.key, comment_id=comment.id),
    )
