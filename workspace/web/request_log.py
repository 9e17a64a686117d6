"""One log line for each answered request: rule, status, milliseconds. Never its address, which may hold a token."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from workspace.config import Settings

log = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    if not settings.log_requests:
        return

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def say(response: Response) -> Response:
        if request.endpoint not in {"static", "operation.health"}:
            took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000)
            rule = request.url_rule.rule if request.url_rule else "–"
            given = {"method": request.method, "rule": rule, "status": response.status_code, "ms": took}
            log.info("answered", extra=given)
        return response
