"""Commands of the person who runs the workspace."""

from __future__ import annotations

import click

from workspace import create_app
from workspace.config import load_settings
from workspace.operation.worker import run_worker


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the standard input closes.")
def worker(with_parent: bool) -> None:
    """Do jobs and send mail; `serve` starts one by itself."""
    run_worker(create_app(load_settings()), with_parent=with_parent)


COMMANDS: tuple[click.Command, ...] = (worker,)
