"""The scripts of the pages, by `node --test` where Node exists."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
FOLDER = Path(__file__).parent / "js"
FRONTEND = Path(__file__).parent.parent / "frontend"


@pytest.mark.node
@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.test.mjs")), ids=lambda path: path.stem)
def test_script(path: Path) -> None:
    assert NODE is not None
    done = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_tests_of_scripts() -> None:
    assert list(FOLDER.glob("*.test.mjs"))


@pytest.mark.node
@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.skipif(
    not (FRONTEND / "node_modules").is_dir(), reason="the editor's packages are not installed: make editor"
)
@pytest.mark.parametrize("path", sorted((FRONTEND / "tests").glob("*.test.mjs")), ids=lambda path: path.stem)
def test_editor(path: Path) -> None:
    """The parts of the live editor that need no browser."""
    assert NODE is not None
    done = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_tests_of_the_editor() -> None:
    assert list((FRONTEND / "tests").glob("*.test.mjs"))
