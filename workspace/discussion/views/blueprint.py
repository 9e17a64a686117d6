"""The one blueprint of discussion, and what its pages share."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from workspace.accounts import sessions
from workspace.db import session
from workspace.discussion import queries
from workspace.discussion.bodies import body_html
from workspace.discussion.keeping import keep_places
from workspace.discussion.models import Thread
from workspace.discussion.queries import ThreadView
from workspace.discussion.rights import is_inside
from workspace.editions.models import Submission
from workspace.errors import NotFound
from workspace.papers.forms import number_of
from workspace.papers.models import Paper
from workspace.papers.store import text_of
from workspace.permissions import Permission, can
from workspace.web.actor import actor
from workspace.web.links import here, is_partial, safe_next
from workspace.web.messages import add_messages

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


def done(address: str) -> ResponseReturnValue:
    """On to another page; a script is told where."""
    return ("", 201, {"Location": address}) if is_partial() else redirect(address, 303)


def text_address(paper: Paper, number: int, anchor: str = "") -> str:
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


def revision_asked() -> int | None:
    """Raises: NotFound for what can be no revision."""
    asked = request.args.get("revision")
    number = number_of(asked)
    if asked is not None and number is None:
        raise NotFound
    return number


def kept(name: str) -> str | None:
    """A field that was sent when the session had ended, to be put back."""
    fields = sessions.kept_fields(here())
    return fields[name][0] if fields and fields.get(name) else None


def drop_kept() -> None:
    page = safe_next(request.form.get("kept_for"))
    if page is not None:
        sessions.drop_kept(page)


def thread_address(thread: Thread) -> str:
    """Where a thread is read: beside its text, or on its own page by those who see one version only."""
    if is_inside(actor(), thread):
        return text_address(thread.paper, thread.revision_number, f"k{thread.number}")
    return url_for(".thread", key=thread.paper.key, number=thread.number)


def view_of(thread: Thread, number: int | None = None) -> ThreadView:
    """The thread beside the revision of the page that asked, or beside the newest the reader may see."""
    newest = queries.shown_number(actor(), thread)
    shown = number if number is not None and 1 <= number <= newest and is_inside(actor(), thread) else newest
    try:
        return queries.thread_view(actor(), thread, shown, text_of(thread.paper, shown), keep=keep_places)
    except NotFound:
        return queries.thread_view(actor(), thread, newest, text_of(thread.paper, newest), keep=keep_places)
