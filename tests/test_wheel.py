"""The wheel holds everything the workspace needs, and works where there is no checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def names_below(folder: Path) -> set[str]:
    """The files of a folder of the checkout, by their path in it."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@pytest.mark.parametrize("folder", ["templates", "static", "workspace"])
def test_the_wheel_holds_every_file(wheel: Path, folder: str) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    prefix = "workspace/" if folder == "workspace" else f"workspace/{folder}/"
    assert {prefix + name for name in names_below(ROOT / folder)} <= held


def test_the_wheel_holds_what_has_no_python_in_it(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    for pattern in (
        r"workspace/migrations/versions/0001_\w+\.py",
        r"workspace/migrations/script\.py\.mako",
        r"workspace/sample/network\.toml",
        r"workspace/sample/papers/\w+/steps\.toml",
        r"workspace/sample/\w+\.png",
        r"workspace/papers/templates/profession_profile\.md",
        r"workspace/templates/base\.html",
        r"workspace/templates/errors/error\.html",
        r"workspace/static/dist/reading\.css",
        r"workspace/static/fonts/[\w-]+\.woff2",
        r"workspace/static/vendor/kern/LICENSE\.md",
        r"workspace-[\d.]+\.dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(pattern, name) for name in held), pattern
    outside = {name.split("/")[0] for name in held if not re.fullmatch(r"workspace(-[\d.]+\.dist-info)?/.*", name)}
    assert outside == set(), "tests, documents and benchmarks stay at home"


@pytest.mark.long
def test_an_installed_wheel_loads_the_sample_and_serves_a_page(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True, timeout=60)
    python = place / "bin" / "python"
    packages = Path(subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout.strip())  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(packages), str(wheel)],
        check=True, capture_output=True, timeout=60, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )  # fmt: skip
    # What the workspace depends on is lent from here. A line of a .pth file adds the folder alone: the .pth of the
    # checkout in it is not read, so `workspace` can come from the wheel only.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    def run(*words: str) -> str:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("WORKSPACE_", "PYTHON"))}
        done = subprocess.run(
            [str(python), *words], cwd=tmp_path, env=bare, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", "import workspace; print(workspace.__file__)").startswith(str(packages))
    said = run("-c", "from workspace.cli import main; main()", "sample", "load")
    link = re.search(r"editor .*(/sign-in/[\w-]+)", said)
    assert link is not None
    served = run("-c", SERVE, link[1])
    assert served.split("\n")[:-1] == ["200", "303", "200", "200", "200", "en 200"]


SERVE = """
import re, sys
from workspace import create_app
browser = create_app().test_client()
def get(path, **headers):
    answer = browser.get(path, base_url="http://127.0.0.1:8000", headers=headers)
    return answer, answer.get_data(as_text=True)
answer, page = get(sys.argv[1])
print(answer.status_code)
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
sent = browser.post(sys.argv[1], base_url="http://127.0.0.1:8000", data={"csrf_token": token})
print(sent.status_code)
answer, page = get("/")
print(answer.status_code)
paper = re.search(r'/papers/[a-z0-9]{16}', page)[0]
print(get(paper)[0].status_code)
print(get(re.search(r'rel="stylesheet" href="([^"]+)"', page)[1])[0].status_code)
answer, page = get("/account", **{"Accept-Language": "en"})
print(re.search(r'<html lang="(..)"', page)[1], answer.status_code)
"""
