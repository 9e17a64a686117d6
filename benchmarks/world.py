"""An installation to measure: one 60 KB paper with many revisions, and many other papers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.people import People, actor_of, make_people
from workspace import clock, create_app, migrations
from workspace.accounts.models import Member
from workspace.accounts.signing_in import open_session
from workspace.config import Settings, using
from workspace.db import begin_writing, make_engine, session, session_scope
from workspace.papers.actions import create_paper
from workspace.papers.models import Paper, PaperKind, Revision, RevisionText, Source
from workspace.papers.text import change_text
from workspace.sample.scripts import SAMPLE, read_script
from workspace.search import SearchDocument, fold
from workspace.text import pack

BASE = "http://localhost"
BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class World:
    """An app with its database in a folder, and the people of the tests."""

    def __init__(self, app: Flask, people: People) -> None:
        self.app, self.people = app, people

    def client(self, member: Member | None) -> FlaskClient:
        """A browser in which this member is signed in."""
        client = self.app.test_client()
        if member is not None:
            token = open_session(member, device="benchmark", earlier=None)
            session().commit()
            with client.session_transaction(base_url=BASE) as cookie:
                cookie["_user_id"], cookie["_fresh"] = token, True
        return client


@contextmanager
def made_world(base: str = BASE) -> Iterator[World]:
    """A fresh SQLite installation in a temporary folder, with a current session; `base` is its address."""
    with TemporaryDirectory(prefix="bench-") as folder:
        settings = Settings(
            environment="test", instance_dir=Path(folder), secret_key="for measuring only, no secret", base_url=base
        )
        engine = make_engine(settings.resolved_database_url())
        migrations.upgrade(engine)
        engine.dispose()
        app = create_app(settings)
        with using(settings), session_scope(app.extensions["workspace_sessions"]):
            people = make_people()
            session().commit()
            yield World(app, people)
        app.extensions["workspace_engine"].dispose()


def long_text() -> str:
    """The sample's 60 KB paper."""
    return read_script(SAMPLE / "papers" / "qualitaet").texts[-1]


def texts(count: int, paragraphs_touched: int | None = None) -> Iterator[str]:
    """`count` different texts: each changes a sentence of the one before.

    Args:
        paragraphs_touched: how many paragraphs take turns; None is all of the paper. With few, first and last text
            differ by as much however many there are between.
    """
    paragraphs = long_text().split("\n\n")
    plain = [n for n, p in enumerate(paragraphs) if re.match(r"[A-ZÄÖÜ]", p) and len(p) > 200]
    plain = plain[:paragraphs_touched]
    yield "\n\n".join(paragraphs)
    for step in range(1, count):
        place = plain[(step * 7) % len(plain)]
        sentences = paragraphs[place].split(". ")
        spot = len(sentences) // 2
        sentences[spot] = re.sub(r" \(Prüfung \d+\)", "", sentences[spot]) + f" (Prüfung {step})"
        paragraphs[place] = ". ".join(sentences)
        yield "\n\n".join(paragraphs)


def paper_with_revisions(world: World, count: int, title: str, paragraphs_touched: int | None = None) -> Paper:
    """A 60 KB paper with so many revisions by two hands, an hour apart."""
    writers = (world.people.editor, world.people.lead)
    paper: Paper | None = None
    for number, text in enumerate(texts(count, paragraphs_touched)):
        by = actor_of(writers[number % len(writers)])
        with clock.at(BEGAN + timedelta(hours=number)):
            if paper is None:
                kind = PaperKind.POSITION_PAPER
                paper = create_paper(
                    by, world.people.quality, kind=kind, title=title, abstract="Worum es geht.", text=text
                )
            else:
                change_text(
                    by, paper, base=paper.head_number, new_text=text, source=Source.FORM, summary=f"Schritt {number}"
                )
        session().commit()
    assert paper is not None
    return paper


def many_papers(world: World, count: int) -> None:
    """So many small papers of the other group, put in as rows."""
    text = "## Anlass\n\nEin kurzer Text über Beteiligung.\n"
    group, author = world.people.other, world.people.stranger
    begin_writing()
    for part in range(0, count, 500):
        size = min(500, count - part)
        papers = [
            {
                "key": secrets.token_hex(8),
                "group_id": group.id,
                "kind": "working_paper",
                "title": f"Papier {part + n}",
                "abstract": "",
                "contact": "",
                "state": "draft",
                "head_number": 1,
                "entry_count": 0,
                "created_at": BEGAN,
                "created_by": author.id,
                "changed_at": BEGAN,
                "parked_reason": "",
            }
            for n in range(size)
        ]
        ids = session().scalars(insert(Paper).returning(Paper.id), papers).all()
        revision = {
            "number": 1, "source": "form", "committed_by": author.id, "created_at": BEGAN,
            "text_hash": pack.text_hash(text), "length": len(text), "summary": "",
        }  # fmt: skip
        session().execute(insert(Revision), [{"paper_id": i, **revision} for i in ids])
        session().execute(
            insert(RevisionText), [{"paper_id": i, "number": 1, "data": pack.encode(text, None)} for i in ids]
        )
        session().execute(
            insert(SearchDocument), [{"kind": "paper", "subject_id": i, "folded": fold(text)} for i in ids]
        )
    session().commit()
