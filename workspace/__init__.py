"""The position-paper workspace."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta

from flask import Flask

from workspace.config import Settings, load_settings
from workspace.db import make_engine, make_sessions
from workspace.resources import resource_dir

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """Wire the workspace: the one place that knows every feature.

    Raises: config.ConfigError when a setting is wrong.
    """
    from workspace.accounts import sessions as signed_in
    from workspace.accounts import views as accounts
    from workspace.discussion import views as discussion
    from workspace.editions import views as editions
    from workspace.groups import views as groups
    from workspace.letters import jobs as _letters_jobs  # noqa: F401 - names what does its jobs
    from workspace.live import views as live
    from workspace.membership import views as membership
    from workspace.network import views as network
    from workspace.notices import views as notices
    from workspace.operation import jobs as _operation_jobs  # noqa: F401 - names what does its jobs
    from workspace.operation import mailbox
    from workspace.operation import views as operation
    from workspace.papers import jobs as _papers_jobs  # noqa: F401 - names what does its jobs
    from workspace.papers import views as papers
    from workspace.papers.rights import rights_of
    from workspace.web import (
        actor,
        compression,
        converters,
        errors,
        i18n,
        request_log,
        security,
        templating,
        transaction,
    )

    given = settings or load_settings()
    app = Flask(
        __name__,
        template_folder=str(resource_dir("templates")),
        static_folder=str(resource_dir("static")),
    )
    app.config.update(
        SECRET_KEY=secret_key(given),
        SESSION_COOKIE_NAME="__Host-session" if given.is_secure else "session",
        SESSION_COOKIE_SECURE=given.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        MAX_CONTENT_LENGTH=given.request_max_bytes,
        MAX_FORM_MEMORY_SIZE=given.form_max_bytes,
        MAX_FORM_PARTS=given.form_max_fields,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
    )
    engine = make_engine(given.resolved_database_url(), threads=given.threads)
    app.extensions["workspace_engine"] = engine
    app.extensions["workspace_settings"] = given
    sessions = make_sessions(engine)
    app.extensions["workspace_sessions"] = sessions

    app.url_map.merge_slashes = False  # its redirect would name the host that the request claims
    compression.init_app(app)
    request_log.init_app(app, given)
    converters.init_app(app)
    transaction.init_app(app, given, sessions)
    signed_in.init_app(app)
    i18n.init_app(app, given)
    security.init_app(app, given)
    actor.init_app(app, signed_in.actor_loader(rights_of), signed_in.ask_to_sign_in)
    templating.init_app(app)
    errors.init_app(app)
    for feature in (accounts, groups, papers, notices, discussion, editions, network, live, membership, operation):
        app.register_blueprint(feature.bp)
    app.extensions["csrf"].exempt(notices.stop_post)  # asked by mail programs, which have no form: its token is signed
    if given.environment == "development":
        app.register_blueprint(mailbox.bp)
    return app


def secret_key(settings: Settings) -> str:
    """The configured key; in development one is made and kept in the instance folder."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    path = settings.instance_dir / "secret_key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
