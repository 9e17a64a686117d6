"""The sample network in a SQLite database, loaded once for all tests of a process."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class LoadedSample:
    """What `workspace sample load` made."""

    folder: Path
    """The instance folder."""
    said: str
    """What the command printed."""


def environment(instance: Path, **more: str) -> dict[str, str]:
    """The environment of a command of its own, with this instance folder and nothing else of ours."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WORKSPACE_")}
    return {**bare, "WORKSPACE_INSTANCE_DIR": str(instance), **more}


def run_workspace(*words: str, instance: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the `workspace` command as somebody at a terminal would."""
    return subprocess.run(
        [sys.executable, "-c", "from workspace.cli import main; main()", *words],
        env=environment(instance, **more), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@cache
def loaded_sample() -> LoadedSample:
    folder = Path(tempfile.mkdtemp(prefix="sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = run_workspace("sample", "load", "--port", "8123", instance=folder)
    assert done.returncode == 0, done.stderr
    return LoadedSample(folder, done.stdout)


def copied_sample(folder: Path) -> Path:
    """An instance folder of one's own that holds the sample."""
    shutil.copytree(loaded_sample().folder, folder)
    return folder
