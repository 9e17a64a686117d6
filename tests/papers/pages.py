"""What the tests of the pages for writing share: fields of a page, forms sent, the text as others see it."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import TEXT, post_form
from workspace.db import session
from workspace.papers.models import Paper, Revision
from workspace.papers.store import text_of

ZEHN = TEXT.replace("acht", "zehn")
SECHS = TEXT.replace("acht", "sechs")
START = TEXT.index("Jede Kommune")
END = TEXT.index("nennt Gründe.") + len("nennt Gründe.")


def field_of(page: str, name: str) -> str:
    """What a textarea or input of a page holds."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    if area:
        return html.unescape(area[1])
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""


def head(paper: Paper) -> tuple[int, str]:
    """Number and text of the newest revision, as others see it now."""
    session().rollback()
    session().refresh(paper)
    return paper.head_number, text_of(paper, paper.head_number)


def newest(paper: Paper) -> Revision:
    session().rollback()
    query = select(Revision).where(Revision.paper_id == paper.id).order_by(Revision.number.desc())
    return session().scalars(query).unique().first()  # type: ignore[return-value]


def send(client: FlaskClient, paper: Paper, body: str, *, base: object = 1, **more: str) -> TestResponse:
    page = f"/papers/{paper.key}/edit"
    return post_form(client, page, base=str(base), body=body, kept_for=page, **more)


def block(paper: Paper, start: int = START, end: int = END, base: int = 1) -> str:
    return f"/papers/{paper.key}/blocks/{start}-{end}?base={base}"
