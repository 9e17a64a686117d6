"""Pages of the technical administration, and what monitors ask."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from workspace.accounts.sessions import current_member
from workspace.config import settings
from workspace.errors import NotFound
from workspace.jobs import JobState
from workspace.mail import MailState, Recipient
from workspace.mail.delivery import is_set_up
from workspace.mail.models import FAILED
from workspace.network.queries import the_network
from workspace.operation import actions, checks, queries, words
from workspace.operation.backups import backups_in
from workspace.permissions import Permission, require
from workspace.web.actor import actor, public
from workspace.web.links import safe_next
from workspace.web.messages import add_messages

bp = Blueprint("operation", __name__)

add_messages(
    {
        "operation.run": _l("Darum kümmert sich die Technik."),
        "mail_not_failed": _l("Diese Mail wartet noch oder ist schon verschickt."),
        "job_not_failed": _l("Diese Aufgabe ist nicht gescheitert."),
    }
)


@bp.app_context_processor
def speaking() -> dict[str, object]:
    return {"operation": words}


@bp.get("/health")
@public
def health() -> ResponseReturnValue:
    """For monitors: 200 where the database answers and a worker lives, else 503. Says nothing else about anything."""
    try:
        parts = {"database": "ok", "worker": "ok" if checks.worker().is_ok else "missing"}
    except SQLAlchemyError:
        parts = {"database": "missing"}
    answer = jsonify(status="ok" if set(parts.values()) == {"ok"} else "failing", **parts)
    answer.status_code = 200 if set(parts.values()) == {"ok"} else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/technik")
def overview() -> ResponseReturnValue:
    require(actor(), Permission.OPERATION)
    return render_template(
        "operation/overview.html",
        warnings=checks.warnings(),
        storage=queries.storage(),
        workers=queries.workers(),
        versions=queries.versions(),
        mail_counts=queries.mail_counts(),
        newest=next(iter(backups_in(settings().backups)), None),
    )


@bp.get("/technik/mail")
def mails() -> ResponseReturnValue:
    require(actor(), Permission.OPERATION)
    chosen = request.args.get("state", "")
    states = {"failed": FAILED, "waiting": ("waiting", "sending", "handing"), "sent": ("sent",)}.get(chosen, ())
    rows = queries.mails(states=states, before=_before(), limit=settings().page_size)
    return render_template(
        "operation/mails.html",
        rows=rows,
        chosen=chosen,
        counts=queries.mail_counts(),
        failed=FAILED,
        is_set_up=is_set_up(),
        older=rows[-1].id if len(rows) == settings().page_size else None,
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@bp.post("/technik/mail/probe")
def probe() -> ResponseReturnValue:
    me = current_member()
    if me is None:
        raise NotFound
    to = Recipient(me.name, me.email, me.id)
    actions.send_probe(actor(), to, language=me.language, network_name=the_network().name)
    flash(_("Eine Probemail an %(address)s liegt im Postausgang.", address=me.email))
    return redirect(safe_next(request.form.get("next")) or url_for(".mails"), 303)


@bp.post("/technik/mail/<int:mail_id>/again")
def send_again(mail_id: int) -> ResponseReturnValue:
    actions.send_again(actor(), [mail_id])
    flash(_("Die Mail wird noch einmal verschickt."))
    return redirect(url_for(".mails", state="failed"), 303)


@bp.post("/technik/mail/<int:mail_id>/drop")
def drop_mail(mail_id: int) -> ResponseReturnValue:
    actions.drop_mails(actor(), [mail_id])
    flash(_("Die Mail ist verworfen."))
    return redirect(url_for(".mails", state="failed"), 303)


@bp.post("/technik/mail/held/again")
def send_held() -> ResponseReturnValue:
    """All that a restored backup brought back."""
    require(actor(), Permission.OPERATION)
    count = actions.send_again(actor(), queries.mail_ids(MailState.HELD))
    flash(ngettext("Eine Mail wird verschickt.", "%(num)s Mails werden verschickt.", count))
    return redirect(url_for(".mails"), 303)


@bp.post("/technik/mail/held/drop")
def drop_held() -> ResponseReturnValue:
    require(actor(), Permission.OPERATION)
    count = actions.drop_mails(actor(), queries.mail_ids(MailState.HELD))
    flash(ngettext("Eine Mail ist verworfen.", "%(num)s Mails sind verworfen.", count))
    return redirect(url_for(".mails"), 303)


@bp.get("/technik/jobs")
def jobs() -> ResponseReturnValue:
    require(actor(), Permission.OPERATION)
    state = JobState.FAILED if request.args.get("state") == "failed" else None
    rows = queries.jobs(state=state, before=_before(), limit=settings().page_size)
    return render_template(
        "operation/jobs.html",
        rows=rows,
        state=state,
        recurring=queries.recurring(),
        older=rows[-1].id if len(rows) == settings().page_size else None,
    )


@bp.post("/technik/jobs/<int:job_id>/again")
def do_job_again(job_id: int) -> ResponseReturnValue:
    actions.do_job_again(actor(), job_id)
    flash(_("Die Aufgabe beginnt gleich noch einmal."))
    return redirect(url_for(".jobs"), 303)


@bp.post("/technik/jobs/<int:job_id>/drop")
def drop_job(job_id: int) -> ResponseReturnValue:
    actions.drop_job(actor(), job_id)
    flash(_("Die Aufgabe ist verworfen."))
    return redirect(url_for(".jobs"), 303)


@bp.get("/technik/backups")
def backups() -> ResponseReturnValue:
    require(actor(), Permission.OPERATION)
    return render_template(
        "operation/backups.html",
        backups=backups_in(settings().backups),
        folder=settings().backups.resolve(),
        at=settings().backup_at,
        kept=settings().backups_kept,
        is_coming=queries.is_backup_coming(),
        warnings=[found for found in checks.warnings() if found.part in {"backup", "disk"}],
    )


@bp.post("/technik/backups")
def ask_for_backup() -> ResponseReturnValue:
    actions.ask_for_backup(actor())
    flash(_("Die Sicherung beginnt gleich. Sie steht hier, sobald sie geprüft ist."))
    return redirect(url_for(".backups"), 303)
