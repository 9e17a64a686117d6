"""Bytes of a stored revision, held against git's pack of the same texts, and what writing and reading take.

git packs the same blobs in the same run (`git pack-objects` with `gc`'s depth of 50 and window of 10; commits and trees
are left out, and its `--aggressive` window of 250 stands beside it where it can be waited for).

The long history is made: it begins with the first 77,000 characters of the longest real text, and each of its 10,000
revisions applies the next real small edit of that text's history (at most 200 characters deleted and 200 inserted, over
and over) at a word border chosen by seeded chance. So the sizes and the wording of the edits are real, their places
are not. Where the paper is a tenth longer or shorter, an edit deletes as much as it inserts.
"""

from __future__ import annotations

import os
import random
import subprocess
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard

from benchmarks.text.corpus import SEED, History, histories
from benchmarks.text.measure import middle, quantile, table, timed
from workspace.text import pack
from workspace.text.diff import compare

LEAST = 30
KEYFRAME = 50
GIT_DEPTH, GIT_WINDOW, AGGRESSIVE = 50, 10, 250
LONG = 10_000
PACKED_AGGRESSIVELY = 2_000
"""So many revisions of the long history are packed by git with its large window as well: it takes half a minute."""
PAPER = 77_000
SMALL = 200
DRIFT = 10
READS = 1_000
NONE = float("nan")

COLUMNS = ("Scheme", "B a revision", "× git pack", "write ms: p50", "p95", "read ms: p50", "p95", "longest")


@dataclass(frozen=True, slots=True)
class Stored:
    """What one scheme made of one history."""

    size: float
    """Bytes of one revision."""
    writes: list[float]
    reads: list[float]
    """CPU milliseconds of each."""


def main() -> None:
    """Print the real histories, then the long one."""
    every = histories(LEAST)
    git = [git_size(history.texts, GIT_WINDOW) for history in every]
    found = {name: [scheme(history.texts) for history in every] for name, scheme in SCHEMES.items()}
    table(
        f"Storage: {len(every)} histories with {LEAST} and more revisions (medians)",
        COLUMNS,
        [
            ("target", NONE, 0.95, NONE, 2.0, 1.0, 10.0, NONE),
            ("git pack", middle(git), 1.0, NONE, NONE, NONE, NONE, NONE),
            *(_row(name, stored, git) for name, stored in found.items()),
        ],
    )
    table(
        "Storage by history",
        ("History", "revisions", "plain B", "git pack B", *(f"{name} B" for name in SCHEMES), "ours × git"),
        [
            (h.name, len(h.texts), _plain(h.texts), git[at], *(found[name][at].size for name in SCHEMES),
             found[OURS][at].size / git[at])
            for at, h in enumerate(every)
        ],
    )  # fmt: skip
    _long_history()


def _long_history() -> None:
    texts = list(made_history(max(histories(LEAST), key=lambda history: len(history.texts[-1])), LONG))
    some = texts[:PACKED_AGGRESSIVELY]
    git, aggressive = git_size(texts, GIT_WINDOW), git_size(some, AGGRESSIVE)
    title = f"Storage: {len(texts):,} revisions of a paper of {len(texts[0].encode()) // 1000} KB"
    rows = [_row(name, [scheme(texts)], [git]) for name, scheme in SCHEMES.items()]
    target = ("target", NONE, 0.65, NONE, 2.0, 1.0, 10.0, NONE)
    table(title, COLUMNS, [target, ("git pack", git, 1.0, *(NONE,) * 5), *rows])
    rows = [_row(OURS, [SCHEMES[OURS](some)], [aggressive])]
    target = ("target", NONE, 0.65, NONE, 2.0, 1.0, 10.0, NONE)
    title = f"Storage: the first {len(some):,} of these"
    table(title, COLUMNS, [target, ("git pack, window 250", aggressive, 1.0, *(NONE,) * 5), *rows])


def _row(name: str, stored: Sequence[Stored], git: Sequence[float]) -> tuple[object, ...]:
    writes = [value for one in stored for value in one.writes]
    reads = [value for one in stored for value in one.reads]
    return (
        name,
        middle([one.size for one in stored]),
        middle([one.size / other for one, other in zip(stored, git, strict=True)]),
        quantile(writes, 0.5),
        quantile(writes, 0.95),
        quantile(reads, 0.5),
        quantile(reads, 0.95),
        max(reads),
    )


def _plain(texts: Sequence[str]) -> float:
    return sum(len(text.encode()) for text in texts) / len(texts)


