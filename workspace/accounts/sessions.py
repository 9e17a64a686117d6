"""From the cookie to the actor: Flask-Login with an own session table; forms whose session had ended are kept.

The one cookie is Flask's signed session. It holds the token of a `LoginSession`, the CSRF token, the language a visitor
chose and the sentences for the next page, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import delete, update

from workspace.accounts import queries
from workspace.accounts.models import KeptForm, LoginSession, Member
from workspace.accounts.names import shown_name
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.permissions import PUBLIC, Actor, Role
from workspace.web.actor import actor as web_actor
from workspace.web.derived import write_derived
from workspace.web.errors import SECRET_FIELDS, answer, wants_json
from workspace.web.i18n import COOKIE
from workspace.web.links import came_from, here, safe_next
from workspace.web.transaction import SAFE_METHODS

PAGE_FIELD = "kept_for"
"""The field with which a form asks to be kept, and names the page that puts it back."""
LONGEST_PATH = 500
"""Characters of an address that a kept form can name."""
GrantLoader = Callable[[Member], tuple[dict[int, Role], frozenset[tuple[int, int]]]]
"""Member → ({group id: role}, {(paper id, revision number)} granted now)."""


@dataclass(frozen=True)
class SignedIn:
    """What Flask-Login carries: the member and the session it came through."""

    token: str
    member: Member
    session_id: int
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """The session's random token: a stolen cookie is worth nothing after sign-out."""
        return self.token


def init_app(app: Flask) -> LoginManager:
    manager = LoginManager()
    manager.session_protection = None  # sessions live in the database and are ended there
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        opened = queries.find_session(token)
        if opened is None or not queries.is_alive(opened):
            return None
        member = session().get(Member, opened.member_id)
        if member is None or member.is_disabled:
            return None
        _note_use(opened)
        return SignedIn(token, member, opened.id)

    app.add_template_global(shown_name)

    @app.context_processor
    def who() -> dict[str, object]:
        return {"current_member": current_member()}

    return manager


def _note_use(opened: LoginSession) -> None:
    if (now() - opened.seen_at).total_seconds() < settings().session_seen_every:
        return
    session_id, moment = opened.id, now()
    write_derived(
        lambda own: own.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=moment))
    )


def current_member() -> Member | None:
    """The signed-in member of this request."""
    return current_user.member if current_user and current_user.is_authenticated else None


def current_session_id() -> int | None:
    return current_user.session_id if current_user and current_user.is_authenticated else None


def current_session() -> LoginSession | None:
    """The session of this request."""
    session_id = current_session_id()
    return session().get(LoginSession, session_id) if session_id is not None else None


def actor_loader(grants_of: GrantLoader) -> Callable[[], Actor]:
    """A function that makes the actor of the present request."""

    def load() -> Actor:
        member = current_member()
        if member is None:
            return PUBLIC
        g.language = member.language
        roles, grants = grants_of(member)
        return Actor(member.id, member.name, member.network_roles, MappingProxyType(roles), grants)

    return load


def browser_token() -> str | None:
    """The token of the session this browser has or had."""
    token = cookie.get("_user_id")
    return token if isinstance(token, str) else None


def remember(token: str) -> None:
    """Put a freshly opened session into the cookie, with a new CSRF token."""
    opened = queries.find_session(token)
    member = session().get(Member, opened.member_id) if opened is not None else None
    if opened is None or member is None:
        raise RuntimeError("a session was opened and is not there")
    language = cookie.get(COOKIE)
    cookie.clear()
    if language is not None and member.language is None:
        cookie[COOKIE] = language
    login_user(SignedIn(token, member, opened.id))
    cookie.permanent = True


FIRST_STEP = "_first_step"


def remember_first_step(token: str) -> None:
    """Keep what a right password or link gave until the code is there, instead of a session."""
    earlier = browser_token()
    cookie.clear()
    if earlier is not None:
        cookie["_user_id"] = earlier
    cookie[FIRST_STEP] = token


def first_step() -> str | None:
    token = cookie.get(FIRST_STEP)
    return token if isinstance(token, str) else None


def forget() -> None:
    """Take the session out of the cookie."""
    logout_user()
    cookie.clear()


def ask_to_sign_in() -> ResponseReturnValue:
    """The answer for a stranger on a page for members: sign-in, and back. A sent form is kept first."""
    if wants_json():
        return answer(401, "sign_in", _("Bitte melden Sie sich an."))
    if request.method in SAFE_METHODS:
        return redirect(url_for("accounts.sign_in", next=safe_next(here())))
    page = _page_of_form()
    if _keep_form(page):
        flash(
            _("Ihre Sitzung war abgelaufen. Ihr Text ist aufgehoben und steht nach der Anmeldung wieder im Formular.")
        )
    else:
        flash(_("Bitte melden Sie sich an."))
    return redirect(url_for("accounts.sign_in", next=page), 303)


def _page_of_form() -> str:
    """Where the sent form stands: what it says itself, else the first of its address and the page before it."""
    pages = (request.form.get(PAGE_FIELD), request.path, came_from())
    return next((page for page in map(safe_next, pages) if page and _can_be_opened(page)), "/")


def _can_be_opened(page: str) -> bool:
    parts = urlsplit(page)
    adapter = current_app.create_url_adapter(request)
    return len(page) <= LONGEST_PATH and adapter is not None and adapter.test(parts.path, method="GET")


def _keep_form(page: str) -> bool:
    """Keep what was typed for 24 hours, for the browser whose session has ended and its member alone.

    A form that does not ask for it (a mere button) is not kept: no page would put it back.
    """
    if PAGE_FIELD not in request.form:
        return False
    token = browser_token()
    opened = queries.find_session(token) if token else None
    left_out = {*SECRET_FIELDS, PAGE_FIELD}
    fields = {name: values for name, values in request.form.lists() if name not in left_out}
    if opened is None or not any(value.strip() for values in fields.values() for value in values):
        return False
    begin_writing()
    session().execute(delete(KeptForm).where(KeptForm.session_id == opened.id, KeptForm.path == page))
    session().add(
        KeptForm(
            session_id=opened.id,
            member_id=opened.member_id,
            path=page,
            fields=json.dumps(fields, ensure_ascii=False),
            created_at=now(),
        )
    )
    return True


def kept_fields(page: str) -> dict[str, list[str]] | None:
    """The fields kept for this page, this browser and this member; None when there are none."""
    session_id = current_session_id()
    row = queries.kept_form(session_id, page) if session_id is not None else None
    if row is None or row.member_id != web_actor().member_id:
        return None
    found: dict[str, list[str]] = json.loads(row.fields)
    return found


def drop_kept(page: str) -> None:
    """Forget what was kept for this page, as the sent form names it."""
    session_id = current_session_id()
    if session_id is not None and safe_next(page) is not None and queries.kept_form(session_id, page) is not None:
        begin_writing()
        session().execute(delete(KeptForm).where(KeptForm.session_id == session_id, KeptForm.path == page))
