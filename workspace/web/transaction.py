"""One session per request; a writing request that succeeded is committed, everything else is dropped."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, Response, g, request

from workspace import config, db

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask, settings: config.Settings, sessions: db.Sessions) -> None:
    """Open a session before each request, commit and close it after."""

    @app.before_request
    def open_session() -> None:
        stack = ExitStack()
        stack.enter_context(config.using(settings))
        stack.enter_context(db.session_scope(sessions))
        g.session_stack = stack

    @app.after_request
    def commit(response: Response) -> Response:
        if request.method not in SAFE_METHODS and response.status_code < 400 and "session_stack" in g:
            db.session().commit()
        return response

    @app.teardown_request
    def close_session(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("session_stack", None)
        if stack is not None:
            stack.close()


def commit_now() -> None:
    """Commit in a request that answers with an error status on purpose, as the count of failed sign-ins."""
    db.session().commit()