def git_size(texts: Sequence[str], window: int) -> float:
    """Bytes of one text in a pack that holds all of them and nothing else."""
    with TemporaryDirectory() as place:

        def git(*arguments: str, given: bytes = b"") -> str:
            own = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
            call = ["git", "-C", place, *arguments]
            return subprocess.run(call, input=given, check=True, capture_output=True, env=own).stdout.decode()

        git("init", "--quiet", "--bare", ".")
        blobs = [text.encode() for text in texts]
        stream = b"".join(b"blob\nmark :%d\ndata %d\n%s\n" % (at, len(b), b) for at, b in enumerate(blobs, 1))
        git("fast-import", "--quiet", f"--export-marks={place}/marks", given=stream)
        names = [line.split()[1] for line in Path(place, "marks").read_text().splitlines()]
        listed = "".join(f"{name} paper.md\n" for name in reversed(names))
        limits = (f"--depth={GIT_DEPTH}", f"--window={window}")
        made = git("pack-objects", "--no-reuse-delta", "--quiet", *limits, f"{place}/out", given=listed.encode())
        return Path(place, f"out-{made.strip()}.pack").stat().st_size / len(texts)


def made_history(source: History, count: int) -> Iterator[str]:
    """A long history from the small edits of a real one."""
    edits = cycle([edit for old, new in pairwise(source.texts) for edit in small_edits(old, new)])
    chance = random.Random(SEED)
    text = source.texts[-1][:PAPER]
    yield text
    while count > 1:
        deleted, inserted = next(edits)
        if abs(len(text) - PAPER) > PAPER // DRIFT:
            deleted = len(inserted)
        place = text.find(" ", chance.randrange(len(text) - 2 * SMALL)) + 1
        changed = text[:place] + inserted + text[place + deleted :]
        if changed != text:
            yield changed
            count -= 1
        text = changed


def small_edits(old: str, new: str) -> Iterator[tuple[int, str]]:
    """How much was deleted and what was put there, for each small change."""
    deleted = 0
    for kind, text in (*compare(old, new, for_readers=False).ops, (0, "")):
        if kind < 0:
            deleted = len(text)
            continue
        inserted = text if kind > 0 else ""
        if 0 < max(deleted, len(inserted)) <= SMALL:
            yield deleted, inserted
        deleted = 0


def each_alone(texts: Sequence[str]) -> Stored:
    """zlib for each text."""
    return _measured(
        texts,
        lambda number: zlib.compress(texts[number - 1].encode()),
        lambda number, rows: zlib.decompress(rows[number]).decode(),
    )


def in_chain(texts: Sequence[str]) -> Stored:
    """zstd with the revision before as dictionary, and a whole text every fifty revisions."""

    def write(number: int) -> bytes:
        before = texts[number - 2].encode() if (number - 1) % KEYFRAME else b""
        data = texts[number - 1].encode()
        options = zstandard.ZstdCompressionParameters.from_level(
            9, source_size=len(data), dict_size=len(before), window_log=(len(data) + len(before) + 1024).bit_length()
        )
        return zstandard.ZstdCompressor(dict_data=_dictionary(before), compression_params=options).compress(data)

    def read(number: int, rows: dict[int, bytes]) -> str:
        content = b""
        for at in range((number - 1) // KEYFRAME * KEYFRAME + 1, number + 1):
            content = zstandard.ZstdDecompressor(dict_data=_dictionary(content)).decompress(rows[at])
        return content.decode()

    return _measured(texts, write, read)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if content else None


def by_chains(texts: Sequence[str]) -> Stored:
    """As the workspace does it."""

    def write(number: int) -> bytes:
        base = pack.base_number(number)
        return pack.encode(texts[number - 1], texts[base - 1] if base else None)

    return _measured(texts, write, lambda number, rows: pack.read(number, rows.__getitem__))


def _measured(
    texts: Sequence[str], write: Callable[[int], bytes], read: Callable[[int, dict[int, bytes]], str]
) -> Stored:
    rows, writes, reads = {}, [], []
    for number in range(1, len(texts) + 1):
        rows[number], milliseconds = timed(partial(write, number))
        writes.append(milliseconds)
    numbers = list(rows)
    for number in numbers if len(numbers) <= READS else random.Random(SEED).sample(numbers, READS):
        text, milliseconds = timed(partial(read, number, rows))
        assert text == texts[number - 1]
        reads.append(milliseconds)
    return Stored(sum(map(len, rows.values())) / len(rows), writes, reads)


OURS = "differences by chains"
SCHEMES: dict[str, Callable[[Sequence[str]], Stored]] = {
    "zlib each": each_alone,
    "zstd, chain of 50": in_chain,
    OURS: by_chains,
}
