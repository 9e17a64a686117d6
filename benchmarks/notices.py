"""Notices in a large network: 10,000 members, 100,000 notices, of which one member has a thousand."""

from __future__ import annotations

from sqlalchemy import insert

from benchmarks.pages import get, head, row, timed
from benchmarks.world import made_world
from tests.builders import make_paper
from tests.discussion.talk import talk
from workspace.accounts.models import Member
from workspace.clock import now
from workspace.db import begin_writing, session
from workspace.notices.models import Notice, Pace
from workspace.notices.queries import due_members

MEMBERS, NOTICES, OWN = 10_000, 100_000, 1_000


def main() -> None:
    with made_world() as world:
        paper = make_paper(world.people)
        thread = talk(paper, world.people.reviewer, None)
        begin_writing()
        people = [
            {"handle": f"m{n}", "name": f"Mitglied {n}", "email": f"m{n}@netz.example", "created_at": now()}
            for n in range(MEMBERS)
        ]
        session().execute(insert(Member), people)
        ids = list(session().scalars(Member.__table__.select().with_only_columns(Member.id)))
        rows = {
            "kind": "comment", "paper_id": paper.id, "thread_id": thread.id, "subject_id": thread.comments[0].id,
            "created_at": now(), "changed_at": now(),
        }  # fmt: skip
        told = [world.people.lead.id] * OWN + [ids[n % len(ids)] for n in range(NOTICES - OWN)]
        session().execute(insert(Notice), [rows | {"member_id": member} for member in told])
        session().commit()
        client = world.client(world.people.lead)
        head(f"{MEMBERS:,} members, {NOTICES:,} notices")
        row("page of notices", timed(get(client, "/notices")), "100")
        row("start page", timed(get(client, "/")), "100")
        row("who gets a daily summary", timed(lambda: due_members(Pace.DAILY), rounds=10))
