"""Domain errors become HTTP in one table; as page, partial or JSON."""

from __future__ import annotations

import errno
import logging
import secrets

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from workspace import errors
from workspace.db import session
from workspace.web.links import came_from, safe_next
from workspace.web.messages import message

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[errors.Refusal], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.TooLarge, 413),
    (errors.Invalid, 422),
    (errors.Conflict, 409),
    (errors.Gone, 410),
)
BUSY_WORDS = ("locked", "deadlock", "lock timeout")
FULL_NAMES = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_SHMSIZE"})
"""How SQLite says that there is no room for the database, its log, or the index of its log."""
DISK_FULL = "53100"
"""The same of PostgreSQL (SQLSTATE, appendix A of its manual)."""
SECRET_FIELDS = frozenset({"csrf_token", "password", "new", "old", "again", "code"})
"""Fields that are never kept and never shown again."""
WRITTEN_FIELDS = frozenset({"body", "words", "summary", "reason", "answer", "note", "sentence", "title", "name"})
"""What people write in few words."""
LONG_INPUT = 40
"""A sent field at least this long is shown again on an error page, so that nobody's words are lost."""


def status_of(error: errors.Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def wants_json() -> bool:
    """Whether the caller asked for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and request.accept_mimetypes[best] > request.accept_mimetypes["text/html"]


def init_app(app: Flask) -> None:
    @app.errorhandler(errors.Refusal)
    def refusal(error: errors.Refusal) -> ResponseReturnValue:
        drop_changes()
        missing = tuple(message(code) for code in getattr(error, "missing", ()))
        return answer(status_of(error), error.code, message(error.code, error.values), missing=missing)

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> ResponseReturnValue:
        text = _("Das Formular ist zu alt oder kam von einer anderen Seite. Bitte laden Sie die Seite neu.")
        return answer(400, "csrf", text)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, InternalServerError) and isinstance(error.original_exception, Exception):
            # what fails in the last moment, when a good answer is committed, comes wrapped
            return app.handle_user_exception(error.original_exception)
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        drop_changes()
        response = answer(error.code or 500, f"http_{error.code}", _http_sentence(error.code or 500))
        response.headers.extend((k, v) for k, v in error.get_headers() if k in {"Allow", "Retry-After"})
        return response

    @app.errorhandler(IntegrityError)
    def race(error: IntegrityError) -> ResponseReturnValue:
        """Two did the same at the same instant, and the other one was first."""
        if not is_taken(error):
            return unexpected(error)
        drop_changes()
        return answer(409, "race", message("race"))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        reference = secrets.token_hex(4)
        log.error("request failed, reference %s", reference, exc_info=error)
        drop_changes()
        _take_back_good_news()
        if is_disk_full(error):
            return answer(507, "disk_full", message("disk_full"))
        if isinstance(error, OperationalError) and any(word in str(error.orig) for word in BUSY_WORDS):
            return answer(503, "busy", message("busy"))
        text = _("Da ist etwas schiefgegangen. Der Vorgang ist unter %(reference)s notiert.", reference=reference)
        return answer(500, "internal", text)


def is_taken(error: IntegrityError) -> bool:
    """Whether a unique value is there already, rather than a row that must be there missing."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    name = getattr(error.orig, "sqlite_errorname", "")
    return sqlstate == "23505" or name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def is_disk_full(error: BaseException) -> bool:
    """Whether something could not be written because there is no room."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not isinstance(error, DBAPIError):
        return False
    is_full_for_sqlite = getattr(error.orig, "sqlite_errorname", "") in FULL_NAMES
    return is_full_for_sqlite or getattr(error.orig, "sqlstate", None) == DISK_FULL


def _take_back_good_news() -> None:
    """A page that could not be committed said "saved" already; that would stand on the page that says it is not."""
    cookie.pop("_flashes", None)


def drop_changes() -> None:
    """Let go of what a refused request had begun: the error page is made without the lock and on a sound session."""
    if "session_stack" in g:
        session().rollback()


def _http_sentence(status: int) -> str:
    sentences: dict[int, str] = {
        400: _("Diese Anfrage war nicht zu verstehen."),
        403: _("Dazu fehlt Ihnen das Recht."),
        404: _("Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt."),
        405: _("Das geht an dieser Stelle nicht."),
        413: _("Das ist zu groß."),
    }
    return sentences.get(status) or str(_("Das hat nicht geklappt."))


def answer(status: int, code: str, text: str, *, missing: tuple[str, ...] = ()) -> Response:
    """An error as JSON for scripts, as a page for people. The page keeps what was typed."""
    if wants_json():
        response = jsonify(error={"code": code, "message": text, "missing": list(missing)})
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            code=code,
            text=text,
            missing=missing,
            kept=long_inputs(status),
            back=safe_next(came_from()) if request.method == "POST" else None,
        )
        response = make_response(page)
    response.status_code = status
    return response


def long_inputs(status: int) -> tuple[str, ...]:
    """What was typed, to be shown again; of a form that a full disk refused the short words too."""
    if request.method != "POST" or status == 413:
        return ()
    try:
        sent = list(request.form.items(multi=True))
    except OSError:  # a large form is put on the disk while it comes in
        return ()
    short = WRITTEN_FIELDS if status == 507 else frozenset()
    return tuple(
        value for name, value in sent
        if name not in SECRET_FIELDS and (len(value) >= LONG_INPUT or (name in short and value.strip()))
    )  # fmt: skip
