"""The servers that are measured: ours and the peers, each alone on one core, with persistence on disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from tests.people import actor_of, make_people
from workspace import migrations
from workspace.accounts.models import LoginSession, Member
from workspace.accounts.queries import find_session
from workspace.accounts.signing_in import open_session
from workspace.clock import now
from workspace.config import Settings, using
from workspace.db import make_engine, make_sessions, session, session_scope
from workspace.groups.models import GroupMember
from workspace.live.tickets import write_ticket
from workspace.papers import actions as papers
from workspace.papers.models import Paper, PaperKind
from workspace.permissions import Actor, Role

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "live"
"""Where the peers are installed and all databases lie: on a disk, because waiting for it is what is measured."""
SECRET = "for benchmarks only, never anywhere else"  # noqa: S105
PEOPLE = 200
PAPERS = 200
SERVER_CORE, LOAD_CORE = 0, 1
Addresses = Callable[[int, int], str]
"""(paper, editor) → the address of a new socket."""


@dataclass(frozen=True)
class Running:
    """A server that answers. `base` is the address of its pages, "" without any."""

    pid: int
    address: Addresses
    prefixed: bool = False
    base: str = ""
    cookie: str = ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def on_core(core: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})


def install_peers() -> None:
    """npm install into build/live, once."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "peers.mjs", "load.mjs"):
        shutil.copy(HERE / name, BUILD / name)
    if not (BUILD / "node_modules" / "@hocuspocus").exists():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=BUILD, check=True)


@contextmanager
def peer(kind: str) -> Iterator[Running]:
    """y-websocket with LevelDB, Hocuspocus with SQLite, or the twenty lines that wait for the disk ("synced")."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        command = ["node", "peers.mjs", kind, str(port), folder]
        with _started(command, port, cwd=BUILD, env=dict(os.environ)) as pid:

            def address(paper: int, _editor: int) -> str:
                return f"ws://127.0.0.1:{port}" + ("" if kind == "hocuspocus" else f"/paper-{paper}")

            yield Running(pid, address, prefixed=kind == "hocuspocus")


@contextmanager
def ours(database_url: str = "") -> Iterator[Running]:
    """`workspace serve` on a database with 200 papers of one group with 200 editors."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        settings = Settings(
            instance_dir=Path(folder), secret_key=SECRET, base_url=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            database_url=database_url, argon2_memory_kib=1024, argon2_rounds=1,
        )  # fmt: skip
        engine = make_engine(settings.resolved_database_url())
        migrations.upgrade(engine)
        with using(settings), session_scope(make_sessions(engine)):
            found, people, cookie = _fill()
            env = {
                **os.environ, "WORKSPACE_INSTANCE_DIR": folder, "WORKSPACE_SECRET_KEY": SECRET,
                "WORKSPACE_DATABASE_URL": settings.resolved_database_url(), "WORKSPACE_BASE_URL": settings.base_url,
                "WORKSPACE_LOG_REQUESTS": "false",
            }  # fmt: skip
            command = [sys.executable, "-m", "workspace", "serve", "--no-worker", "--port", str(port)]
            with _started(command, port, cwd=HERE.parents[1], env=env) as pid:

                def address(paper: int, editor: int) -> str:
                    member, session_id = people[editor % len(people)]
                    row = found[paper % len(found)]
                    ticket = write_ticket(SECRET, Actor(member.id), session_id, row)
                    return f"ws://127.0.0.1:{port}/live/{row.key}?ticket={ticket}"

                page = f"{settings.base_url}/papers/{found[0].key}"
                yield Running(pid, address, base=page, cookie=cookie)
        engine.dispose()


def _fill() -> tuple[list[Paper], list[tuple[Member, int]], str]:
    """Papers, (member, session) of each editor, and the token of one of them."""
    made = make_people()
    rows = [
        {"handle": f"e{n}", "name": f"Editor {n}", "email": f"e{n}@netz.example", "created_at": now()}
        for n in range(PEOPLE)
    ]
    session().execute(insert(Member), rows)
    members = session().scalars(select(Member).where(Member.email.like("e%@netz.example"))).unique().all()
    roles = [{"group_id": made.quality.id, "member_id": m.id, "role": Role.EDITOR, "joined_at": now()} for m in members]
    session().execute(insert(GroupMember), roles)
    opened = [{"token_hash": os.urandom(32), "member_id": m.id, "device": "bench", **_times()} for m in members]
    session().execute(insert(LoginSession), opened)
    rows_of = session().execute(select(LoginSession.member_id, LoginSession.id))
    session_of = {row.member_id: row.id for row in rows_of}
    token = open_session(made.editor, device="bench", earlier=None)
    assert find_session(token) is not None
    found = [
        papers.create_paper(
            actor_of(made.lead), made.quality, kind=PaperKind.WORKING_PAPER, title=f"Papier {n}", abstract="",
            contact="", text="Anfang.\n",
        )
        for n in range(PAPERS)
    ]  # fmt: skip
    session().commit()
    return found, [(m, session_of[m.id]) for m in members], token


def _times() -> dict[str, object]:
    return {"created_at": now(), "seen_at": now(), "confirmed_at": now()}


@contextmanager
def _started(command: list[str], port: int, *, cwd: Path, env: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        command, cwd=cwd, env=env, preexec_fn=on_core(SERVER_CORE), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{command} does not answer")
        time.sleep(1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
