"""Ways to find the difference of two texts: ours, and the yardsticks it is held against.

Each takes (old, new) and gives operations (kind, text) as `workspace.text.diff` does, in the same
canonical form, so that all are measured alike.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

from diff_match_patch import diff_match_patch

from workspace.text.diff import Op, compare
from workspace.text.words import tidy

Find = Callable[[str, str], Sequence[Op]]


@dataclass(frozen=True, slots=True)
class Engine:
    """One way with its name in the tables."""

    name: str
    find: Find
    is_bounded: bool = True
    """Otherwise it may run for hours and needs a limit from outside."""


class FailedError(Exception):
    """An engine gave operations that do not make one text of the other."""


def checked(find: Find, old: str, new: str) -> Sequence[Op]:
    """The operations of an engine. Raises FailedError when they do not give both texts exactly."""
    ops = find(old, new)
    for side, text in ((-1, old), (1, new)):
        if "".join(piece for kind, piece in ops if kind in (0, side)) != text:
            raise FailedError
    return ops


def ours(old: str, new: str) -> Sequence[Op]:
    """The engine of the workspace, for readers."""
    return compare(old, new).ops


_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_WITH_BLANKS = re.compile(r"^\s+|(?:\w+|[^\w\s])\s*")


def difflib_words(old: str, new: str) -> Sequence[Op]:
    """Python's difflib as it comes, over words and signs, each with the blanks behind it."""
    a, b = _WITH_BLANKS.findall(old), _WITH_BLANKS.findall(new)
    ops: list[Op] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b).get_opcodes():
        if tag == "equal":
            ops.append((0, "".join(a[i:j])))
        else:
            ops += [(-1, "".join(a[i:j])), (1, "".join(b[k:m]))]
    return tidy(ops)


def characters(seconds: float) -> Find:
    """diff-match-patch by character with semantic clean-up; 0 seconds is without its time limit."""

    def find(old: str, new: str) -> Sequence[Op]:
        engine = diff_match_patch()
        engine.Diff_Timeout = seconds
        diffs = engine.diff_main(old, new)
        engine.diff_cleanupSemantic(diffs)
        return tidy(diffs)

    return find


def patched_words(old: str, new: str) -> Sequence[Op]:
    """diff-match-patch over words, each written as one character, then its semantic clean-up."""
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    known: dict[str, str] = {}
    sides = ["".join(known.setdefault(word, _sign(len(known))) for word in _WORDS.findall(text)) for text in (old, new)]
    meant = {sign: word for word, sign in known.items()}
    diffs = engine.diff_main(sides[0], sides[1], False)
    diffs = [(kind, "".join(meant[sign] for sign in piece)) for kind, piece in diffs]
    engine.diff_cleanupSemantic(diffs)
    return tidy(diffs)


def _sign(number: int) -> str:
    return chr(number if number < 0xD800 else number + 0x800)


_GIT_WORD = re.compile(r"[^ \t\n\v\f\r]+")
_GIT_KINDS: dict[str, int] = {"-": -1, " ": 0, "+": 1}


def git_words(old: str, new: str) -> Sequence[Op]:
    """`git diff --word-diff`, its words found again in both texts."""
    with TemporaryDirectory() as place:
        sides = [Path(place) / name for name in ("old", "new")]
        for side, text in zip(sides, (old, new), strict=True):
            side.write_text(text, "utf-8", newline="")
        done = subprocess.run(
            ["git", "diff", "--no-index", "--no-color", "--word-diff=porcelain", "-U100000000", *sides],
            stdout=subprocess.PIPE,
            check=False,
        )
    if old == new:
        return tidy([(0, old)])
    lines = iter(done.stdout.decode("utf-8").split("\n"))
    for line in lines:
        if line.startswith("@@"):
            break
    changes = ((_GIT_KINDS[line[0]], _GIT_WORD.findall(line[1:])) for line in lines if line[:1] in _GIT_KINDS)
    return tidy(_located(changes, old, new))


def _located(changes: Iterable[tuple[int, list[str]]], old: str, new: str) -> Iterator[Op]:
    """Operations for words whose blanks git did not keep."""
    places = {-1: _Place(old), 1: _Place(new)}
    for kind, words in changes:
        for word in words:
            if kind == -1:
                yield -1, places[-1].take(word)
            elif kind == 1:
                yield 1, places[1].take(word)
            else:
                before, after = places[-1].take(word)[: -len(word)], places[1].take(word)[: -len(word)]
                yield from ((0, before),) if before == after else ((-1, before), (1, after))
                yield 0, word
    yield -1, places[-1].rest()
    yield 1, places[1].rest()


class _Place:
    """How far a text has been read."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, word: str) -> str:
        """Everything up to the end of the next word, which has to be this one."""
        found = _GIT_WORD.search(self.text, self.at)
        if found is None or found[0] != word:
            raise FailedError
        taken = self.text[self.at : found.end()]
        self.at = found.end()
        return taken

    def rest(self) -> str:
        """What is left."""
        return self.text[self.at :]


OURS = Engine("this engine", ours)
GIT = Engine("git diff --word-diff", git_words)
DIFFLIB = Engine("difflib over words", difflib_words, is_bounded=False)
CHARACTERS_TIMED = Engine("diff-match-patch by character, limit 1 s", characters(1))
CHARACTERS = Engine("diff-match-patch by character", characters(0), is_bounded=False)
PATCHED_WORDS = Engine("diff-match-patch over words", patched_words, is_bounded=False)
ENGINES = (OURS, GIT, DIFFLIB, CHARACTERS_TIMED, CHARACTERS, PATCHED_WORDS)
