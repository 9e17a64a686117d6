"""Pages of papers: editing the whole text or one block, and what to do when two wrote the same passage."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session

from workspace.accounts import queries as accounts
from workspace.accounts import sessions
from workspace.accounts.models import Member
from workspace.accounts.names import shown_name
from workspace.clock import now
from workspace.config import settings
from workspace.errors import Conflict as Busy
from workspace.errors import Invalid, NotFound
from workspace.papers import actions, queries, reading
from workspace.papers.forms import EditForm, number_of
from workspace.papers.models import OpenEditor, Paper, Revision, Source
from workspace.papers.sittings import close_sitting
from workspace.papers.store import text_of
from workspace.papers.text import EditConflict, change_text, checked_text
from workspace.papers.views.blueprint import bp
from workspace.permissions import Permission, require
from workspace.text.merge import Conflict, merge
from workspace.web.actor import actor
from workspace.web.derived import write_derived
from workspace.web.errors import status_of
from workspace.web.links import here
from workspace.web.messages import add_messages

add_messages(
    {
        "paper_too_large": _l(
            "Der Text ist zu groß: %(now)s Bytes, höchstens %(limit)s sind möglich. Bitte kürzen Sie ihn oder"
            " teilen Sie ihn auf zwei Papiere auf."
        ),
        "paper_empty": _l("Der Text ist leer. Soll das Papier ruhen, kann die Leitung es ruhen lassen."),
        "base_unknown": _l(
            "Es ist nicht zu erkennen, von welchem Stand Ihr Text ausgeht. Er steht unten, ist aber nicht gespeichert."
            " Öffnen Sie die Seite zum Bearbeiten neu und fügen Sie ihn dort ein."
        ),
        "choice_missing": _l("Bitte entscheiden Sie jede der Stellen."),
        "edit_conflict": _l("Inzwischen hat jemand dieselbe Stelle geändert. Es ist nichts verloren."),
        "damaged_revision": _l("Der gespeicherte Text lässt sich nicht lesen. Bitte sagen Sie der Technik Bescheid."),
        "revision.save": _l("Den Text ändern können Redaktion und Leitung der Arbeitsgruppe, solange er nicht ruht."),
    }
)

CHOICES = ("theirs", "mine", "own")
MOST_NAMED = 30
"""Revisions whose writers are named after a merge; who starts from an older text gets the newest names."""


def _writable(key: str) -> Paper:
    paper = queries.get_paper(actor(), key)
    require(actor(), Permission.REVISION_SAVE, paper)
    return paper


# The whole text


@bp.get("/papers/<key:key>/edit")
def edit(key: str) -> ResponseReturnValue:
    paper = _writable(key)
    if _is_form_wanted():
        with suppress(Busy):  # the text as it is now, also where others are typing
            close_sitting(paper)
    form = EditForm(formdata=None, body=text_of(paper, paper.head_number), base=paper.head_number)
    kept_at = _give_back(form)
    _note_open(paper)
    return _edit_page(paper, form, kept_at=kept_at)


@bp.post("/papers/<key:key>/edit")
def save(key: str) -> ResponseReturnValue:
    paper, form = _writable(key), EditForm()
    if not form.validate():
        return _edit_page(paper, form), 422
    try:
        if request.form.get("do") == "preview":
            return _edit_page(paper, form, preview=reading.preview(paper, checked_text(form.body.data)))
        if "theirs" in request.form:
            return _save_resolved(paper, form)
        return saved(paper, form.base.data, form.body.data, form.summary.data, Source.FORM)
    except EditConflict as conflict:
        return conflict_page(paper, form, form.base.data, conflict), 409
    except Invalid as error:
        form.take(error)
        return _edit_page(paper, form), status_of(error)


@bp.post("/papers/<key:key>/preview")
def preview(key: str) -> ResponseReturnValue:
    """Only the rendered text: what the script puts beside the field."""
    paper = _writable(key)
    html = reading.preview(paper, checked_text(EditForm().body.data))
    return render_template("papers/_preview.html", html=html)


def _edit_page(paper: Paper, form: EditForm, *, kept_at: datetime | None = None, preview: str | None = None) -> str:
    """The live editor with the form behind it; the form alone where one asks for it, or text came back with it."""
    is_unsaved = kept_at is not None or request.method == "POST"
    return render_template(
        "papers/edit.html",
        paper=paper,
        form=form,
        others=queries.others_editing(actor(), paper),
        pictures=[file for file in queries.attachments_of(paper) if file.is_picture],
        base=_base_revision(paper, form.base.data),
        kept_at=kept_at,
        is_unsaved=is_unsaved,
        is_live=not is_unsaved and not _is_form_wanted(),
        preview=preview,
        page=url_for(".edit", key=paper.key),
        longest_offline=settings().live_longest_offline,
        max_bytes=settings().paper_max_bytes,
        timezone=settings().timezone,
    )


def _is_form_wanted() -> bool:
    return request.args.get("as") == "form"


def _base_revision(paper: Paper, number: int) -> Revision | None:
    """The revision a writer started from; None when the form says something else."""
    return queries.get_revision(paper, number) if 1 <= number <= paper.head_number else None


def _note_open(paper: Paper) -> None:
    """Others see for a while that this page is open. A derived row: it may be missing."""
    row = {"paper_id": paper.id, "member_id": actor().member_id, "opened_at": now()}

    def write(own: Session) -> None:
        own.merge(OpenEditor(**row))

    write_derived(write)


# Text that arrived after the session had ended


def _give_back(form: EditForm) -> datetime | None:
    """Put text that was kept for this page back into the form. Returns when it was sent, None without any."""
    session_id = sessions.current_session_id()
    fields = sessions.kept_fields(here())
    row = accounts.kept_form(session_id, here()) if session_id is not None and fields else None
    if row is None or not fields or "body" not in fields:
        return None
    form.body.data = fields["body"][0]
    form.summary.data = fields.get("summary", [""])[0]
    form.base.data = number_of(fields.get("base", [""])[0]) or 0
    return row.created_at


# Saving


def saved(paper: Paper, base: int, body: str, summary: str, source: Source) -> ResponseReturnValue:
    """Save and go back to reading.

    Raises: what `change_text` raises.
    """
    head = paper.head_number
    revision = change_text(actor(), paper, base=base, new_text=body, source=source, summary=summary)
    actions.follow_own_save(actor(), paper, revision.number)
    sessions.drop_kept(request.form.get("kept_for", ""))
    flash(_answer(paper, base, head, revision))
    return redirect(url_for(".show", key=paper.key), 303)


def _answer(paper: Paper, base: int, head: int, revision: Revision) -> str:
    if revision.number <= head:
        return str(_("Es gab nichts zu speichern: Der Text ist unverändert."))
    others = _writers_between(paper, base, revision.number)
    if revision.source != Source.MERGE or not others:
        return str(_("Gespeichert."))
    sentence = _("Ihre Änderung wurde mit der von %(names)s zusammengeführt.", names=_names(others))
    address = url_for(".compare", key=paper.key, old=base, new=revision.number)
    return Markup('{} <a href="{}">{}</a>').format(sentence, address, _("Alle Änderungen seit Ihrem Stand zeigen"))


def _writers_between(paper: Paper, base: int, number: int) -> Sequence[Member]:
    """Who wrote the revisions behind `base` and before `number`, newest first."""
    behind = queries.revisions_before(paper, number, limit=min(MOST_NAMED, number - base - 1))
    found: dict[int, Member] = {}
    for revision in behind:
        for author in revision.authors:
            found.setdefault(author.member_id, author.member)
    return list(found.values())


def _names(people: Sequence[Member]) -> str:
    names = [shown_name(person) if person.id != actor().member_id else str(_("Ihnen selbst")) for person in people]
    if len(names) < 2:
        return "".join(names)
    return str(_("%(first)s und %(last)s", first=", ".join(names[:-1]), last=names[-1]))


# Both changed the same passage


def conflict_page(paper: Paper, form: EditForm, base: int, conflict: EditConflict, *, is_answered: bool = False) -> str:
    """Each passage as it was, as others saved it and as the writer has it; all else is joined already.

    Args:
        base: number of the revision that the writer's text was made from.
        is_answered: show what this request chose, because it is asked again.
    """
    places = conflict.merged.conflicts
    answers = request.form if is_answered else {}
    return render_template(
        "papers/conflict.html",
        paper=paper,
        form=form,
        base=base,
        mine=conflict.mine,
        theirs=queries.get_revision(paper, conflict.theirs_number),
        conflicts=places,
        chosen=[answers.get(f"choice-{at}", "") for at in range(len(places))],
        own=[answers.get(f"own-{at}", place.mine.strip("\n")) for at, place in enumerate(places)],
        names=_names(_writers_between(paper, base, conflict.theirs_number + 1)),
        page=url_for(".edit", key=paper.key),
    )


def _save_resolved(paper: Paper, form: EditForm) -> ResponseReturnValue:
    """The answer to the conflict page: joins again, as the passages follow from the three texts alone.

    Raises: Invalid for numbers that are no revisions, or a writer's text that cannot be saved.
    """
    base, theirs_number = form.base.data, number_of(request.form.get("theirs"))
    if theirs_number is None or not 1 <= base <= theirs_number <= paper.head_number:
        raise Invalid("base_unknown")
    asked = _conflict_between(paper, base, checked_text(form.body.data), theirs_number)
    try:
        wordings = [wording(at, place) for at, place in enumerate(asked.merged.conflicts)]
        text = asked.merged.resolved(wordings)
        return saved(paper, theirs_number, text, form.summary.data, Source.MERGE)
    except EditConflict as again:
        return conflict_page(paper, form, theirs_number, again), 409
    except Invalid as error:
        form.take(error)
        return conflict_page(paper, form, base, asked, is_answered=True), status_of(error)


def _conflict_between(paper: Paper, base: int, mine: str, theirs_number: int) -> EditConflict:
    """The same conflict as when it was asked about."""
    base_text, theirs = text_of(paper, base), text_of(paper, theirs_number)
    return EditConflict(base_text, theirs, mine, merge(base_text, mine, theirs), theirs_number)


def wording(at: int, place: Conflict) -> str:
    """What the writer chose for a passage. Raises: Invalid when nothing was chosen."""
    choice = request.form.get(f"choice-{at}")
    if choice not in CHOICES:
        raise Invalid("choice_missing")
    return {"theirs": place.theirs, "mine": place.mine, "own": request.form.get(f"own-{at}", "")}[choice]


# One block


@bp.get("/papers/<key:key>/blocks/<int:start>-<int:end>")
def edit_block(key: str, start: int, end: int) -> ResponseReturnValue:
    paper = _writable(key)
    base = number_of(request.args.get("base")) or paper.head_number
    text = _block_text(paper, base, start, end)
    form = EditForm(formdata=None, body=text[start:end], base=base)
    kept_at = _give_back(form)
    _note_open(paper)
    return _block_page(paper, form, text, start, end, kept_at=kept_at)


@bp.post("/papers/<key:key>/blocks/<int:start>-<int:end>")
def save_block(key: str, start: int, end: int) -> ResponseReturnValue:
    """Only the span is replaced; joining with what others saved meanwhile is the same as for the whole text."""
    paper, form = _writable(key), EditForm()
    base = form.base.data or number_of(request.args.get("base")) or paper.head_number
    text = _block_text(paper, base, start, end)
    if not form.validate():
        return _block_page(paper, form, text, start, end), 422
    whole = text[:start] + form.body.data.strip("\n") + text[end:]
    try:
        if request.form.get("do") == "preview":
            html = reading.preview(paper, checked_text(form.body.data))
            return _block_page(paper, form, text, start, end, preview=html)
        return saved(paper, base, whole, form.summary.data, Source.BLOCK)
    except EditConflict as conflict:
        return conflict_page(paper, form, base, conflict), 409
    except Invalid as error:
        form.take(error)
        return _block_page(paper, form, text, start, end), status_of(error)


def _block_text(paper: Paper, base: int, start: int, end: int) -> str:
    """The text of the base revision. Raises: NotFound when the span is no block of it."""
    if not 1 <= base <= paper.head_number:
        raise NotFound
    text = text_of(paper, base)
    if reading.block_at(text, start, end) is None:
        raise NotFound
    return text


def _block_page(
    paper: Paper, form: EditForm, text: str, start: int, end: int, *,
    kept_at: datetime | None = None, preview: str | None = None,
) -> str:  # fmt: skip
    base = form.base.data or paper.head_number
    return render_template(
        "papers/block.html",
        paper=paper,
        form=form,
        section_title=reading.section_of(text, start),
        others=queries.others_editing(actor(), paper),
        kept_at=kept_at,
        is_unsaved=kept_at is not None or request.method == "POST",
        preview=preview,
        page=url_for(".edit_block", key=paper.key, start=start, end=end, base=base),
    )
