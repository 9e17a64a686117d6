"""Pages of discussion."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from workspace.accounts import sessions
from workspace.db import session
from workspace.discussion import actions, queries
from workspace.discussion.actions import TextAt
from workspace.discussion.bodies import body_html
from workspace.discussion.forms import BodyForm, PinForm, ThreadForm, inside, span_asked
from workspace.discussion.keeping import keep_places
from workspace.discussion.lists import KIND_FILTERS, STATE_FILTERS, Chosen, counts, filtered, pages
from workspace.discussion.marks import numbered_marks
from workspace.discussion.models import Comment, Thread, ThreadKind
from workspace.discussion.queries import ThreadView
from workspace.discussion.rights import is_inside
from workspace.discussion.spans import Span, narrowed, words_in
from workspace.editions.models import Submission
from workspace.errors import Invalid, NotFound
from workspace.notices.models import Notice
from workspace.notices.seen import note_seen
from workspace.papers.forms import number_of
from workspace.papers.models import Paper
from workspace.papers.queries import get_revision
from workspace.papers.reading import article
from workspace.papers.store import text_of
from workspace.permissions import Permission, can, require
from workspace.text.nearby import blocks_near
from workspace.text.nodes import Document
from workspace.text.normal import normalize
from workspace.text.tree import parse
from workspace.web.actor import actor
from workspace.web.errors import status_of
from workspace.web.links import here, is_partial, safe_next
from workspace.web.messages import add_messages, message
from workspace.web.undo import flash_undo

bp = Blueprint("discussion", __name__)

add_messages(
    {
        "comment_empty": _l("Bitte schreiben Sie, was Sie sagen möchten."),
        "kind_unknown": _l("Bitte wählen Sie, ob es eine Frage, eine Anmerkung oder ein Einwand ist."),
        "passage_wrong": _l("Diese Textstelle gibt es nicht. Bitte wählen Sie sie im Text noch einmal."),
        "passage_long": _l("Diese Textstelle ist zu lang. Bitte wählen Sie höchstens %(limit)s Zeichen."),
        "passage_missing": _l("Bitte wählen Sie einen Absatz."),
        "words_missing": _l("Diese Wörter stehen nicht in der Textstelle. Bitte schreiben Sie sie genau so ab."),
        "words_twice": _l("Diese Wörter stehen dort mehrmals. Bitte nehmen Sie ein paar Wörter mehr dazu."),
        "whole_paper": _l("Diese Rückmeldung gilt dem ganzen Papier und hat keine Textstelle."),
        "thread.open": _l("Kommentieren dürfen in dieser Arbeitsgruppe Review, Redaktion und Leitung."),
        "comment.write": _l("Antworten dürfen in dieser Arbeitsgruppe Review, Redaktion und Leitung."),
        "comment.edit": _l("Bearbeiten können Sie nur Ihre eigenen Beiträge."),
        "thread.resolve": _l(
            "Erledigen können das die Redaktion, die Leitung und wer die Rückmeldung geschrieben hat."
        ),
        "thread.pin": _l("Neu zuordnen können das die Redaktion, die Leitung und wer die Rückmeldung geschrieben hat."),
    }
)

bp.add_app_template_global(body_html, "comment_html")
bp.add_app_template_global(queries.people_to_mention, "people_to_mention")


def _done(address: str) -> ResponseReturnValue:
    """On to another page; a script is told where."""
    return ("", 201, {"Location": address}) if is_partial() else redirect(address, 303)


def _text_address(paper: Paper, number: int, anchor: str = "") -> str:
    """Where the reader reads the text: the paper, or the submitted version for those who see only that."""
    if can(actor(), Permission.PAPER_READ, paper):
        return url_for("papers.show", key=paper.key, _anchor=anchor or None)
    found = session().scalar(
        select(Submission.id)
        .where(Submission.paper_id == paper.id, Submission.revision_number == number)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return url_for("editions.submission", submission_id=found) if found else url_for("network.start")


def _revision_asked() -> int | None:
    """Raises: NotFound for what can be no revision."""
    asked = request.args.get("revision")
    number = number_of(asked)
    if asked is not None and number is None:
        raise NotFound
    return number


def _kept(name: str) -> str | None:
    """A field that was sent when the session had ended, to be put back."""
    fields = sessions.kept_fields(here())
    return fields[name][0] if fields and fields.get(name) else None


def _drop_kept() -> None:
    page = safe_next(request.form.get("kept_for"))
    if page is not None:
        sessions.drop_kept(page)


# A new thread


@bp.get("/papers/<key:key>/threads/new")
def new(key: str) -> ResponseReturnValue:
    paper, number = queries.get_paper_at(actor(), key, _revision_asked())
    require(actor(), Permission.THREAD_OPEN, TextAt(paper, number))
    document = parse(text_of(paper, number))
    span = span_asked(request.args, document)
    start, end = (str(span[0]), str(span[1])) if span else ("", "")
    form = ThreadForm(
        formdata=None, revision=number, start=start, end=end, kind=_kept("kind") or ThreadKind.REMARK.value,
        body=_kept("body") or "", words=_kept("words") or "",
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
        back=_text_address(paper, number),
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
            _drop_kept()
            flash(_("Ihre Rückmeldung hat die Nr. %(number)s.", number=thread.number))
            return _done(_address(thread))
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


def _address(thread: Thread) -> str:
    """Where a thread is read: beside its text, or on its own page by those who see one version only."""
    if is_inside(actor(), thread):
        return _text_address(thread.paper, thread.revision_number, f"k{thread.number}")
    return url_for(".thread", key=thread.paper.key, number=thread.number)


# One thread


def _view_of(thread: Thread, number: int | None = None) -> ThreadView:
    """The thread beside the revision of the page that asked, or beside the newest the reader may see."""
    newest = queries.shown_number(actor(), thread)
    shown = number if number is not None and 1 <= number <= newest and is_inside(actor(), thread) else newest
    try:
        return queries.thread_view(actor(), thread, shown, text_of(thread.paper, shown), keep=keep_places)
    except NotFound:
        return queries.thread_view(actor(), thread, newest, text_of(thread.paper, newest), keep=keep_places)


def _thread_page(thread: Thread, *, reply: str = "", error: str = "") -> str:
    paper = thread.paper
    return render_template(
        "discussion/thread.html",
        paper=paper,
        view=_view_of(thread),
        shown=queries.shown_number(actor(), thread),
        back=_text_address(paper, thread.revision_number, f"k{thread.number}"),
        reply=reply,
        error=error,
        kept_for=url_for(".thread", key=paper.key, number=thread.number),
    )


@bp.get("/papers/<key:key>/threads/<number:number>")
def thread(key: str, number: int) -> ResponseReturnValue:
    found = queries.get_thread(actor(), key, number)
    note_seen(actor(), Notice.thread_id == found.id)
    return _piece(found, request.args) if is_partial() else _thread_page(found, reply=_kept("body") or "")


def _piece(thread: Thread, asked: Mapping[str, str], *, reply: str = "", error: str = "") -> str:
    """The thread as it stands in the page that asks for it or that sent the form."""
    shown = number_of(asked.get("shown"))
    where = asked.get("where", "")
    return render_template(
        "discussion/_piece.html",
        paper=thread.paper,
        view=_view_of(thread, shown),
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
        return redirect(_address(thread), 303)
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
    _drop_kept()
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
    require(actor(), Permission.COMMENT_EDIT, comment)
    return _edit_page(comment, BodyForm(formdata=None, body=_kept("body") or comment.body))


@bp.post("/papers/<key:key>/comments/<id:comment_id>")
def edit_comment_post(key: str, comment_id: int) -> ResponseReturnValue:
    comment, form = queries.get_comment(actor(), key, comment_id), BodyForm()
    try:
        actions.edit_comment(actor(), comment, form.body.data or "")
    except Invalid as error:
        form.take(error)
        return _edit_page(comment, form), status_of(error)
    _drop_kept()
    if is_partial():
        return _done(_address(comment.thread))
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


# Pinning again


@bp.get("/papers/<key:key>/threads/<number:number>/passage")
def pin(key: str, number: int) -> ResponseReturnValue:
    thread = queries.get_thread(actor(), key, number)
    require(actor(), Permission.THREAD_PIN, thread)
    shown = queries.shown_number(actor(), thread)
    form = PinForm(formdata=None, revision=shown)
    return _pin_page(thread, form, shown)


@bp.post("/papers/<key:key>/threads/<number:number>/passage")
def pin_post(key: str, number: int) -> ResponseReturnValue:
    thread, form = queries.get_thread(actor(), key, number), PinForm()
    require(actor(), Permission.THREAD_PIN, thread)
    shown = form.revision_number() or queries.shown_number(actor(), thread)
    paper, shown = queries.get_paper_at(actor(), key, shown)
    document = parse(text_of(paper, shown))
    try:
        if form.validate():
            span = form.span()
            wanted = narrowed(document, span, form.words.data) if form.words.data else span
            actions.pin_thread(actor(), thread, revision_number=shown, span=wanted)
            flash(_("Rückmeldung Nr. %(number)s hat eine neue Textstelle.", number=thread.number))
            return _done(_address(thread))
    except Invalid as error:
        form.take(error)
    return _pin_page(thread, form, shown), 422


def _pin_page(thread: Thread, form: PinForm, shown: int) -> str:
    """The blocks of the text as choices, first those that are most like the old passage and its surroundings."""
    if thread.passage is None:
        raise Invalid("whole_paper")
    passage = thread.passage
    around = f"{passage.prefix} {passage.suffix}"
    near, others = blocks_near(parse(text_of(thread.paper, shown)), passage.words, around)
    return render_template(
        "discussion/pin.html",
        paper=thread.paper,
        thread=thread,
        view=_view_of(thread, shown),
        form=form,
        near=near,
        others=others,
        back=url_for(".thread", key=thread.paper.key, number=thread.number),
    )


# All threads of a paper


@bp.get("/papers/<key:key>/threads")
def index(key: str) -> ResponseReturnValue:
    paper, number = queries.get_paper_at(actor(), key, _revision_asked())
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
        back=_text_address(paper, number),
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
    paper, number = queries.get_paper_at(actor(), key, _revision_asked())
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
        back=_text_address(paper, number),
    )
