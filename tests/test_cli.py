"""The `workspace` command: what it prints, and the one sentence with which it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.sample_database import copied_sample, loaded_sample
from workspace import create_app
from workspace.cli import main
from workspace.config import Settings

pytestmark = pytest.mark.xdist_group("sample")  # loaded once
LINK = re.compile(r"(http://[^/\s]+)(/sign-in/[\w-]{32})")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance folder that is not there yet, named by the environment."""
    monkeypatch.setenv("WORKSPACE_INSTANCE_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("WORKSPACE_ARGON2_MEMORY_KIB", "1024")
    return tmp_path / "instance"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def refused(*words: str) -> str:
    """The sentence of a command that must refuse."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    sentence = result.output.strip().splitlines()[-1]
    assert sentence.startswith("Error: ")
    return sentence.removeprefix("Error: ")


def signs_in(instance: Path, link: str) -> str:
    """Follow a printed link in a browser; gives the account page."""
    app = create_app(Settings(environment="test", instance_dir=instance, secret_key="for tests only"))  # type: ignore[arg-type]
    browser = app.test_client()
    page = browser.get(link, base_url="http://127.0.0.1:8000").get_data(as_text=True)
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    sent = browser.post(link, data={"csrf_token": token}, base_url="http://127.0.0.1:8000")
    assert sent.status_code == 303
    shown: str = browser.get("/account", base_url="http://127.0.0.1:8000").get_data(as_text=True)
    app.extensions["workspace_engine"].dispose()
    return shown


def test_the_first_person_gets_both_roles_and_a_link(instance: Path) -> None:
    result = run("member", "first", "  Cora   Koordination ", " Cora@Netz.example ")
    assert result.exit_code == 0, result.output
    found = LINK.search(result.output)
    assert found is not None
    assert found[1] == "http://127.0.0.1:8000"
    page = signs_in(instance, found[2])
    assert "Cora Koordination" in page
    assert "cora@netz.example" in page
    assert refused("member", "first", "Conny", "conny@netz.example").startswith("There are people in this database")


@pytest.mark.parametrize(
    ("name", "email", "says"),
    [
        ("Cora", "cora", "email: this is no mail address."),
        ("", "cora@netz.example", "name: it is missing."),
        ("C" * 121, "cora@netz.example", "name: it may have at most 120 characters, these are 121."),
    ],
)
def test_a_first_person_needs_a_name_and_an_address(instance: Path, name: str, email: str, says: str) -> None:
    assert refused("member", "first", name, email) == says


def test_a_fresh_link_for_somebody_who_is_there(instance: Path) -> None:
    run("member", "first", "Cora Koordination", "cora@netz.example")
    links = {LINK.search(run("member", "link", "CORA@netz.example").output)[2] for _time in range(2)}  # type: ignore[index]
    assert len(links) == 2
    for link in links:
        assert "Cora Koordination" in signs_in(instance, link)
    assert refused("member", "link", "niemand@netz.example") == "There is no open account with this address."


def test_links_are_made_from_the_configured_address(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSPACE_BASE_URL", "https://papiere.example.org/")
    result = run("member", "first", "Cora", "cora@netz.example")
    assert "https://papiere.example.org/sign-in/" in result.output


def test_the_first_start_begins_with_a_link_in_a_database_that_is_made_now(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("init", "--port", "8077")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        r"Good once, until \d{4}-\d\d-\d\d \d\d:\d\d \(Europe/Berlin\), while workspace serve runs:\n\n"
        r"  http://127\.0\.0\.1:8077/setup/link/[\w-]{32}\n\n",
        result.output,
    )
    monkeypatch.setenv("WORKSPACE_BASE_URL", "https://papiere.example.org/")
    assert "  https://papiere.example.org/setup/link/" in run("init").output, "again, until somebody used one"
    run("member", "first", "Cora Koordination", "cora@netz.example")
    assert "  https://papiere.example.org/sign-in/" in run("init").output


def test_the_first_start_is_refused_where_it_is_finished(instance: Path) -> None:
    copied_sample(instance)
    assert refused("init").endswith("is finished. Somebody's sign-in link: workspace member link ADDRESS.")


def test_the_sample_prints_one_link_for_each_role() -> None:
    roles = re.findall(r"^  (\w+) .*http://127\.0\.0\.1:8123/sign-in/[\w-]{32}$", loaded_sample().said, re.MULTILINE)
    assert roles == ["coordination", "admin", "lead", "editor", "reviewer", "reader"]


def test_the_sample_is_loaded_into_an_empty_database_only(instance: Path) -> None:
    run("member", "first", "Cora", "cora@netz.example")
    assert refused("sample", "load").endswith(
        "There are people in this database already: this works in an empty one only."
    )
    assert refused("sample", "links") == "This database does not hold the sample network."


def test_fresh_links_of_the_sample(instance: Path) -> None:
    copied_sample(instance)
    result = run("sample", "links", "--port", "8077")
    links = LINK.findall(result.output)
    assert len(links) == 6
    assert {base for base, _path in links} == {"http://127.0.0.1:8077"}
    assert links[0][1] not in loaded_sample().said
    assert "Miriam Sander" in signs_in(instance, links[0][1])


def test_migrate_says_which_schema_there_is(instance: Path) -> None:
    assert re.fullmatch(r"Schema \d{4}\n", run("migrate").output)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WORKSPACE_THREADS", "many", "WORKSPACE_THREADS must be"),
        ("WORKSPACE_CONFIG", "/nowhere/workspace.env", "WORKSPACE_CONFIG names a file that cannot be read"),
        ("WORKSPACE_ENVIRONMENT", "production", "WORKSPACE_SECRET_KEY must be a random text"),
        ("WORKSPACE_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3", "The database does not answer"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    instance: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    for words in (("migrate",), ("serve", "--port", "1"), ("sample", "load")):
        assert refused(*words).startswith(says)


def test_the_version_is_told() -> None:
    assert re.search(r"\d+\.\d+\.\d+", run("--version").output)
