"""The text engine stands by itself: it could be published as a library."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import workspace.text

FOLDER = Path(workspace.text.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
ALONE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(f"workspace.text.{name}")
assert not {"flask", "sqlalchemy"} & set(sys.modules), "the engine reaches for the application"
"""


def test_every_module_can_be_imported_without_the_rest(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "workspace" / "text", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "workspace" / "__init__.py").touch()
    done = subprocess.run([sys.executable, "-c", ALONE, *MODULES], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_says_what_it_is(module: str) -> None:
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), module
    named = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    silent = [node.name for node in named if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert silent == []
