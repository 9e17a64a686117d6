"""Migrations: from empty upwards on both databases, and never apart from the models."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.engine import Inspector

from workspace import migrations
from workspace.db import make_engine
from workspace.migrations.tables import metadata

SEARCH_INDEX = "search_trigram"
"""SQLite's search index and its shadow tables stand in no model."""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(migrations.HERE))


REVISIONS = [script.revision for script in reversed(list(_scripts().walk_revisions()))]


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own without any table."""
    if database_url.startswith("sqlite"):
        engine = make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
        yield engine
        engine.dispose()
        return
    server = make_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    name = f"empty_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(server.url.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def test_there_is_one_line_of_migrations_with_one_head() -> None:
    assert _scripts().get_heads() == [migrations.newest()] == REVISIONS[-1:]
    assert _scripts().get_bases() == REVISIONS[:1]


def test_an_empty_database_gets_the_newest_schema_step_by_step(empty: Engine) -> None:
    assert migrations.current(empty) is None
    for revision in REVISIONS:
        migrations.upgrade(empty, revision)
        assert migrations.current(empty) == revision
    assert migrations.current(empty) == migrations.newest()


def test_an_upgrade_of_the_newest_schema_changes_nothing(empty: Engine) -> None:
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(
            text("INSERT INTO organisation (id, name, created_at) VALUES (1, 'Musterstadt', '2026-01-01 00:00:00')")
        )
    migrations.upgrade(empty)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT name FROM organisation")).scalars().all() == ["Musterstadt"]


def test_alembic_finds_nothing_to_add(empty: Engine) -> None:
    migrations.upgrade(empty)
    command.check(migrations.config_for(empty))


def test_a_change_of_the_models_would_be_noticed(empty: Engine) -> None:
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("ALTER TABLE member DROP COLUMN function"))
    with pytest.raises(Exception, match="function"):
        command.check(migrations.config_for(empty))


def test_the_models_make_the_same_schema_as_the_migrations(empty: Engine) -> None:
    migrations.upgrade(empty)
    by_migrations = _described(inspect(empty))
    _empty_again(empty)
    metadata.create_all(empty)
    assert _described(inspect(empty)) == by_migrations


def _empty_again(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            connection.execute(text(f"DROP TABLE {SEARCH_INDEX}"))
        metadata.drop_all(connection)


def _described(found: Inspector) -> dict[str, dict[str, Any]]:
    """Columns, keys and indexes of every table of ours."""
    found.clear_cache()
    tables = [name for name in found.get_table_names() if name in metadata.tables]
    return {
        name: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in found.get_columns(name)},
            "primary": found.get_pk_constraint(name)["constrained_columns"],
            "foreign": sorted((k["constrained_columns"], k["referred_table"]) for k in found.get_foreign_keys(name)),
            "unique": sorted(sorted(u["column_names"]) for u in found.get_unique_constraints(name)),
            "indexes": {
                str(i["name"]): (i["column_names"], bool(i["unique"]))
                for i in found.get_indexes(name)
                if i["name"] != "ix_search_document_trigram"
            },
        }
        for name in tables
    }


def test_every_table_of_the_models_is_compared(empty: Engine) -> None:
    migrations.upgrade(empty)
    assert set(_described(inspect(empty))) == set(metadata.tables)


START = "import sys; from workspace import db, migrations; migrations.upgrade(db.make_engine(sys.argv[1]))"


def test_two_servers_may_start_on_an_empty_database_at_once(empty: Engine) -> None:
    address = empty.url.render_as_string(hide_password=False)
    command_line = [sys.executable, "-c", START, address.replace("+psycopg", "")]
    running = [subprocess.Popen(command_line, stderr=subprocess.PIPE, text=True) for _server in range(2)]
    for server in running:
        _, said = server.communicate(timeout=60)
        assert server.returncode == 0, said
    assert migrations.current(empty) == migrations.newest()


OLD_ROWS = (
    "INSERT INTO organisation (id, name, created_at) VALUES (1, 'Köln', '2026-01-01 00:00:00')",
    "INSERT INTO member (id, handle, name, email, organisation_id, function, created_at)"
    " VALUES (7, 'jana', 'Jana von Größe', 'j@koeln.example', 1, 'Referentin', '2026-01-01 00:00:00')",
    "INSERT INTO working_group (id, key, name, purpose, created_at) VALUES (3, 'ag', 'AG', '', '2026-01-02 00:00:00')",
    "INSERT INTO group_member (group_id, member_id, role, joined_at) VALUES (3, 7, 'lead', '2026-01-02 00:00:00')",
    "INSERT INTO login_session (id, token_hash, member_id, created_at, seen_at, device)"
    " VALUES (1, :hash, 7, '2026-01-02 00:00:00', '2026-01-02 00:00:00', 'x')",
    "INSERT INTO event (id, at, verb, subject_id, group_id, facts) VALUES"
    " (1, '2026-01-01 00:00:00', 'member.admitted', 7, NULL, :admitted),"
    " (2, '2026-01-02 00:00:00', 'group.created', 3, 3, :created),"
    " (3, '2026-01-03 00:00:00', 'group.role_changed', 7, 3, :changed),"
    " (4, '2026-01-03 00:00:00', 'version.named', 9, NULL, :named)",
)


def test_accounts_of_before_are_found_and_the_log_names_them_no_more(empty: Engine) -> None:
    migrations.upgrade(empty, "0005")
    facts = {
        "hash": b"x" * 32,
        "admitted": '{"name": "Jana von Größe"}',
        "created": '{"name": "AG", "lead": "Jana von Größe"}',
        "changed": '{"name": "Jana von Größe", "role": "lead", "before": "editor"}',
        "named": '{"name": "K1", "number": 2}',
    }
    with empty.begin() as connection:
        for statement in OLD_ROWS:
            wanted = {name: value for name, value in facts.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)
    migrations.upgrade(empty)
    with empty.connect() as connection:
        kept = connection.execute(select(metadata.tables["event"].c.facts).order_by(text("id"))).scalars().all()
        assert kept == [
            {}, {"name": "AG", "lead": 7}, {"role": "lead", "before": "editor"}, {"name": "K1", "number": 2},
        ]  # fmt: skip
        assert connection.execute(text("SELECT sort_key FROM member")).scalar() == "grosse jana von"
        found = connection.execute(text("SELECT folded FROM search_document WHERE kind = 'member'")).scalar()
        assert found == "jana von grosse\nkoln\nreferentin\n\njana"
    with pytest.raises(Exception, match="append-only"), empty.begin() as connection:
        connection.execute(text("UPDATE event SET verb = 'x'"))
