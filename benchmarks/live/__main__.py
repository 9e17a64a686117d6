"""Live co-editing beside y-websocket, Hocuspocus and the simplest server that waits for the disk.

`python -m benchmarks.live [scenario …]` runs each scenario on each server in turn, every server alone on one core with
a fresh database on disk and the editors on another core. Ratios within one run count; milliseconds depend on the
machine.
PostgreSQL: `python -m benchmarks.live --database postgresql://…` (an empty database).
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from benchmarks.live.servers import BUILD, LOAD_CORE, SECRET, Running, install_peers, on_core, ours, peer


@dataclass(frozen=True)
class Scenario:
    """So many papers with so many editors each; some of them write, so often a second."""

    papers: int
    editors: int
    rate: float = 1
    writers: int = -1
    cursor: bool = False
    fill: int = 0
    only: str = ""
    flood: bool = False


SCENARIOS = {
    "S50": Scenario(1, 50, rate=2),
    "S200": Scenario(1, 200, rate=1),
    "C200": Scenario(1, 200, rate=3, writers=20, cursor=True),
    "D200": Scenario(200, 2, rate=1),
    "H200": Scenario(1, 200, rate=3),
    "joins": Scenario(1, 201, fill=550_000, only="joins"),
    "idle": Scenario(100, 10, only="idle"),
    "floods": Scenario(2, 10, rate=2, flood=True),
}
Server = Callable[[], AbstractContextManager[Running]]
PEERS = ("y-websocket", "hocuspocus", "synced")
FLOODED_ONCE = ("questions", "presences")
PAGE_SECONDS, PAGE_READERS = 6, 4


def main(words: Sequence[str] | None = None) -> None:
    """Args: words: as on the command line; None for those of this process."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, "pages", []], metavar="scenario")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--database", default="", help="an empty PostgreSQL database for our server instead of SQLite")
    asked.add_argument("--only", default="", help="one server")
    given = asked.parse_args(words)
    if shutil.which("node") is None:
        print("live: Node is needed, for the editors and for the peers")
        return
    install_peers()
    servers: dict[str, Server] = {"ours": lambda: ours(given.database)}
    servers |= {name: (lambda name=name: peer(name)) for name in PEERS}
    if given.only:
        servers = {given.only: servers[given.only]}
    for name in given.scenarios or [*SCENARIOS, "pages"]:
        if name == "pages":
            print_pages(given.database)
        else:
            print_table(name, servers, given.rounds)


def print_table(name: str, servers: dict[str, Server], rounds: int) -> None:
    """Run a scenario on all servers in turn, round by round, and print the medians."""
    results: dict[str, list[dict[str, Any]]] = {server: [] for server in servers}
    for _ in range(rounds):
        for server, start in servers.items():
            with start() as running:
                results[server].append(run(SCENARIOS[name], running))
    columns = list(next(iter(results.values()))[0])
    print(f"\n| {name} | " + " | ".join(columns) + " | p95 ÷ ours |", flush=True)
    print("|---" * (len(columns) + 2) + "|")
    first = _median(results[next(iter(results))], "p95")
    for server, rows in results.items():
        p95 = _median(rows, "p95")
        ratio = f"{p95 / first:.2f}" if p95 is not None and first else ""
        print(
            f"| {server} | " + " | ".join(str(_median(rows, column)) for column in columns) + f" | {ratio} |",
            flush=True,
        )


def _median(rows: list[dict[str, Any]], column: str) -> float | None:
    found = [row[column] for row in rows if row.get(column) is not None]
    return statistics.median(found) if found else None


def run(scenario: Scenario, running: Running) -> dict[str, Any]:
    """One round on a server that is running."""
    given: dict[str, Any] = {
        "addresses": [
            [running.address(paper, editor) for editor in range(scenario.editors)] for paper in range(scenario.papers)
        ],
        "rate": scenario.rate, "writers": scenario.writers, "cursor": scenario.cursor, "fill": scenario.fill,
        "only": scenario.only, "prefixed": running.prefixed, "pid": running.pid,
    }  # fmt: skip
    if scenario.flood:
        given["flood"] = [(kind, running.address(0, 150 + n)) for n in range(8) for kind in FLOODED_ONCE]
    return load(given)


def load(given: dict[str, Any]) -> dict[str, Any]:
    """What the editors measured."""
    with tempfile.NamedTemporaryFile("w", dir=BUILD, suffix=".json") as file:
        json.dump(given, file)
        file.flush()
        done = subprocess.run(
            ["node", "load.mjs", file.name], cwd=BUILD, preexec_fn=on_core(LOAD_CORE), capture_output=True, text=True,
            timeout=180, check=False,
        )  # fmt: skip
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def print_pages(database: str) -> None:
    """The reading page while 200 people write in one paper of the same server, against the same without them."""
    print("\n| pages | a second | share |\n|---|---|---|", flush=True)
    with ours(database) as running:
        count_pages(running, 2)
        alone = count_pages(running, PAGE_SECONDS)
        writing = threading.Thread(target=run, args=(SCENARIOS["S200"], running))
        writing.start()
        time.sleep(5)
        beside = count_pages(running, PAGE_SECONDS - 2)
        writing.join()
    print(f"| alone | {alone:.1f} | |\n| beside S200 | {beside:.1f} | {beside / alone:.2f} |", flush=True)


def count_pages(running: Running, seconds: float) -> float:
    """Reading pages a second that some readers get, one after the other each."""
    parts = urlsplit(running.base)
    headers = {"Cookie": f"session={signed(running.cookie)}", "Host": parts.netloc}
    counts = []

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
        until, count = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            connection.request("GET", parts.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            count += 1
        counts.append(count)

    readers = [threading.Thread(target=read) for _ in range(PAGE_READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sum(counts) / seconds


def signed(token: str) -> str:
    """The session cookie of a browser that is signed in."""
    app = Flask("cookie")
    app.secret_key = SECRET
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    cookie = signer.dumps({"_user_id": token, "_fresh": True})
    return cookie if isinstance(cookie, str) else cookie.decode()


if __name__ == "__main__":
    main()
