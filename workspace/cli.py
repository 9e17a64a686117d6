"""The `workspace` command."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import uvicorn
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from workspace import __version__, migrations
from workspace.accounts import actions as accounts
from workspace.accounts.queries import find_member
from workspace.asgi import make_asgi
from workspace.config import ConfigError, Settings, load_settings, using
from workspace.db import make_engine, session, session_scope
from workspace.errors import Refusal
from workspace.network.queries import the_network
from workspace.permissions import NetworkRole
from workspace.sample import history, loader


class Commands(click.Group):
    """Turns refusals into one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error
        except Refusal as error:
            facts = ", ".join(f"{name} {value}" for name, value in error.values.items())
            raise click.ClickException(f"{error.code}{': ' + facts if facts else ''}") from error


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """The position-paper workspace."""


@contextmanager
def opened_database(settings: Settings) -> Iterator[Engine]:
    """The database with the newest schema, and a current session."""
    if not settings.database_url:
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.resolved_database_url())
    migrations.upgrade(engine)
    with using(settings), session_scope(sessionmaker(engine, expire_on_commit=False)):
        yield engine
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
def serve(host: str, port: int) -> None:
    """Bring the database up to date and serve the workspace."""
    settings = load_settings()
    if settings.environment == "development" and "base_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    with opened_database(settings):
        network = the_network()
        if network.is_sample and not is_loopback(host):
            raise click.ClickException("This is the sample network: it is served on this machine only (127.0.0.1).")
    _require_free(host, port)
    click.echo(f"Serving on {settings.base_url}, stop with Ctrl+C")
    uvicorn.run(make_asgi(settings), host=host, port=port, lifespan="off", log_level="warning", server_header=False)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


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
        name=name, email=email, roles=frozenset({NetworkRole.COORDINATION, NetworkRole.ADMIN})
    )
    click.echo(sign_in_address(settings, accounts.write_token(made)))


@member.command("link")
@click.argument("email")
@with_database
def member_link(settings: Settings, email: str) -> None:
    """Print a fresh sign-in link for a person."""
    found = find_member(email)
    if found is None or found.is_disabled:
        raise click.ClickException("There is no open account with this address.")
    click.echo(sign_in_address(settings, accounts.write_token(found)))


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
        click.echo(f"  {role:<13} {person.name:<22} {base}/sign-in/{accounts.write_token(person)}")
    click.echo("")


@main.command("import-history")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--group", "group_key", required=True, help="Key of the group that will own the paper.")
@click.option("--title", required=True)
@click.option("--kind", type=click.Choice(["position_paper", "working_paper", "profession_profile"]), required=True)
@with_database
def import_history(settings: Settings, folder: Path, group_key: str, title: str, kind: str) -> None:
    """Put a real history in: a folder with meta.json and one Markdown file for each revision."""
    paper = history.import_history(folder, group_key=group_key, title=title, kind=kind)
    click.echo(f"{paper.head_number} revisions: {settings.base_url}/papers/{paper.key}")
