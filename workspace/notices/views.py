"""The page of notices, what is followed, how soon mail comes, and the one click that ends it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from workspace.accounts.views.blueprint import me
from workspace.config import settings
from workspace.db import session
from workspace.discussion.queries import get_thread
from workspace.errors import Invalid
from workspace.letters.showing import may_show, shown
from workspace.letters.stopping import carry_out, read_token
from workspace.notices.actions import choose_paces, follow_paper, follow_thread, read_notices
from workspace.notices.models import Notice, Pace, Topic
from workspace.notices.queries import COUNTED, follows_paper, follows_thread, paces_of
from workspace.papers.forms import number_of
from workspace.papers.models import Paper
from workspace.papers.queries import get_paper
from workspace.permissions import Actor
from workspace.web.actor import actor, public
from workspace.web.links import safe_next

bp = Blueprint("notices", __name__)

TOPICS = {
    Topic.MENTION: _l("Jemand nennt mich oder fragt mich etwas"),
    Topic.ANSWER: _l("Jemand antwortet in einer Diskussion, an der ich beteiligt bin"),
    Topic.COMMENT: _l("Neue Rückmeldungen in Papieren, denen ich folge"),
    Topic.REVISION: _l("Geänderter Text in Papieren, denen ich folge"),
    Topic.PUBLICATION: _l("Eingereicht, zurückgegeben, veröffentlicht, versiegelt"),
}
PACES = {
    Pace.AT_ONCE: _l("sofort"),
    Pace.DAILY: _l("täglich gesammelt"),
    Pace.WEEKLY: _l("wöchentlich gesammelt"),
    Pace.NEVER: _l("keine Mail"),
}


def unread_count(who: Actor) -> int:
    """How many notices the member has not read; counting ends after `COUNTED`."""
    unread = (
        select(Notice.id)
        .join(Paper, Paper.id == Notice.paper_id)
        .where(Notice.member_id == who.member_id, Notice.read_at.is_(None), may_show(who))
        .limit(COUNTED + 1)
    )
    return len(session().scalars(unread).all())


@bp.get("/notices")
def index() -> ResponseReturnValue:
    """Newest first. A page begins below the row that `before` names, also when others came in meanwhile."""
    size = settings().page_size
    query = (
        select(Notice)
        .join(Paper, Paper.id == Notice.paper_id)
        .where(Notice.member_id == me().id, may_show(actor()))
        .order_by(Notice.changed_at.desc(), Notice.id.desc())
        .limit(size + 1)
    )
    last = session().get(Notice, number_of(request.args.get("before")) or 0)
    if last is not None and last.member_id == me().id:
        same = and_(Notice.changed_at == last.changed_at, Notice.id < last.id)
        query = query.where(or_(Notice.changed_at < last.changed_at, same))
    rows = session().scalars(query).all()
    return render_template(
        "notices/index.html",
        rows=shown(actor(), rows[:size]),
        older=rows[size - 1].id if len(rows) > size else None,
        is_first=last is None,
        unread=unread_count(actor()),
        counted=COUNTED,
    )


@bp.post("/notices/read")
def read() -> ResponseReturnValue:
    """Mark one notice as read, or all that came up to the newest one that the page showed."""
    one, newest = number_of(request.form.get("notice")), number_of(request.form.get("newest"))
    if one is None and newest is None:
        raise Invalid
    read_notices(me().id, Notice.id == one if one is not None else Notice.id <= newest)
    return redirect(safe_next(request.form.get("next")) or url_for(".index"), 303)


@bp.get("/account/notices")
def choice() -> ResponseReturnValue:
    return render_template("notices/choice.html", member=me(), topics=TOPICS, paces=PACES, chosen=paces_of(me().id))


@bp.post("/account/notices")
def choose() -> ResponseReturnValue:
    sent = {topic: request.form.get(topic) for topic in TOPICS}
    if any(pace is not None and pace not in PACES for pace in sent.values()):
        raise Invalid
    choose_paces(me().id, {topic: Pace(pace) for topic, pace in sent.items() if pace is not None})
    flash(_("Gespeichert. So kommen Mails von jetzt an."))
    return redirect(url_for(".choice"), 303)


@bp.post("/papers/<key:key>/follow")
def follow(key: str) -> ResponseReturnValue:
    paper = get_paper(actor(), key)
    is_muted = request.form.get("mute") == "1"
    follow_paper(me().id, paper.id, is_muted=is_muted)
    flash(
        _("Sie folgen diesem Papier nicht mehr. Es kommen auch keine Mails mehr dazu.")
        if is_muted
        else _("Sie folgen diesem Papier. Neues steht in Ihren Hinweisen.")
    )
    return redirect(url_for("papers.show", key=key), 303)


@bp.post("/papers/<key:key>/threads/<number:number>/follow")
def follow_discussion(key: str, number: int) -> ResponseReturnValue:
    thread = get_thread(actor(), key, number)
    is_muted = request.form.get("mute") == "1"
    follow_thread(me().id, thread.id, is_muted=is_muted)
    flash(
        _("Sie folgen dieser Diskussion nicht mehr. Nur wer Sie nennt, erreicht Sie noch.")
        if is_muted
        else _("Sie folgen dieser Diskussion. Neue Antworten stehen in Ihren Hinweisen.")
    )
    return redirect(url_for("discussion.thread", key=key, number=number), 303)


@bp.get("/notices/stop/<token>")
@public
def stop(token: str) -> ResponseReturnValue:
    """One button: mail gateways open every link, so that opening this page ends nothing. No paper is named."""
    return render_template("notices/stop.html", stop=read_token(token), is_done=False)


@bp.post("/notices/stop/<token>")
@public
def stop_post(token: str) -> ResponseReturnValue:
    """From the page's button or, without sign-in and form, from the mail program (RFC 8058)."""
    found = read_token(token)
    carry_out(found)
    return render_template("notices/stop.html", stop=found, is_done=True)


def _follows_paper(paper: Paper) -> bool:
    return follows_paper(actor().member_id, paper.id, actor().group_roles.get(paper.group_id))


bp.add_app_template_global(_follows_paper, "follows_paper")
bp.add_app_template_global(
    lambda thread: follows_thread(
        actor().member_id, thread.id, took_part=any(c.author_id == actor().member_id for c in thread.comments)
    ),
    "follows_thread",
)
