"""The Nu HTML checker, where Java and its jar are installed; else the reason why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

JAR = (
    Path(__file__).resolve().parent.parent / "build" / "vnu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
)
"""Where `.ci/run` puts it; VNU_JAR names another place."""


def jar() -> Path:
    return Path(os.environ.get("VNU_JAR") or JAR)


def reason_missing() -> str | None:
    """Why pages cannot be checked here; None when they can."""
    if shutil.which("java") is None:
        return "Java is not installed"
    if not jar().exists():
        return "the Nu HTML checker is not installed (make vnu)"
    return None


NOT_A_FAULT = "The “list” role is unnecessary"
"""It is not: Safari takes the role from a list without bullets."""


def complaints(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Errors and warnings of these pages (by name), a line each, found by one run of the checker."""
    named = {}
    for number, (name, html) in enumerate(pages.items()):
        (folder / f"{number}.html").write_text(html, encoding="utf-8")
        named[f"{number}.html"] = name
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(jar()), "--format", "json", "--exit-zero-always", *sorted(named)],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        f"{named[found['url'].rpartition('/')[2]]}: {found['message']} {found.get('extract', '')!r}"
        for found in json.loads(done.stderr)["messages"]
        if NOT_A_FAULT not in found["message"]
    ]
