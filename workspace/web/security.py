"""Response headers, Origin check, limits of a request."""

from __future__ import annotations

import ipaddress
import secrets
from functools import partial
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, abort, g, redirect, request, session
from flask.typing import ResponseReturnValue
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
    app.before_request(partial(come_home, urlsplit(settings.base_url)))
    app.before_request(partial(refuse_foreign_origin, settings))
    app.before_request(partial(refuse_many_fields, settings))
    CSRFProtect(app)  # after the check of the origin: a foreign form is forbidden, not only too old
    app.after_request(partial(add_headers, settings))


def come_home(home: SplitResult) -> ResponseReturnValue | None:
    """On one's own machine "localhost" and "127.0.0.1" are two places for a browser: one cookie, one Origin."""
    asked = _split_host(request.environ.get("HTTP_HOST", ""))
    if request.method not in {"GET", "HEAD"} or asked is None or asked == (home.hostname, home.port):
        return None
    if asked[1] != home.port or not is_loopback(asked[0]) or not is_loopback(home.hostname or ""):
        return None
    sent = urlsplit(request.url)
    return redirect(home.geturl() + sent.path + (f"?{sent.query}" if sent.query else ""), 307)


def refuse_foreign_origin(settings: Settings) -> None:
    """A form of another site may not write here, whatever cookies the browser sends along."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != settings.base_url:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)


def refuse_many_fields(settings: Settings) -> None:
    """Werkzeug counts the parts of multipart forms only; millions of empty fields fit into eight megabytes."""
    if request.method in SAFE_METHODS or request.mimetype != "application/x-www-form-urlencoded":
        return
    if (request.content_length or 0) > settings.form_max_bytes:
        abort(413)
    if request.get_data(cache=True).count(b"&") >= settings.form_max_fields:
        abort(413)


def style_nonce() -> str:
    """The word that lets this page's script add style sheets; asked for by the one page with the live editor."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    nonce: str = g.style_nonce
    return nonce


def add_headers(settings: Settings, response: Response) -> Response:
    headers = response.headers
    nonce = f" 'nonce-{g.style_nonce}'" if "style_nonce" in g else ""
    headers.setdefault("Content-Security-Policy", CSP.replace("style-src 'self'", f"style-src 'self'{nonce}"))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if settings.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" or "Cache-Control" not in headers:
        headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate" if is_public() else "no-store")
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def is_public() -> bool:
    """Whether this answer is the same for everybody: a public page, asked for without a cookie and setting none."""
    return bool(g.get("public_page")) and not request.cookies and not session.modified


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split_host(header: str) -> tuple[str, int | None] | None:
    """A Host header as name and port; None when it is none."""
    try:
        parts = urlsplit("//" + header)
        return ((parts.hostname or ""), parts.port) if parts.netloc == header else None
    except ValueError:
        return None
