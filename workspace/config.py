"""Every setting: type, default, meaning, limit. Read from the environment (`WORKSPACE_…`) or one file.

The file is named by `WORKSPACE_CONFIG` (lines `WORKSPACE_NAME=value`). A wrong setting is refused at start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class ConfigError(Exception):
    """A setting is wrong; the message is one sentence for the person who runs the workspace."""


class Settings(BaseSettings):
    """Settings of one installation. Sizes are bytes, times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="WORKSPACE_", extra="ignore", frozen=True)

    environment: Literal["development", "production", "test"] = "development"
    instance_dir: Path = Path("instance")
    """Folder for the SQLite database and what else belongs to this installation."""
    database_url: str = ""
    """SQLAlchemy address; empty means SQLite in the instance folder."""
    secret_key: SecretStr = SecretStr("")
    """Signs the session cookie. Empty in development: one is made and kept in the instance folder."""
    base_url: str = "http://127.0.0.1:8000"
    """How people reach the workspace. Every link is made from it, and Origin is compared with it."""
    timezone: str = "Europe/Berlin"

    # The server
    threads: int = Field(default=16, ge=1, le=256)
    """Requests served at once."""
    request_max_bytes: int = 22_000_000
    form_max_bytes: int = 8_000_000
    """The fields of one form together: a 1 MB paper may be sent as three sides of a conflict."""
    form_max_fields: int = 500

    # Sign-in and sessions
    session_idle: int = 8 * HOUR
    session_absolute: int = 7 * DAY
    session_seen_every: int = 5 * MINUTE
    """How often a session's last use is noted."""
    sign_in_token_life: int = 14 * DAY
    sign_in_attempts: int = 10
    """Failed attempts for one account from one network address within `sign_in_window`."""
    sign_in_window: int = 15 * MINUTE
    password_min: int = 12
    password_max: int = 200
    argon2_memory_kib: int = Field(default=65536, ge=1024)
    argon2_rounds: int = Field(default=3, ge=1)

    # Papers
    paper_max_bytes: int = 1_000_000
    """UTF-8 bytes of one text."""
    title_max: int = 200
    abstract_max: int = 2_000
    contact_max: int = 300
    authors_max: int = 1_000
    summary_max: int = 200
    version_name_max: int = 60
    comment_max: int = 10_000
    quote_max: int = 20_000
    """Code points of one commented passage."""
    name_max: int = 120
    purpose_max: int = 1_000
    search_max: int = 200
    page_size: int = 50
    """Rows of one page of a list."""
    open_editors_seconds: int = 15 * MINUTE
    kept_form_life: int = 24 * HOUR
    authorship_every: int = 16
    """Authorship is kept for the newest and every so many-th revision."""

    # Attachments
    attachment_max_bytes: int = 20_000_000
    picture_max_pixels: int = 40_000_000
    attachments_per_paper: int = 500
    attachment_name_max: int = 100

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            raise ValueError("must look like https://papiere.example.org, without a path")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _production(self) -> Settings:
        key = self.secret_key.get_secret_value()
        if self.environment == "production":
            if len(key) < 32 or len(set(key)) < 10:
                raise ValueError(
                    "secret_key must be a random text of at least 32 characters in production"
                    " (python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
                )
            if not self.base_url.startswith("https://"):
                raise ValueError("base_url must begin with https:// in production")
        return self

    @property
    def is_secure(self) -> bool:
        """Whether people come by https."""
        return self.base_url.startswith("https://")

    def resolved_database_url(self) -> str:
        """The database's address, with the SQLite default filled in."""
        return self.database_url or f"sqlite:///{(self.instance_dir / 'workspace.sqlite3').resolve()}"


def load_settings(**given: object) -> Settings:
    """Read the settings from the environment and the file it names.

    Raises: ConfigError with a sentence naming the first wrong setting.
    """
    try:
        return Settings(_env_file=os.environ.get("WORKSPACE_CONFIG") or None, **given)  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = "WORKSPACE_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "Settings"
        raise ConfigError(f"{name}: {first['msg'].removeprefix('Value error, ')}.") from error


_current: ContextVar[Settings] = ContextVar("settings")


def settings() -> Settings:
    """The settings of this request, job or command.

    Raises: LookupError outside `using`.
    """
    return _current.get()


@contextmanager
def using(given: Settings) -> Iterator[None]:
    """Make these the current settings."""
    token = _current.set(given)
    try:
        yield
    finally:
        _current.reset(token)
