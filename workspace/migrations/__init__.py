"""Alembic migrations, and how the workspace runs them itself."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HERE = Path(__file__).parent
_one_at_a_time = threading.Lock()
"""Alembic keeps the running migration in module state, and two threads may each prove a backup."""


def config_for(engine: Engine) -> Config:
    """Alembic's configuration for this database, without a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a schema revision, from wherever it is."""
    with _one_at_a_time:
        command.upgrade(config_for(engine), revision)


def current(engine: Engine) -> str | None:
    """The schema revision a database has; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The schema revision this code needs."""
    head = ScriptDirectory(str(HERE)).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def known() -> frozenset[str]:
    """Every schema revision this code can upgrade from."""
    return frozenset(script.revision for script in ScriptDirectory(str(HERE)).walk_revisions())
