"""What templates may use: rights, dates, static addresses, initials."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for

from workspace.permissions import can
from workspace.resources import resource_dir
from workspace.web import i18n, links
from workspace.web.actor import actor
from workspace.web.security import style_nonce


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for helper in (i18n.fmt_date, i18n.fmt_day, i18n.fmt_time, i18n.fmt_datetime, i18n.fmt_when, i18n.count_word):
        app.add_template_global(helper, helper.__name__)
    app.add_template_global(initials)
    app.add_template_global(static_url)
    app.add_template_global(style_nonce)
    app.add_template_global(may, "can")
    app.context_processor(lambda: {"locale": i18n.locale(), "languages": i18n.OWN_NAMES, "here": links.here})


def may(permission: str, thing: object = None) -> bool:
    """Whether the reader of this page may do this; `can` in templates."""
    return can(actor(), permission, thing)


def initials(name: str) -> str:
    """First letters of first and last name: "Jana Reuter" → "JR"."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def static_url(name: str) -> str:
    """The address of a static file with a hash of its content, so that browsers may keep it for good.

    Raises: FileNotFoundError when the file is missing: a template names something that was not built.
    """
    path = resource_dir("static") / name
    return url_for("static", filename=name, v=_content_hash(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _content_hash(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
