"""The server's worker: started with it, started again when it dies, ended with it however it ends."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.test_server import serving, wait_until_it_answers

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def alive(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_for(happens: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


def workers_of(pid: int) -> list[int]:
    found = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [int(child) for child in found if alive(int(child))]


def known_workers(database: Path) -> list[str]:
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM worker")]


@pytest.mark.parametrize("end", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_the_worker_lives_as_long_as_its_server(tmp_path: Path, end: signal.Signals) -> None:
    with serving(tmp_path / "instance") as (process, port):
        wait_until_it_answers(process, port)
        wait_for(lambda: len(workers_of(process.pid)) == 1)
        (first,) = workers_of(process.pid)
        wait_for(lambda: len(known_workers(tmp_path / "instance" / "workspace.sqlite3")) == 1)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: [pid for pid in workers_of(process.pid) if pid != first] != [])
        (second,) = workers_of(process.pid)
        instance = tmp_path / "instance" / "workspace.sqlite3"
        wait_for(lambda: len(known_workers(instance)) > 1)
        process.send_signal(end)
        wait_for(lambda: not alive(second))
        left = known_workers(instance)
    assert len(left) == 1, "the killed one stays noted for a while; the other one said goodbye"


def test_a_server_may_go_without_a_worker(tmp_path: Path) -> None:
    with serving(tmp_path / "instance", "--no-worker") as (process, port):
        wait_until_it_answers(process, port)
        assert workers_of(process.pid) == []
