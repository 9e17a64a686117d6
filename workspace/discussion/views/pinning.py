"""Finding the passage of a thread again."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from workspace.discussion import actions, queries
from workspace.discussion.forms import PinForm
from workspace.discussion.models import Thread
from workspace.discussion.spans import narrowed
from workspace.discussion.views.blueprint import (
    bp,
    done,
    thread_address,
    view_of,
)
from workspace.errors import Invalid
from workspace.papers.store import text_of
from workspace.permissions import Permission, require
from workspace.text.nearby import blocks_near
from workspace.text.tree import parse
from workspace.web.actor import actor


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
            return done(thread_address(thread))
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
        view=view_of(thread, shown),
        form=form,
        near=near,
        others=others,
        back=url_for(".thread", key=thread.paper.key, number=thread.number),
    )
