"""What others see is on disk: read off the system calls, as a kill cannot tell written files from synced ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.builders import make_paper
from tests.live.loop import run
from tests.live.peers import talking
from tests.live.serving import process
from tests.people import People
from workspace.config import Settings

WORDS = [f"<word {number:02}>" for number in range(20)]
WRITTEN, SYNCED, SHOWN = "pwrite64", re.compile("fsync|fdatasync"), re.compile("sendto|sendmsg|write")
CALL = re.compile(r"\d+ +(?:<\.\.\. )?(\w+)(.*)")


def is_traceable() -> bool:
    """Whether strace is here and may look at a program that runs already."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "5"]) as sleeper, traced(sleeper.pid, Path(os.devnull)) as is_attached:
        sleeper.terminate()
        return is_attached


@contextmanager
def traced(pid: int, to: Path) -> Iterator[bool]:
    """Write down what a process asks of the system, with all its threads. Gives whether that may be done."""
    calls = "trace=pwrite64,fdatasync,fsync,sendto,sendmsg,write"
    command = ["strace", "-f", "-s", "6000", "-e", calls, "-o", to, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        yield "attached" in strace.stderr.readline()
        strace.terminate()
        strace.stderr.read()


def events(lines: list[str]) -> Iterator[tuple[str, str]]:
    """("written", word), ("synced", ""), ("shown", word), in the order of the calls; of a sync its end counts."""
    for line in lines:
        call = CALL.match(line)
        if call is None:
            continue
        name, rest = call.groups()
        if SYNCED.fullmatch(name):
            if rest.endswith("= 0"):
                yield "synced", ""
        elif name == WRITTEN or SHOWN.fullmatch(name):
            yield from (("written" if name == WRITTEN else "shown", word) for word in WORDS if word in rest)


@pytest.mark.long
@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_before_each_word_is_shown_a_sync_has_ended(
    settings: Settings, people: People, db: Session, tmp_path: Path
) -> None:
    if not is_traceable():
        pytest.skip("strace is not installed, or may not be used here")
    paper, calls = make_paper(people), tmp_path / "calls"

    async def write() -> None:
        with process(settings) as (served, started), traced(started.pid, calls):
            async with (
                talking(served.address(paper, people.lead)) as clara,
                talking(served.address(paper, people.editor)) as emil,
            ):
                for word in WORDS:
                    await clara.type(word)
                    await emil.until(lambda word=word: word in emil.text)

    run(write())
    found = list(events(calls.read_text(errors="replace").splitlines()))
    for word in WORDS:
        written, shown = found.index(("written", word)), found.index(("shown", word))
        assert ("synced", "") in found[written:shown], f"{word} was shown before it was on disk"
