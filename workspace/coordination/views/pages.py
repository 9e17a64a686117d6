"""Pages of coordination: all groups at a glance, the log and its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workspace.accounts.views.directory import asked_number
from workspace.clock import now
from workspace.config import settings
from workspace.coordination import log, queries
from workspace.coordination.views.blueprint import bp
from workspace.groups.queries import all_groups
from workspace.permissions import Permission, require
from workspace.web.actor import actor
from workspace.web.forms import clean_line
from workspace.web.i18n import local


@bp.get("/coordination/groups")
def groups() -> ResponseReturnValue:
    require(actor(), Permission.GROUP_CREATE)
    return render_template("coordination/groups.html", rows=queries.groups_at_a_glance())


@bp.get("/coordination/log", endpoint="log")
def show_log() -> ResponseReturnValue:
    require(actor(), Permission.LOG_READ)
    filters, before = _filters(), asked_number("before")
    lines, older = log.page_of(filters, before)
    asked = _as_asked(filters)
    return render_template(
        "coordination/log.html",
        filters=filters,
        lines=lines,
        kinds=[(kind, label) for kind, (label, _verbs) in log.KINDS.items()],
        groups=all_groups(),
        older=url_for(".log", before=older, **asked) if older else "",
        newer=url_for(".log", **asked) if before else "",
        file=url_for(".log_file", **asked),
    )


def _filters() -> log.Filters:
    """What the address asks for; what it does not know it takes as not given."""
    kind = request.args.get("kind", "")
    return log.Filters(
        words=clean_line(request.args.get("q"))[: settings().search_max],
        kind=kind if kind in log.KINDS else "",
        group_id=asked_number("group"),
        first=_day(request.args.get("first")),
        last=_day(request.args.get("last")),
    )


def _day(given: str | None) -> date | None:
    """A day as the browser's field sends it; only those that a calendar of ours reaches."""
    try:
        day = date.fromisoformat(given or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2999 else None


def _as_asked(filters: log.Filters) -> dict[str, Any]:
    return {
        "q": filters.words or None, "kind": filters.kind or None, "group": filters.group_id,
        "first": filters.first, "last": filters.last,
    }  # fmt: skip


@bp.get("/coordination/log.csv")
def log_file() -> ResponseReturnValue:
    require(actor(), Permission.LOG_READ)
    answer = make_response(log.as_csv(_filters()))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="protokoll-{local(now()):%Y-%m-%d}.csv"'
    return answer
