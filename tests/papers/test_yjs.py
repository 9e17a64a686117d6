"""Real Yjs editors, where the front end's packages are installed: nothing honest is refused, text and authors agree."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from tests.papers.test_updates import document, take
from workspace.papers.document import Stored
from workspace.papers.typed import typed_since

HERE = Path(__file__).parent
HAS_YJS = (HERE.parents[1] / "frontend" / "node_modules" / "yjs").is_dir()


def run_histories(first: int, count: int) -> int:
    """Returns: how many updates there were."""
    made = subprocess.run(
        ["node", HERE / "histories.mjs", str(first), str(count)], capture_output=True, check=True, timeout=300
    )
    updates = 0
    for history in json.loads(made.stdout):
        server, rows = document(""), []
        for member, data in history["log"]:
            checked = take(server, base64.b64decode(data), member + 1)
            updates += 1
            if not checked.is_empty:
                rows.append(Stored(server.seq, [(member + 1, checked.update)]))
        assert set(history["text"]) == {server.text}
        server.snapshot()  # whoever comes later reads the same
        body = server.text.rstrip("\n")
        if not body:
            continue
        typed = typed_since(server, "", body + "\n", rows, 1)
        units = [member + 1 for member, length in history["letters"] for _ in range(length)]
        at = 0
        for author, length in typed.runs:
            for letter in body[at : at + length]:
                assert units.pop(0) == author
                if letter > "\uffff":
                    units.pop(0)
            at += length
    return updates


needs_yjs = pytest.mark.skipif(not HAS_YJS, reason="the editor's packages are not installed: make editor")


@needs_yjs
@pytest.mark.node
def test_what_real_editors_send_passes_and_is_theirs() -> None:
    assert run_histories(1, 15) > 1000


@needs_yjs
@pytest.mark.node
@pytest.mark.long
def test_what_real_editors_send_passes_and_is_theirs_at_length() -> None:
    assert run_histories(100, 400) > 30_000
