"""A process that is killed while it writes: what it had said to be written is there, and nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.builders import TEXT, make_paper
from tests.papers.browsers import Room
from tests.people import People
from workspace.config import Settings

WRITER = """
import sys
from tests.papers.browsers import Room
from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session, session_scope
from workspace.papers.models import Paper
from workspace.accounts.models import Member

settings = Settings(environment="test", secret_key="x" * 40)
with using(settings), session_scope(make_sessions(make_engine(sys.argv[1]))):
    paper, member = session().get_one(Paper, int(sys.argv[2])), session().get_one(Member, int(sys.argv[3]))
    room = Room(paper)
    browser = room.open()
    for number in range(100000):
        room.send((member, browser.type(0, f"{sys.argv[4]}-{number} ")))
        print(number, flush=True)
"""


def kill_often(people: People, db: Session, address: str, times: int) -> None:
    """Start a writer, kill it, look; again and again on the same log."""
    chance, paper, path = random.Random(3), make_paper(people), Path(__file__).parents[2]
    paper_id, member_id = paper.id, people.editor.id
    kept = 0
    for run in range(times):
        given = [sys.executable, "-c", WRITER, address, str(paper_id), str(member_id), str(run)]
        writer = subprocess.Popen(given, stdout=subprocess.PIPE, cwd=path, env={**os.environ, "PYTHONPATH": str(path)})
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"0\n"
        time.sleep(chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        said = 1 + len(writer.stdout.read().splitlines())
        writer.wait()
        writer.stdout.close()
        db.rollback()
        db.refresh(paper)
        text = Room(paper).document.text
        assert all(f"{run}-{number} " in text for number in range(said))
        assert text.endswith(TEXT)
        kept += said
        db.rollback()
    assert Room(paper).document.seq >= kept


def test_what_was_written_survives_a_kill(people: People, db: Session, settings: Settings) -> None:
    kill_often(people, db, settings.database_url, 1)


@pytest.mark.long
def test_what_was_written_survives_many_kills(people: People, db: Session, settings: Settings) -> None:
    kill_often(people, db, settings.database_url, 25)
