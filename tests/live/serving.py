"""The real server with its sockets, in a thread of the tests' process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from sqlalchemy import select

from tests.people import actor_of
from tests.test_server import free_port, wait_until_it_answers
from workspace.accounts.models import Member
from workspace.accounts.queries import find_session
from workspace.accounts.signing_in import open_session
from workspace.asgi import make_asgi
from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session, session_scope
from workspace.live import limits
from workspace.live.tickets import write_ticket
from workspace.live.transport import WatchedSockets
from workspace.papers import log
from workspace.papers.models import OpenEditor, Paper, Source
from workspace.papers.text import change_text

on_postgresql = pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
"""For what only PostgreSQL has: several processes, listeners, connections to lose."""


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    settings: Settings

    @property
    def secret(self) -> str:
        return self.settings.secret_key.get_secret_value()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket(self, paper: Paper, ticket: str, **given: object) -> str:
        """The address of a paper's socket."""
        more = "".join(f"&{name}={value}" for name, value in given.items())
        return f"ws://127.0.0.1:{self.port}/live/{paper.key}?ticket={ticket}{more}"

    def address(self, paper: Paper, member: Member, **given: object) -> str:
        """The same for a member who has just signed in."""
        return self.socket(paper, ticket_of(self.secret, paper, member), **given)


def ticket_of(secret: str, paper: Paper, member: Member) -> str:
    """A ticket from a new session of this member."""
    opened = find_session(open_session(member, device="test", earlier=None))
    assert opened is not None
    session().commit()
    return write_ticket(secret, actor_of(member), opened.id, paper)


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    """Start a server on a free port and stop it in the end."""
    port = free_port()
    settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    config = uvicorn.Config(
        make_asgi(settings), host="127.0.0.1", port=port, lifespan="on", log_config=None, access_log=False,
        ws=WatchedSockets, ws_max_size=limits.FRAME_BYTES, ws_per_message_deflate=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.01)
    try:
        yield Served(port, settings)
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive(), "the server did not stop"


def served_too(served: Served) -> AbstractContextManager[Served]:
    """Another server on the same database, as another process is one: the two share nothing else."""
    return serving(served.settings)


def stored_text(paper: Paper) -> str:
    """What the log says, as another process reads it now."""
    session().rollback()
    return log.Document.of(log.load(paper.id)).text


def editors_of(paper: Paper) -> set[int]:
    """Members whom the paper's page names as working on it."""
    session().rollback()
    return set(session().scalars(select(OpenEditor.member_id).where(OpenEditor.paper_id == paper.id)))


def save_elsewhere(served: Served, paper: Paper, member: Member, text: str) -> None:
    """Save a text as a form does: in another thread and with another connection to the database."""
    engine = make_engine(served.settings.resolved_database_url())
    try:
        with using(served.settings), session_scope(make_sessions(engine)) as own:
            found = own.get_one(Paper, paper.id)
            change_text(actor_of(member), found, base=found.head_number, new_text=text, source=Source.FORM, summary="")
            own.commit()
    finally:
        engine.dispose()


@contextmanager
def process(settings: Settings, port: int | None = None) -> Iterator[tuple[Served, subprocess.Popen[bytes]]]:
    """The real command in a process of its own, which may be killed."""
    port = port or free_port()
    given = {
        "ENVIRONMENT": "test", "INSTANCE_DIR": str(settings.instance_dir), "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": settings.resolved_database_url(), "SECRET_KEY": settings.secret_key.get_secret_value(),
    }  # fmt: skip
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WORKSPACE_")}
    command = [sys.executable, "-m", "workspace", "serve", "--no-worker", "--port", str(port)]
    started = subprocess.Popen(command, env={**bare, **{f"WORKSPACE_{name}": value for name, value in given.items()}})
    try:
        wait_until_it_answers(started, port)
        yield Served(port, settings.model_copy(update={"base_url": given["BASE_URL"]})), started
    finally:
        if started.poll() is None:
            started.terminate()
        started.wait(20)
