"""Databases, the app, a client for each person. Every test with a database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests import postgres
from tests.people import People, make_people
from workspace import create_app, migrations
from workspace.accounts.actions import open_session
from workspace.accounts.models import Member
from workspace.config import Settings, using
from workspace.db import make_engine, session_scope

BASE_URL = "http://localhost"

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


def _reset_postgres(engine: Engine, tables: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database with the newest schema; once for each kind."""
    if request.param not in request.config.getoption("--databases").split(","):
        pytest.skip(f"--databases leaves {request.param} out")
    if request.param == "sqlite":
        path = tmp_path / "workspace.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgres_address")
    engine = make_engine(address)
    with engine.connect() as connection:
        names = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).scalars()
        tables = ", ".join(f'"{name}"' for name in names)
    _reset_postgres(engine, tables)
    engine.dispose()
    return address


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        environment="test",
        instance_dir=tmp_path / "instance",
        database_url=database_url,
        secret_key="for tests only, not a secret at all",
        base_url=BASE_URL,
        argon2_memory_kib=1024,
        argon2_rounds=1,
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    yield made
    made.extensions["workspace_engine"].dispose()


@pytest.fixture
def db(app: Flask, settings: Settings) -> Iterator[Session]:
    """The current session outside requests. What a test makes must be committed before a client asks for it."""
    with using(settings), session_scope(app.extensions["workspace_sessions"]) as opened:
        yield opened


@pytest.fixture
def people(db: Session) -> People:
    """One person for each role, two groups: see tests/people.py. Committed."""
    made = make_people()
    db.commit()
    return made


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
