"""What tests need made first. Builders go through the actions and commit."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import People, actor_of
from workspace.accounts.models import Member
from workspace.db import session
from workspace.papers import actions
from workspace.papers.models import Paper, PaperKind, Revision, Source
from workspace.papers.text import change_text

TEXT = """## Anlass

Wer Menschen um ihre Meinung bittet, verspricht etwas. Das Versprechen heißt: Die Meinung kommt an.

## Was wir vorschlagen

Jede Kommune antwortet binnen acht Wochen. Die Antwort ist öffentlich und nennt Gründe.

- Ein Beteiligungsblatt vor jedem Verfahren
- Ein fester Ansatz im Haushalt

Dieses Papier ersetzt keine Satzung.
"""


def make_paper(people: People, *, text: str = TEXT, title: str = "Beteiligung mit Antwort", **given: Any) -> Paper:
    """A paper of the group `quality`, written by the editor."""
    paper = actions.create_paper(
        actor_of(people.editor), people.quality, kind=given.pop("kind", PaperKind.POSITION_PAPER), title=title,
        abstract=given.pop("abstract", "Worum es geht."), contact=given.pop("contact", "ag@netz.example"), text=text,
        **given,
    )  # fmt: skip
    session().commit()
    return paper


def save(paper: Paper, member: Member, text: str, *, base: int | None = None, summary: str = "") -> Revision:
    """A new revision by this member."""
    revision = change_text(
        actor_of(member), paper, base=paper.head_number if base is None else base, new_text=text,
        source=Source.FORM, summary=summary,
    )  # fmt: skip
    session().commit()
    return revision


def csrf_of(page: TestResponse) -> str:
    """The CSRF token that a page's forms carry."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert found, "the page has no form"
    return found[1]


def post_form(client: FlaskClient, page: str, action: str | None = None, **fields: Any) -> TestResponse:
    """Open `page`, then send its form to `action` (the page itself when None) as a browser would."""
    token = csrf_of(client.get(page))
    return client.post(action or page, data={"csrf_token": token, **fields})
