"""Every setting: type, default, meaning, limit. Read from the environment (`WORKSPACE_…`) or one file.

The file is named by `WORKSPACE_CONFIG` (lines `WORKSPACE_NAME=value`). A wrong setting is refused at start.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "WORKSPACE_"
DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name or address as it stands in a link; the second half is IPv6."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class ConfigError(Exception):
    """A setting is wrong; the message is one sentence for the person who runs the workspace."""


class Settings(BaseSettings):
    """Settings of one installation. Sizes are bytes, times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    environment: Literal["development", "production", "test"] = "development"
    instance_dir: Path = Path("instance")
    """Folder for the SQLite database and what else belongs to this installation."""
    database_url: str = ""
    """SQLAlchemy address; empty means SQLite in the instance folder."""
    secret_key: SecretStr = SecretStr("")
    """Signs the session cookie. Empty in development: one is made and kept in the instance folder."""
    base_url: str = "http://127.0.0.1:8000"
    """How people reach the workspace: scheme, host and port. Every link is made from it, and Origin is compared."""
    timezone: str = "Europe/Berlin"

    # The server
    threads: int = Field(default=16, ge=1, le=256)
    """Requests served at once."""
    request_max_bytes: int = Field(default=22_000_000, ge=1)
    form_max_bytes: int = Field(default=8_000_000, ge=1)
    """The fields of one form together: a 1 MB paper may be sent as three sides of a conflict."""
    form_max_fields: int = Field(default=500, ge=1)

    # Sign-in and sessions
    session_idle: int = Field(default=8 * HOUR, ge=1)
    session_absolute: int = Field(default=7 * DAY, ge=1)
    session_seen_every: int = Field(default=5 * MINUTE, ge=0)
    """How often a session's last use is noted."""
    sign_in_token_life: int = Field(default=14 * DAY, ge=1)
    mail_link_life: int = Field(default=1 * HOUR, ge=1)
    """A sign-in link that was asked for by mail: municipal mail gateways hold mails back for a while."""
    mail_links: int = Field(default=3, ge=1)
    """Links sent to one address within `mail_link_window`, however many are asked for."""
    mail_link_asks: int = Field(default=20, ge=1)
    """Links asked for from one network address within `mail_link_window`."""
    mail_link_window: int = Field(default=1 * HOUR, ge=1)
    address_change_life: int = Field(default=3 * DAY, ge=1)
    """How long a new mail address waits for its confirmation at both."""
    invitation_life: int = Field(default=14 * DAY, ge=1)
    invitations_max: int = Field(default=500, ge=1)
    """People invited at once."""
    invitations_kept: int = Field(default=180 * DAY, ge=1)
    """How long an expired invitation stays in the list of who never came."""
    join_request_life: int = Field(default=2 * DAY, ge=1)
    """How long a request to join waits for the confirmation of its address."""
    sign_in_attempts: int = Field(default=10, ge=1)
    """Failed attempts for one account from one network address within `sign_in_window`."""
    sign_in_window: int = Field(default=15 * MINUTE, ge=1)
    sign_in_code_life: int = Field(default=10 * MINUTE, ge=1)
    """How long the second step of a sign-in may take."""
    code_attempts: int = Field(default=30, ge=1)
    """Wrong codes of one account from anywhere within `code_window`; then only recovery codes are taken."""
    code_window: int = Field(default=DAY, ge=1)
    confirmation_life: int = Field(default=15 * MINUTE, ge=1)
    """How long after proving who one is address, second factor and account may be changed."""
    second_factor: Literal["off", "privileged", "all"] = "off"
    """Who must have a second factor: nobody, people with a role in the network, everybody."""
    password_min: int = Field(default=12, ge=8, le=64)
    password_max: int = Field(default=200, ge=64, le=1000)
    argon2_memory_kib: int = Field(default=65536, ge=1024)
    argon2_rounds: int = Field(default=3, ge=1)

    # Papers
    paper_max_bytes: int = Field(default=1_000_000, ge=1)
    """UTF-8 bytes of one text."""
    title_max: int = Field(default=200, ge=1, le=200)
    abstract_max: int = Field(default=2_000, ge=1)
    contact_max: int = Field(default=300, ge=1, le=300)
    authors_max: int = Field(default=1_000, ge=1, le=1_000)
    summary_max: int = Field(default=200, ge=1, le=200)
    version_name_max: int = Field(default=60, ge=1, le=60)
    comment_max: int = Field(default=10_000, ge=1)
    quote_max: int = Field(default=20_000, ge=1)
    """Code points of one commented passage."""
    name_max: int = Field(default=120, ge=1, le=120)
    purpose_max: int = Field(default=1_000, ge=1, le=1_000)
    legal_max: int = Field(default=50_000, ge=1)
    """Characters of one legal page."""
    search_max: int = Field(default=200, ge=1)
    page_size: int = Field(default=50, ge=1)
    """Rows of one page of a list."""
    open_editors_seconds: int = Field(default=15 * MINUTE, ge=1)
    live_longest_offline: int = Field(default=DAY, ge=1)
    """Words typed without a connection for longer are not merged into the text silently: they become a rescue copy."""
    kept_form_life: int = Field(default=24 * HOUR, ge=1)
    authorship_every: int = Field(default=16, ge=1)
    """Authorship is kept for the newest and every so many-th revision."""

    # Writing together
    live_people_max: int = Field(default=250, ge=1)
    """People who have one paper open in the editor at one server process."""
    live_message_max_bytes: int = Field(default=1_048_576, ge=1_000)
    """One update of a text."""
    live_update_parts: int = Field(default=5_000, ge=100)
    """Pieces of one update: bounds the time to check it. A day's writing offline has a few hundred."""
    live_update_clients: int = Field(default=64, ge=1)
    """Editing sessions that one update brings anew; each opening of the editor is one."""
    live_compact_rows: int = Field(default=500, ge=1)
    """Rows of a paper's log after which its state is written anew."""
    sitting_quiet: int = Field(default=5 * MINUTE, ge=1)
    """After so long without typing what was typed becomes a revision."""
    sitting_longest: int = Field(default=30 * MINUTE, ge=1)
    """At the latest after so long it does."""
    sitting_large_deletion: int = Field(default=1_000, ge=1)
    """What takes out so many characters at once comes after a revision of what was there."""
    rescue_kept: int = Field(default=90 * DAY, ge=1)
    """How long text is kept that could not be joined."""
    rescues_per_member: int = Field(default=20, ge=1)
    """Such texts of one member in one paper; the oldest go first."""

    # Attachments
    attachment_max_bytes: int = Field(default=20_000_000, ge=1)
    picture_max_pixels: int = Field(default=40_000_000, ge=1)
    attachments_per_paper: int = Field(default=500, ge=1)
    attachment_name_max: int = Field(default=100, ge=1, le=100)

    # Mail; without a server mails wait in the outbox and are never sent
    smtp_host: str = ""
    """The mail server that takes our mails; empty: none."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is protected: STARTTLS (port 587), TLS from the first byte (port 465), or not at all."""
    smtp_ca_file: Path | None = None
    """Certificates to trust beside those of the system, for a mail server with a certificate of the house."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_timeout: int = Field(default=30, ge=1, le=600)
    """Seconds to wait for each answer of the mail server."""
    smtp_final_timeout: int = Field(default=600, ge=1, le=1200)
    """Seconds to wait for the answer to a whole message, in which gateways look for viruses (RFC 5321, 4.5.3.2.6)."""
    mail_from: str = ""
    """The address mails come from and bounces go to. Needed with `smtp_host`."""
    mail_keep_trying: int = Field(default=3 * DAY, ge=1)
    """A mail that could not be handed over in this time is given up."""

    # Notices
    sitting_pause: int = Field(default=30 * MINUTE, ge=0)
    """After so long without a change a sitting of writing is over, and those who want to know at once get mail."""
    summary_at: str = "07:00"
    """When daily summaries (Monday to Friday) and weekly ones (Monday) are written, in the installation's time zone."""

    # Jobs
    worker_threads: int = Field(default=2, ge=1, le=32)
    """Jobs done at once by one worker, beside the sending of mails."""
    lease: int = Field(default=60, ge=4)
    """How long a worker may be silent before another one takes over what it had begun."""

    # Backup
    backup_dir: Path | None = None
    """Where backups are kept; empty means `backups` in the instance folder. Best on another disk."""
    backup_at: str = "02:30"
    """When the nightly backup begins, in the installation's time zone."""
    backups_kept: int = Field(default=14, ge=1, le=1000)
    backup_max_age: int = Field(default=2 * DAY, ge=1)
    """An older newest backup is warned of."""
    disk_free_min: int = Field(default=1_000_000_000, ge=0)
    """Fewer free bytes than this are warned of."""

    # Logs
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_file: Path | None = None
    """Empty means the standard output. The file may be moved away at any time (logrotate)."""
    log_requests: bool = True
    """A line for each answered request: rule, status and time, never the address, the person or the network address."""

    # Retention: how long is kept what nobody needs any more; a nightly job deletes it
    sessions_kept: int = Field(default=90 * DAY, ge=1)
    """Ended sessions and used or expired sign-in links."""
    mails_kept: int = Field(default=30 * DAY, ge=1)
    """Who got which kind of mail, and mails that could not be delivered."""
    notices_kept: int = Field(default=180 * DAY, ge=1)
    """Notices, read or not."""
    jobs_kept: int = Field(default=30 * DAY, ge=1)
    failed_jobs_kept: int = Field(default=90 * DAY, ge=1)
    derived_kept: int = Field(default=180 * DAY, ge=1)
    """Rendered pages and comparisons; they are made again when asked for."""

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        """As browsers write it in Origin: lower case, no default port, letters beyond ASCII as punycode."""
        wrong = ValueError("must look like https://papiere.example.org, without a path")
        try:
            parts = urlsplit(value.strip())
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except ValueError:
            raise wrong from None
        extra = parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None
        if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host) or extra:
            raise wrong
        host = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, DEFAULT_PORTS[parts.scheme]} else "")

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str) -> str:
        if value and value.partition(":")[0].partition("+")[0] not in {"sqlite", "postgresql"}:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
        return value

    @field_validator("smtp_password")
    @classmethod
    def _password_in_the_open(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        open_line = info.data.get("smtp_security") == "none" and info.data.get("smtp_host") not in LOOPBACK
        if value.get_secret_value() and open_line:
            raise ValueError("must not be sent over an open connection: set WORKSPACE_SMTP_SECURITY to starttls or tls")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, value: str, info: ValidationInfo) -> str:
        if (value or info.data.get("smtp_host")) and not ADDRESS.fullmatch(value):
            raise ValueError("must be a mail address, such as papiere@example.org, where WORKSPACE_SMTP_HOST is set")
        return value

    @field_validator("backup_at", "summary_at")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if not TIME_OF_DAY.fullmatch(value):
            raise ValueError("must be a time of day, such as 02:30")
        return value

    @field_validator("secret_key", "base_url", mode="after")
    @classmethod
    def _fit_for_production(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("environment") != "production":
            return value
        if isinstance(value, SecretStr):
            key = value.get_secret_value()
            if len(key) < 32 or len(set(key)) < 10:
                raise ValueError(
                    "must be a random text of at least 32 characters in production"
                    " (python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
                )
        elif not value.startswith("https://"):
            raise ValueError("must begin with https:// in production")
        return value

    @property
    def is_secure(self) -> bool:
        """Whether people come by https."""
        return self.base_url.startswith("https://")

    @property
    def backups(self) -> Path:
        """The folder of the backups."""
        return self.backup_dir or self.instance_dir / "backups"

    def resolved_database_url(self) -> str:
        """The database's address, with the SQLite default filled in."""
        return self.database_url or f"sqlite:///{(self.instance_dir / 'workspace.sqlite3').resolve()}"


def load_settings(**given: object) -> Settings:
    """Read the settings from the environment and the file it names.

    Raises: ConfigError with a sentence naming the first wrong setting.
    """
    file = os.environ.get("WORKSPACE_CONFIG") or None
    if file is not None:
        _refuse_unknown(file)
    try:
        return Settings(_env_file=file, **given)  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{name} {_sentence(first['msg'])}.") from error


def _refuse_unknown(file: str) -> None:
    """A file that is not there, or a misspelt name in it, must not leave a default in force unnoticed."""
    try:
        lines = Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(f"WORKSPACE_CONFIG names a file that cannot be read: {file}.") from error
    for name in dotenv_values(stream=io.StringIO(lines)):
        if name.upper() not in {PREFIX + field.upper() for field in Settings.model_fields}:
            raise ConfigError(f"{name} in {file} is no setting of the workspace.")


def _sentence(given: str) -> str:
    """Pydantic's message, to follow the setting's name."""
    return given.removeprefix("Value error, ").replace("Input should be", "must be", 1)


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
