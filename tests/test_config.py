"""Settings: each wrong one is refused at start, with one sentence that names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workspace.config import ConfigError, Settings, load_settings

STRONG = "kK9-fj3_Qm27xPzv81LhNwEoRtYcB5sd"
PRODUCTION = {
    "WORKSPACE_ENVIRONMENT": "production",
    "WORKSPACE_SECRET_KEY": STRONG,
    "WORKSPACE_BASE_URL": "https://papiere.example.org",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("WORKSPACE_"):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_without_any_setting_a_development_workspace_starts() -> None:
    found = load_settings()
    assert found.environment == "development"
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.resolved_database_url().endswith("instance/workspace.sqlite3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKSPACE_ENVIRONMENT", "staging"),
        ("WORKSPACE_BASE_URL", "papiere.example.org"),
        ("WORKSPACE_BASE_URL", "ftp://papiere.example.org"),
        ("WORKSPACE_BASE_URL", "https://papiere.example.org/netz"),
        ("WORKSPACE_BASE_URL", "https://papiere.example.org?netz"),
        ("WORKSPACE_BASE_URL", "https://papiere.example.org#netz"),
        ("WORKSPACE_BASE_URL", "https://cora:geheim@papiere.example.org"),
        ("WORKSPACE_BASE_URL", "https://papiere.example.org:99999"),
        ("WORKSPACE_BASE_URL", "https://pa piere.example.org"),
        ("WORKSPACE_BASE_URL", "https://"),
        ("WORKSPACE_BASE_URL", "https://[::1"),
        ("WORKSPACE_DATABASE_URL", "mysql://root@localhost/papers"),
        ("WORKSPACE_DATABASE_URL", "papers.sqlite3"),
        ("WORKSPACE_TIMEZONE", "Europe/Berlln"),
        ("WORKSPACE_TIMEZONE", "../../etc/passwd"),
        ("WORKSPACE_TIMEZONE", ""),
        ("WORKSPACE_THREADS", "many"),
        ("WORKSPACE_THREADS", "0"),
        ("WORKSPACE_THREADS", "100000"),
        ("WORKSPACE_PAGE_SIZE", "0"),
        ("WORKSPACE_PAPER_MAX_BYTES", "-1"),
        ("WORKSPACE_TITLE_MAX", "201"),
        ("WORKSPACE_NAME_MAX", "121"),
        ("WORKSPACE_PASSWORD_MIN", "4"),
        ("WORKSPACE_ARGON2_MEMORY_KIB", "8"),
        ("WORKSPACE_SESSION_IDLE", "0"),
        ("WORKSPACE_SMTP_PORT", "0"),
        ("WORKSPACE_SMTP_SECURITY", "ssl"),
        ("WORKSPACE_MAIL_FROM", "Netzwerk <a@b.example>"),
        ("WORKSPACE_BACKUP_AT", "24:00"),
        ("WORKSPACE_BACKUPS_KEPT", "0"),
        ("WORKSPACE_LEASE", "1"),
        ("WORKSPACE_WORKER_THREADS", "0"),
        ("WORKSPACE_LOG_FORMAT", "xml"),
        ("WORKSPACE_MAILS_KEPT", "0"),
    ],
)
def test_a_wrong_setting_is_refused_with_one_sentence_naming_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(monkeypatch, **{name: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} must ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "abcabcabc" * 8])
def test_production_without_a_strong_secret_refuses_to_start(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    with pytest.raises(ConfigError, match=r"^WORKSPACE_SECRET_KEY must be a random text") as refused:
        load(monkeypatch, **PRODUCTION | {"WORKSPACE_SECRET_KEY": secret})
    assert not secret or secret not in str(refused.value)


def test_production_without_any_secret_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != "WORKSPACE_SECRET_KEY"}
    with pytest.raises(ConfigError, match="WORKSPACE_SECRET_KEY"):
        load(monkeypatch, **given)


def test_production_is_reached_by_https_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"^WORKSPACE_BASE_URL must begin with https://"):
        load(monkeypatch, **PRODUCTION | {"WORKSPACE_BASE_URL": "http://papiere.example.org"})


def test_production_with_all_it_needs_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch, **PRODUCTION)
    assert found.is_secure
    assert STRONG not in repr(found)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://papiere.example.org/", "https://papiere.example.org"),
        ("https://Papiere.Example.ORG:443", "https://papiere.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:8010", "http://127.0.0.1:8010"),
        ("http://[::1]:8010", "http://[::1]:8010"),
        ("https://bürger.example", "https://xn--brger-kva.example"),
    ],
)
def test_the_base_address_is_kept_as_browsers_write_an_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    assert load(monkeypatch, WORKSPACE_BASE_URL=given).base_url == kept


def test_settings_are_read_from_the_file_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "workspace.env"
    file.write_text("# the network's own\nWORKSPACE_THREADS=4\nWORKSPACE_PAGE_SIZE=20\n", encoding="utf-8")
    found = load(monkeypatch, WORKSPACE_CONFIG=str(file), WORKSPACE_PAGE_SIZE="30")
    assert (found.threads, found.page_size) == (4, 30), "the environment wins over the file"


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^WORKSPACE_CONFIG names a file that cannot be read"):
        load(monkeypatch, WORKSPACE_CONFIG=str(tmp_path / "none.env"))


def test_a_misspelt_name_in_the_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "workspace.env"
    file.write_text("WORKSPACE_SECRET_KEI=abc\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="WORKSPACE_SECRET_KEI"):
        load(monkeypatch, WORKSPACE_CONFIG=str(file))


def test_settings_cannot_be_changed_once_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().threads = 3  # type: ignore[misc]


def test_a_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="WORKSPACE_MAIL_FROM must be a mail address"):
        load(monkeypatch, WORKSPACE_SMTP_HOST="mail.example.org")


def test_a_mail_password_goes_over_no_open_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "WORKSPACE_SMTP_HOST": "mail.example.org",
        "WORKSPACE_SMTP_PASSWORD": "geheim",
        "WORKSPACE_SMTP_SECURITY": "none",
        "WORKSPACE_MAIL_FROM": "papiere@example.org",
    }
    with pytest.raises(ConfigError, match="WORKSPACE_SMTP_PASSWORD must not be sent over an open connection"):
        load(monkeypatch, **given)
    assert load(monkeypatch, WORKSPACE_SMTP_HOST="127.0.0.1").smtp_host == "127.0.0.1"
