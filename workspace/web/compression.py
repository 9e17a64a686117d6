"""Pages, styles and scripts are sent compressed: with zstd to browsers that read it, with gzip to the others.

Why this is safe although pages hold secrets (BREACH guesses a secret by the length of a compressed answer into which
it put its guess): the cookie is SameSite=Lax, so another site cannot ask for a page in somebody's name but by opening
it in a window, whose length it does not see; the token of a form is signed anew with every second; and a header of
random length beside each page makes single measurements worthless ("Heal the BREACH", Palacios and others, 2022).
"""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import zstandard
from flask import Flask, Response, request

from workspace.resources import resource_dir

TYPES = frozenset(
    {
        "text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json",
        "application/ld+json", "application/atom+xml", "text/plain", "text/markdown",
    }
)  # fmt: skip
"""Pictures, fonts and office files are compressed in themselves."""
SMALLEST = 600
"""Bytes; less fits into one packet anyway."""
LONGEST_PADDING = 100
"""Characters."""
QUICK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
"""Encodings in the order of preference, for pages that are made for one request: a page of 150 KB takes 2 to 3 ms."""
BEST: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=19).compress(body),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
"""The same for files of the house, which are compressed once."""


def init_app(app: Flask) -> None:
    """Register first: what is registered first runs last after a request, when the answer is complete."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    if response.mimetype not in TYPES or response.status_code == 304:
        return response
    response.vary.add("Accept-Encoding")
    accepted = request.accept_encodings
    encoding = next((name for name in QUICK if accepted.quality(name) > 0), None)
    if encoding is None or response.status_code in {204, 206} or request.method == "HEAD":
        return response
    if request.endpoint == "static":
        _static(response, encoding)
    elif not response.is_streamed and len(body := response.get_data()) >= SMALLEST:
        response.set_data(QUICK[encoding](body))
        response.headers["Content-Encoding"] = encoding
        response.headers["X-Padding"] = "x" * secrets.randbelow(LONGEST_PADDING)
    return response


def _static(response: Response, encoding: str) -> None:
    path = resource_dir("static") / str((request.view_args or {}).get("filename", ""))
    body = _file(path, path.stat().st_mtime_ns, encoding)
    response.close()  # the file that was opened to be sent
    response.direct_passthrough = False
    response.set_data(body)
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same file, but other bytes than for those who read no encoding
    response.headers["Content-Encoding"] = encoding


@lru_cache(maxsize=256)
def _file(path: Path, _changed: int, encoding: str) -> bytes:
    return BEST[encoding](path.read_bytes())
