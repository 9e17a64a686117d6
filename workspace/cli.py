"""The `workspace` command."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from workspace import __version__, logs, migrations
from workspace.accounts import actions as accounts
from workspace.accounts.queries import find_member
from workspace.accounts.signing_in import write_token
from workspace.asgi import make_asgi
from workspace.config import ConfigError, Settings, load_settings, using
from workspace.db import make_engine, make_sessions, session, session_scope
from workspace.errors import Refusal
from workspace.live import limits
from workspace.live.transport import WatchedSockets
from workspace.network.queries import the_network
from workspace.operation import commands
from workspace.operation.backups import bring_up_to_date
from workspace.operation.supervisor import own_worker
from workspace.permissions import NetworkRole
from workspace.sample import history, loader
from workspace.web.forms import clean_line
from workspace.web.security import is_loopback


class Commands(click.Group):
    """Turns refusals into one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error
        except Refusal as error:
            raise click.ClickException(" ".join(sentences(error))) from error
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer: {error.orig}") from error


SENTENCES = {
    "not_empty": "There are people in this database already: this works in an empty one only.",
    "no_group": "There is no group with the key {key}.",
    "no_lead": "The group has no lead with an open account.",
    "no_coordination": "Nobody has the role coordination.",
    "history_meta": "{file} must hold {{'revisions': [{{'file', 'author', 'date'}}, …]}}, oldest first.",
    "history_row": "Revision {number} of meta.json needs file (as r00012.md), author (letters and digits) and date.",
    "history_file": "{file} is not in the folder.",
    "history_encoding": "{file} is not UTF-8.",
    "history_empty": "{file} is empty.",
    "history_too_large": "{file} is larger than a paper may be.",
    "required": "it is missing",
    "too_long": "it may have at most {limit} characters, these are {now}",
    "not_printable": "it holds characters that cannot be shown",
    "email_wrong": "this is no mail address",
    "email_taken": "there is an account with this address",
}
"""What the command line says; the pages have their own words."""


def sentences(error: Refusal) -> list[str]:
    """A refusal in words: one sentence, or one for each field."""
    fields: Mapping[str, str] = getattr(error, "fields", {})
    if not fields:
        return [SENTENCES.get(error.code, f"Refused: {error.code}.").format_map(dict(error.values))]
    return [f"{name}: {SENTENCES.get(code, code).format_map(dict(error.values))}." for name, code in fields.items()]


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """The position-paper workspace."""


for command in commands.COMMANDS:
    main.add_command(command)


@contextmanager
def opened_database(settings: Settings) -> Iterator[Engine]:
    """The database with the newest schema, and a current session."""
    if not settings.database_url:
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.resolved_database_url())
    try:
        with commands.one_sentence():
            bring_up_to_date(engine, settings)
        with using(settings), session_scope(make_sessions(engine)):
            yield engine
    finally:
        engine.dispose()


def with_database(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command inside a session and commit what it did."""

    def run(**options: Any) -> None:
        settings = load_settings()
        with opened_database(settings):
            command(settings, **options)
            session().commit()

    run.__doc__ = command.__doc__
    return run


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--worker/--no-worker", default=True, help="Whether to start a worker beside the server.")
def serve(host: str, port: int, worker: bool) -> None:
    """Bring the database up to date, serve the workspace and do its jobs."""
    settings = load_settings()
    logs.configure(settings)
    if settings.environment == "development" and "base_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    with opened_database(settings):
        network = the_network()
        if network.is_sample and not is_loopback(host):
            raise click.ClickException("This is the sample network: it is served on this machine only (127.0.0.1).")
    _require_free(host, port)
    click.echo(f"Serving on {settings.base_url}, stop with Ctrl+C")
    application = make_asgi(settings)  # before the worker starts: the first of them makes the secret key
    with own_worker(settings) if worker else nullcontext():
        uvicorn.run(
            application,
            host=host,
            port=port,
            lifespan="on",
            ws=WatchedSockets,
            ws_max_size=limits.FRAME_BYTES,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=20,
            log_config=None,
            server_header=False,
            access_log=False,
        )


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise click.ClickException(f"Port {port} is in use; choose another: make run PORT=8010") from error
            raise click.ClickException(f"Cannot serve on {host}:{port}: {error.strerror}") from error


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with opened_database(load_settings()) as engine:
        click.echo(f"Schema {migrations.current(engine)}")


@main.group()
def member() -> None:
    """People of this installation."""


@member.command("first")
@click.argument("name")
@click.argument("email")
@with_database
def first_member(settings: Settings, name: str, email: str) -> None:
    """Create the first person, with both network roles, and print a sign-in link."""
    made = accounts.add_first_member(
        name=clean_line(name), email=clean_line(email), roles=frozenset({NetworkRole.COORDINATION, NetworkRole.ADMIN})
    )
    click.echo(sign_in_address(settings, write_token(made)))


@member.command("link")
@click.argument("email")
@with_database
def member_link(settings: Settings, email: str) -> None:
    """Print a fresh sign-in link for a person."""
    found = find_member(email)
    if found is None or found.is_disabled:
        raise click.ClickException("There is no open account with this address.")
    click.echo(sign_in_address(settings, write_token(found)))


def sign_in_address(settings: Settings, token: str) -> str:
    return f"{settings.base_url}/sign-in/{token}"


@main.group()
def sample() -> None:
    """The sample network."""


@sample.command("load")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Port that the printed links name.")
@with_database
def sample_load(settings: Settings, port: int) -> None:
    """Fill an empty database with the sample network and print one sign-in link for each role."""
    click.echo("Loading the sample network …")
    loader.load_sample()
    _print_links(settings, port)


@sample.command("links")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="Port that the printed links name.")
@with_database
def sample_links(settings: Settings, port: int) -> None:
    """Print fresh sign-in links of the sample network."""
    if not the_network().is_sample:
        raise click.ClickException("This database does not hold the sample network.")
    _print_links(settings, port)


def _print_links(settings: Settings, port: int) -> None:
    base = settings.base_url if "base_url" in settings.model_fields_set else f"http://127.0.0.1:{port}"
    click.echo(f"\nThe workspace: {base}\nSign in with one of these links (each works once):\n")
    for role, person in loader.sign_in_people():
        click.echo(f"  {role:<13} {person.name:<22} {base}/sign-in/{write_token(person)}")
    click.echo("")


@main.command("import-history")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--group", "group_key", required=True, help="Key of the group that will own the paper.")
@click.option("--title", required=True)
@click.option("--kind", type=click.Choice(["position_paper", "working_paper", "profession_profile"]), required=True)
@with_database
def import_history(settings: Settings, folder: Path, group_key: str, title: str, kind: str) -> None:
    """Put a real history in: a folder with meta.json and one Markdown file for each revision."""
    paper = history.import_history(folder, group_key=group_key, title=clean_line(title), kind=kind)
    click.echo(f"{paper.head_number} revisions: {settings.base_url}/papers/{paper.key}")
