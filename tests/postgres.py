"""A PostgreSQL server of the tests' own, where the programs are installed; else the reason why not."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, or None."""
    folders = [Path(p).parent for p in (shutil.which("pg_ctl"),) if p]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def reason_missing() -> str | None:
    """Why there is no PostgreSQL here; None when there is."""
    if programs() is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL does not run as root and there is no user postgres or nobody"
    return None


def _unprivileged() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


@dataclass(frozen=True)
class Cluster:
    """A server in a folder of its own, reachable by a socket only."""

    folder: Path
    programs: Path
    user: pwd.struct_passwd | None
    """Who runs it; None for whoever runs the tests."""

    @property
    def address(self) -> str:
        """Of its first database."""
        return f"postgresql://workspace@/postgres?host={self.folder}"

    def make(self) -> None:
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-U", "workspace", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self, *, is_safe: bool = False) -> None:
        """Start it, and wait until it answers.

        Args:
            is_safe: whether it waits for the disk, as a real one does.
        """
        fsync = "on" if is_safe else "off"
        options = f"-c unix_socket_directories='{self.folder}' -c fsync={fsync} -c max_connections=60"
        options += " -c listen_addresses=''"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop it at once, whatever it is doing."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *given: str) -> None:
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user is not None else {}
        subprocess.run(
            [self.programs / program, "-D", self.folder / "data", *given], check=True, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}, **identity,
        )  # fmt: skip


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A new one that is not started; it is running in the end."""
    found = programs()
    assert found is not None
    made = Cluster(Path(tempfile.mkdtemp(prefix="pg-")), found, _unprivileged() if os.geteuid() == 0 else None)
    made.make()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Start a server; gives the address of its first database."""
    with cluster() as made:
        made.start()
        yield made.address
