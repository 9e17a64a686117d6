"""A real history goes the whole way: in through the actions, read, compared, commented, carried, published.

Needs the folder that `CORPUS` names, with the unpacked history of a German handbook (130 KB, 72 revisions).
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import ClientFor
from tests.people import People, actor_of
from workspace.db import session
from workspace.discussion.actions import open_thread
from workspace.discussion.models import ThreadKind
from workspace.discussion.queries import threads_shown
from workspace.editions.actions import publish, submit_version
from workspace.papers.actions import describe_paper, name_version
from workspace.papers.models import Paper, RevisionAuthor
from workspace.papers.queries import get_revision, head_of
from workspace.papers.store import authors_of, text_of
from workspace.sample.history import import_history
from workspace.text.anchors import State

SOURCE = "berlinonline/open-data-handbuch"
PASSAGES = 50


def handbook() -> Path | None:
    """The folder of the handbook's history."""
    corpus = os.environ.get("CORPUS")
    for meta in sorted(Path(corpus).glob("*/meta.json")) if corpus else ():
        if json.loads(meta.read_text(encoding="utf-8")).get("source") == SOURCE:
            return meta.parent
    return None


FOLDER = handbook()


def passages(text: str) -> list[tuple[int, int]]:
    """Fifty sentences spread over a text: spans without markup."""
    sentence = re.compile(r"(?<=[.:] )[A-ZÄÖÜ](?:[^.\n\[\]*`|()]|\n(?!\n)){40,160}\.")
    found = [match.span() for match in sentence.finditer(text) if text.count(match[0]) == 1]
    step = max(1, len(found) // PASSAGES)
    return found[::step][:PASSAGES]


def imported(people: People) -> Paper:
    assert FOLDER is not None
    return import_history(FOLDER, group_key=people.quality.key, title="Open-Data-Handbuch", kind="working_paper")


@pytest.mark.long
def test_the_handbook_goes_the_whole_way(db: Session, people: People, client_for: ClientFor) -> None:
    paper = imported(people)
    assert paper.head_number >= 70
    head = text_of(paper, paper.head_number)
    assert sum(n for _, n in authors_of(paper, paper.head_number).runs) == len(head)
    named = {row["author"] for row in json.loads((FOLDER / "meta.json").read_text())["revisions"]} if FOLDER else set()
    assert session().scalar(select(func.count(RevisionAuthor.member_id.distinct()))) == len(named)

    first = text_of(paper, 1)
    for start, end in passages(first):
        open_thread(
            actor_of(people.lead), paper, kind=ThreadKind.REMARK, body="Stimmt das noch?", revision_number=1,
            span=(start, end),
        )  # fmt: skip
        db.commit()
    views = threads_shown(actor_of(people.lead), paper, paper.head_number, head)
    assert len(views) == PASSAGES
    states = Counter(str(view.place.state) for view in views)
    for view in views:
        passage = view.thread.passage
        assert passage is not None
        if view.place.state in {State.EXACT, State.SHIFTED}:
            assert head[view.place.start : view.place.end].split() == passage.quote.split()
        if view.place.state == State.ORPHANED:
            assert passage.quote not in head
    print(f"50 passages, first to last revision: {dict(states)}")  # noqa: T201

    reader = client_for(people.reader)
    base = f"/papers/{paper.key}"
    for path in (base, f"{base}/history", f"{base}/compare/1/{paper.head_number}", f"{base}/threads"):
        assert reader.get(path).status_code == 200, path

    version = name_version(actor_of(people.lead), get_revision(paper, head_of(paper).number), name="H1")
    describe_paper(
        actor_of(people.lead),
        paper,
        title=paper.title,
        abstract="Wie Verwaltungen Daten öffnen.",
        contact="a@b.example",
    )
    db.commit()
    submission = submit_version(actor_of(people.lead), version, authors="Redaktion")
    db.commit()
    edition = publish(actor_of(people.coordination), submission)
    db.commit()
    page = client_for(None).get(f"/p/{edition.slug}/1.0")
    assert page.status_code == 200
    assert "Open-Data-Handbuch" in page.get_data(as_text=True)
