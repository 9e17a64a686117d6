"""Mails of a development workspace, readable at /mails: by whoever sits at this machine, and by the administration."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from workspace.config import settings
from workspace.db import session
from workspace.errors import NotFound
from workspace.mail import Mail
from workspace.permissions import Permission, can
from workspace.web.actor import actor, public
from workspace.web.security import is_loopback

bp = Blueprint("mailbox", __name__)
HTML_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A mail brings its own styles, as mail programs want them; nothing else of it may do anything."""


@bp.before_request
def for_this_machine_alone() -> None:
    at_home = is_loopback(request.remote_addr or "") and is_loopback(request.host.rpartition(":")[0] or request.host)
    if not at_home and not can(actor(), Permission.OPERATION):
        raise NotFound


@bp.get("/mails")
@public
def index() -> ResponseReturnValue:
    found = session().scalars(select(Mail).order_by(Mail.id.desc()).limit(settings().page_size)).all()
    return render_template("operation/mailbox.html", mails=found)


@bp.get("/mails/<int:mail_id>")
@public
def show(mail_id: int) -> ResponseReturnValue:
    return render_template("operation/mailbox_mail.html", mail=_mail(mail_id))


@bp.get("/mails/<int:mail_id>/html")
@public
def html(mail_id: int) -> Response:
    response = make_response(_mail(mail_id).html)
    response.headers["Content-Security-Policy"] = HTML_CSP
    return response


def _mail(mail_id: int) -> Mail:
    found = session().get(Mail, mail_id)
    if found is None:
        raise NotFound
    return found
