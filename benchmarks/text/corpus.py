"""Real histories and merges of the folder that `CORPUS` names."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from workspace.text.normal import normalize

NEAR_PAIRS = 13
"""So many neighbouring pairs of each history are compared: ten histories give 130."""
SEED = 20_260_101
MERGES = "merges"
SIDES = ("base", "current", "proposal", "merged")


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored state of a real text."""

    author: str
    time: int
    """Seconds since 1970."""
    text: str
    """In the stored form of `normalize`."""


@dataclass(frozen=True, slots=True)
class History:
    """A real text, oldest revision first; neighbours differ."""

    name: str
    revisions: tuple[Revision, ...]

    @property
    def texts(self) -> list[str]:
        return [revision.text for revision in self.revisions]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states of one text."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RealMerge:
    """What two people made of one text, and the text people accepted."""

    name: str
    base: str
    current: str
    proposal: str
    merged: str


def folder() -> Path:
    """The folder of the histories; ends the benchmark with a sentence where there is none."""
    named = os.environ.get("CORPUS")
    if not named or not Path(named).is_dir():
        sys.exit("CORPUS has to name the folder with the real histories")
    return Path(named)


@cache
def histories(least: int = 2) -> tuple[History, ...]:
    """Every history with at least `least` different neighbouring revisions, by name."""
    found = [_read(path) for path in sorted(folder().iterdir()) if _is_history(path)]
    return tuple(history for history in found if len(history.revisions) >= least)


def near_pairs() -> Iterator[Pair]:
    """Neighbouring revisions, `NEAR_PAIRS` of each history, always the same ones."""
    for history in histories():
        texts = history.texts
        places = list(range(1, len(texts)))
        chosen = random.Random(SEED).sample(places, min(NEAR_PAIRS, len(places)))
        for at in sorted(chosen):
            yield Pair(f"{history.name} {at - 1}–{at}", texts[at - 1], texts[at])


def far_pairs() -> Iterator[Pair]:
    """First and last, and middle and last revision of each history."""
    for history in histories(3):
        texts = history.texts
        for at in (0, len(texts) // 2):
            yield Pair(f"{history.name} {at}–{len(texts) - 1}", texts[at], texts[-1])


def real_merges() -> Iterator[RealMerge]:
    """The merges of `merges.tar.xz`, or of a folder `merges`, one after the other."""
    packed = folder() / f"{MERGES}.tar.xz"
    if (folder() / MERGES).is_dir():
        yield from _merges_in(folder() / MERGES)
    elif packed.exists():
        with TemporaryDirectory() as place:
            unpacked = subprocess.run(["xz", "-dc", "--memlimit=1GiB", packed], check=True, stdout=subprocess.PIPE)
            subprocess.run(["tar", "-x", "-C", place], check=True, input=unpacked.stdout)
            yield from _merges_in(Path(place) / MERGES)


def _merges_in(place: Path) -> Iterator[RealMerge]:
    for each in sorted(path for path in place.iterdir() if path.is_dir()):
        texts = [normalize((each / f"{side}.md").read_bytes().decode("utf-8")) for side in SIDES]
        yield RealMerge(each.name, *texts)


def _is_history(path: Path) -> bool:
    if path.is_dir():
        return (path / "meta.json").exists()
    return path.name.endswith(".tar.xz") and path.name != f"{MERGES}.tar.xz"


def _read(path: Path) -> History:
    if path.is_dir():
        files = {each.name: each.read_bytes() for each in path.iterdir() if each.is_file()}
    else:
        with tarfile.open(path) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            files = {Path(member.name).name: _bytes(archive, member) for member in members}
    revisions: list[Revision] = []
    for row in json.loads(files["meta.json"])["revisions"]:
        text = normalize(files[row["file"]].decode("utf-8"))
        if not revisions or revisions[-1].text != text:
            revisions.append(Revision(str(row["author"]), int(row["date"]), text))
    return History(path.name.removesuffix(".tar.xz"), tuple(revisions))


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()
