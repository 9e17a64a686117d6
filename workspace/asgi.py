"""The one server: every request goes to Flask, carried over the ASGI bridge by a fixed number of threads."""

from __future__ import annotations

from a2wsgi import WSGIMiddleware
from a2wsgi.asgi_typing import ASGIApp

from workspace import create_app
from workspace.config import Settings, load_settings


def make_asgi(settings: Settings | None = None) -> ASGIApp:
    """The ASGI application for uvicorn; with several processes each makes its own."""
    given = settings or load_settings()
    application: ASGIApp = WSGIMiddleware(create_app(given).wsgi_app, workers=given.threads)  # type: ignore[arg-type]
    return application
