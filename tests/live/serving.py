"""The real server with its sockets, in a thread of the tests' process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from tests.people import actor_of
from tests.test_server import free_port
from workspace.accounts.models import Member
from workspace.accounts.queries import find_session
from workspace.accounts.signing_in import open_session
from workspace.asgi import make_asgi
from workspace.config import Settings
from workspace.db import session
from workspace.live import limits
from workspace.live.tickets import write_ticket
from workspace.live.transport import WatchedSockets
from workspace.papers import log
from workspace.papers.models import Paper


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    secret: str

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
    secret = settings.secret_key.get_secret_value()
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
        yield Served(port, secret)
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive(), "the server did not stop"


def stored_text(paper: Paper) -> str:
    """What the log says, as another process reads it now."""
    session().rollback()
    return log.Document.of(log.load(paper.id)).text
