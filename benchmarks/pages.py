"""How long pages take at the server, beside a bare Flask view sending the same bytes and git on the same history."""

from __future__ import annotations

import gc
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from benchmarks.world import World, long_text, made_world, many_papers, paper_with_revisions, texts
from tests.builders import csrf_of
from workspace.db import begin_writing, session
from workspace.papers.models import Paper
from workspace.web.derived import Derived

ROUNDS = 40
Times = list[float]


def timed(run: Callable[[], object], rounds: int = ROUNDS, before: Callable[[], object] | None = None) -> Times:
    """Milliseconds of each round; one unmeasured round first."""
    found: Times = []
    for number in range(rounds + 1):
        if before is not None:
            before()
        gc.collect() if number % 10 == 0 else None
        began = time.perf_counter()
        run()
        if number:
            found.append((time.perf_counter() - began) * 1000)
    return found


def row(name: str, times: Times, bound: str = "") -> None:
    """One line of the table."""
    p95 = quantiles(times, n=20)[-1]
    print(f"| {name} | {median(times):.1f} | {p95:.1f} | {bound} |")


def head(title: str) -> None:
    print(f"\n### {title}\n\n| What | p50 ms | p95 ms | target p50 |\n|---|---|---|---|")


def get(client: FlaskClient, path: str) -> Callable[[], bytes]:
    def run() -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.data

    return run


def bare_view(body: bytes) -> Callable[[], bytes]:
    """A Flask view that sends the same bytes and does nothing else."""
    app = Flask("bare")
    app.add_url_rule("/", "show", lambda: body)
    client = app.test_client()
    return lambda: client.get("/").data


def drop_comparisons(paper: Paper) -> None:
    begin_writing()
    session().execute(delete(Derived).where(Derived.paper_id == paper.id))
    session().commit()


def save_next(client: FlaskClient, paper: Paper, versions: Iterator[str]) -> Callable[[], None]:
    path = f"/papers/{paper.key}/edit"
    token = csrf_of(client.get(path))

    def run() -> None:
        session().rollback()
        session().refresh(paper)
        fields = {"csrf_token": token, "base": paper.head_number, "body": next(versions), "summary": "Gemessen"}
        answer = client.post(path, data=fields)
        assert answer.status_code == 303, answer.status_code

    return run


def measured(world: World, paper: Paper) -> dict[str, Times]:
    """The four pages of one paper."""
    client, head_number = world.client(world.people.editor), paper.head_number
    base = f"/papers/{paper.key}"
    compare = f"{base}/compare/1/{head_number}"
    found = {
        "reading page from cache": timed(get(client, base)),
        "history": timed(get(client, f"{base}/history")),
        "comparison first to last, first time": timed(
            get(client, compare), rounds=10, before=lambda: drop_comparisons(paper)
        ),
        "comparison first to last, again": timed(get(client, compare)),
    }
    session().refresh(paper)
    versions = texts(paper.head_number + 60)
    found["saving"] = timed(save_next(client, paper, iter(list(versions)[paper.head_number :])), rounds=20)
    return found


TARGETS = {
    "reading page from cache": "15",
    "history": "15",
    "comparison first to last, first time": "150",
    "comparison first to last, again": "20",
    "saving": "100",
}


def git_times(count: int) -> tuple[Times, Times]:
    """`git log` and `git diff --word-diff` of first and last on the same history, as whole processes."""
    with TemporaryDirectory(prefix="bench-git-") as folder:

        def git(*words: str) -> bytes:
            identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
            done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)
            return done.stdout

        git("init", "-q")
        for number, text in enumerate(texts(count)):
            (Path(folder) / "paper.md").write_text(text, encoding="utf-8")
            git("add", "paper.md")
            git("commit", "-q", "-m", f"Schritt {number}")
        first = git("rev-list", "--max-parents=0", "HEAD").decode().strip()
        log = timed(lambda: git("log", "-n", "50", "--stat"), rounds=15)
        diff = timed(lambda: git("diff", "--word-diff", first, "HEAD"), rounds=15)
        return log, diff


def growth(name: str, small: dict[str, Times], large: dict[str, Times], bound: str) -> None:
    print(f"\n### {name}\n\n| What | ratio of p50 | bound |\n|---|---|---|")
    for what in small:
        print(f"| {what} | {median(large[what]) / median(small[what]):.2f} | {bound} |")


def main() -> None:
    """Print all tables."""
    print(f"\n## Pages: {len(long_text().encode()) / 1000:.0f} KB paper, SQLite, one process, no network")
    with made_world() as world:
        paper = paper_with_revisions(world, 200, "Zweihundert Stände")
        client = world.client(world.people.editor)
        reading = get(client, f"/papers/{paper.key}")()
        times = measured(world, paper)
        head("200 revisions")
        for what, found in times.items():
            row(what, found, TARGETS[what])
        row("yardstick: bare Flask view, bytes of the reading page", timed(bare_view(reading)))
        log, diff = git_times(200)
        row("yardstick: git log -n 50 --stat (a process)", log)
        row("yardstick: git diff --word-diff first last (a process)", diff)

        few = measured(world, paper_with_revisions(world, 10, "Zehn Stände", paragraphs_touched=9))
        many = measured(world, paper_with_revisions(world, 1000, "Tausend Stände", paragraphs_touched=9))
        growth("1,000 revisions against 10", few, many, "1.3")

        many_papers(world, 100)
        paper_small = paper_with_revisions(world, 50, "Unter hundert Papieren")
        among_few = measured(world, paper_small)
        many_papers(world, 9_900)
        among_many = measured(world, paper_with_revisions(world, 50, "Unter zehntausend Papieren"))
        growth("10,000 papers against 100", among_few, among_many, "1.5")
