"""Where templates and static files lie."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def resource_dir(name: str) -> Path:
    """`templates` or `static`: inside the package in a wheel, beside it in a checkout.

    Raises: FileNotFoundError when neither is there.
    """
    for folder in (HERE.parent / name, HERE / name):
        if folder.is_dir() and (folder.parent == HERE or (HERE.parent / "pyproject.toml").is_file()):
            return folder
    raise FileNotFoundError(name)
