"""Databases, the app, a client for each person. Every test with a database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests import postgres
from tests.people import People, find_people, make_people
from workspace import create_app, migrations
from workspace.accounts.models import Member
from workspace.accounts.signing_in import open_session
from workspace.config import Settings, using
from workspace.db import make_engine, session_scope

BASE_URL = "http://localhost"

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile("explore" if os.environ.get("EXPLORE") else "steady")
"""The same examples each time, so that nobody's change fails by chance; EXPLORE=1 looks for new ones."""

collect_ignore = [] if os.environ.get("CORPUS") else ["test_real_history.py"]
"""What needs the corpus is not collected where there is none."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long tests too")
    parser.addoption("--no-skips", action="store_true", help="fail when anything is skipped: for CI")
    parser.addoption("--databases", default="sqlite,postgresql", help="sqlite, postgresql or both")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wants_long = config.getoption("--long")
    chosen = [item for item in items if ("long" in item.keywords) == bool(wants_long)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


@pytest.fixture(autouse=True)
def no_outgoing_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace never calls anybody: only this machine may be reached in tests."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"outgoing connection to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


SETTINGS: dict[str, Any] = {
    "environment": "test",
    "secret_key": "for tests only, not a secret at all",
    "base_url": BASE_URL,
    "argon2_memory_kib": 1024,
    "argon2_rounds": 1,
}


class Kind:
    """One kind of database with an app for it, made once; set back to a known state before each test.

    `empty` holds the newest schema and nothing else, `peopled` the people of tests/people.py as well.
    """

    def __init__(self, address: str, folder: Path) -> None:
        self.settings = Settings(instance_dir=folder, database_url=address, **SETTINGS)
        self.app = create_app(self.settings)
        self.engine: Engine = self.app.extensions["workspace_engine"]
        with using(self.settings), session_scope(self.app.extensions["workspace_sessions"]) as opened:
            self.keep("empty")
            make_people()
            opened.commit()
            opened.close()
            self.keep("peopled")

    def keep(self, state: str) -> None:
        """Remember the database as it is now."""
        raise NotImplementedError

    def bring(self, state: str) -> None:
        """Set the database back."""
        raise NotImplementedError


class SQLite(Kind):
    """States are files; SQLite's own backup copies them, whatever connections are open."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.file = folder / "workspace.sqlite3"
        shutil.copy(template, self.file)
        super().__init__(f"sqlite:///{self.file}", folder)

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as made, closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA synchronous=OFF")
            made.backup(copy)

    def keep(self, state: str) -> None:
        self._copy(self.file, self.file.with_name(state))

    def bring(self, state: str) -> None:
        self._copy(self.file.with_name(state), self.file)


class PostgreSQL(Kind):
    """States are schemas with a copy of each table's rows, and where the sequences stood."""

    def __init__(self, address: str, folder: Path) -> None:
        self.tables: list[str] = []
        self.restore: dict[str, list[str]] = {}
        super().__init__(address, folder)

    def keep(self, state: str) -> None:
        with self.engine.begin() as connection:

            def ask(query: str) -> list[Any]:
                return list(connection.execute(text(query)))

            tables = ask(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
            self.tables = [name for (name,) in tables]
            copies = (f'CREATE TABLE {state}."{t}" AS SELECT * FROM public."{t}"' for t in self.tables)
            connection.execute(text("; ".join((f"CREATE SCHEMA {state}", *copies))))
            filled = [t for t in self.tables if ask(f'SELECT 1 FROM {state}."{t}" LIMIT 1')]
            sequences = ask("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
            self.restore[state] = [
                *(f'INSERT INTO public."{t}" SELECT * FROM {state}."{t}"' for t in filled),
                *(f"SELECT setval('public.\"{n}\"', {last or 1}, {last is not None})" for n, last in sequences),
            ]

    def bring(self, state: str) -> None:
        deleted = (f'DELETE FROM public."{t}"' for t in self.tables)
        acts = ("SET LOCAL session_replication_role = replica", *deleted, *self.restore[state])
        with self.engine.begin() as connection:
            connection.execute(text("; ".join(acts)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_kind(sqlite_template: Path) -> Iterator[Kind]:
    """In memory where the system offers such a folder: every commit waits for the disk otherwise."""
    memory = Path("/dev/shm")  # noqa: S108
    with TemporaryDirectory(prefix="workspace-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        kind = SQLite(Path(folder), sqlite_template)
        yield kind
        kind.engine.dispose()


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of an empty PostgreSQL database with the newest schema."""
    reason = postgres.reason_missing()
    if reason is not None:
        pytest.skip(reason)
    with postgres.server() as address:
        engine = make_engine(address)
        migrations.upgrade(engine)
        engine.dispose()
        yield address


@pytest.fixture(scope="session")
def postgresql_kind(tmp_path_factory: pytest.TempPathFactory, postgres_address: str) -> Iterator[Kind]:
    kind = PostgreSQL(postgres_address, tmp_path_factory.mktemp("installation"))
    yield kind
    kind.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Kind:
    """A database of each kind, empty but for the newest schema."""
    if request.param not in request.config.getoption("--databases").split(","):
        pytest.skip(f"--databases leaves {request.param} out")
    found: Kind = request.getfixturevalue(f"{request.param}_kind")
    found.bring("empty")
    return found


@pytest.fixture
def database_url(installation: Kind) -> str:
    """The address of an empty database with the newest schema."""
    return installation.settings.database_url


@pytest.fixture
def settings(installation: Kind) -> Settings:
    return installation.settings


@pytest.fixture
def app(installation: Kind) -> Iterator[Flask]:
    """The app of this kind of database; what a test changes in its configuration is set back."""
    before = dict(installation.app.config)
    installation.app.testing = True
    installation.app.config["PROPAGATE_EXCEPTIONS"] = False
    yield installation.app
    installation.app.config.clear()
    installation.app.config.update(before)


@pytest.fixture
def db(app: Flask, settings: Settings) -> Iterator[Session]:
    """The current session outside requests. What a test makes must be committed before a client asks for it."""
    with using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
        yield opened


@pytest.fixture
def people(installation: Kind, db: Session) -> People:
    """One person for each role, two groups: see tests/people.py."""
    installation.bring("peopled")
    return find_people()


ClientFor = Callable[[Member | None], FlaskClient]


@pytest.fixture
def client_for(app: Flask, db: Session) -> ClientFor:
    """A browser in which this member is signed in; None is the public."""

    def make(member: Member | None) -> FlaskClient:
        client = app.test_client()
        if member is not None:
            token = open_session(member, device="test", earlier=None)
            db.commit()
            with client.session_transaction(base_url=BASE_URL) as cookie:
                cookie["_user_id"] = token
                cookie["_fresh"] = True
        return client

    return make


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what it needs was to be installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if session.config.getoption("--no-skips") and skipped and session.exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and nothing may be here", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_report_header() -> list[str]:
    missing = postgres.reason_missing()
    return [f"postgresql: {missing or 'found'}", f"corpus: {os.environ.get('CORPUS', 'not set')}"]
