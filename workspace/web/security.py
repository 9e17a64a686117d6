"""Response headers, Origin check, limits of a request."""

from __future__ import annotations

from flask import Flask, Response, abort, g, request
from flask_wtf import CSRFProtect

from workspace.config import Settings
from workspace.web.transaction import SAFE_METHODS

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
FILE_CSP = "sandbox; default-src 'none'"
"""For files that members uploaded."""


def init_app(app: Flask, settings: Settings) -> None:
    CSRFProtect(app)

    @app.before_request
    def refuse_foreign_origin() -> None:
        """A form of another site may not write here, whatever cookies the browser sends along."""
        if request.method in SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        if origin is not None and origin != settings.base_url:
            abort(403)
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if settings.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate" if is_public() else "no-store")
            response.vary.add("Cookie")
        return response


def is_public() -> bool:
    """Whether this answer is the same for everybody: a public page asked for without a session."""
    return bool(g.get("public_page")) and not request.cookies
