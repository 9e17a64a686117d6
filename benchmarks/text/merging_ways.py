"""Ways to join three texts: ours, and what else there is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from diff_match_patch import diff_match_patch

from workspace.text.changes import State, apply, hunks, place
from workspace.text.merge import merge

Way = Callable[[str, str, str], str | None]
"""(base, mine, theirs) → the joined text; None where something has to be asked or could not be placed."""

_SENTENCES = re.compile(r".+?(?:[.!?:;…][\"“”»«’')\]]*\s+|\n\s*\n\s*|\n(?=\s*(?:[-*+>#|]|\d+[.)]))|\Z)", re.DOTALL)
_WORDS = re.compile(r"(?:\w+|[^\w\s])\s*|\s+")
_LINE_END = "\x1f"
"""Stands for a line's end inside a unit; stored texts have no control characters."""


def saved(base: str, mine: str, theirs: str) -> str | None:
    """Our merge, as a save uses it."""
    merged = merge(base, mine, theirs)
    return merged.text if merged.is_clean else None


def proposed(base: str, mine: str, theirs: str) -> str | None:
    """Our changes of a proposal, placed in a text that moved on and all applied."""
    placed = place(hunks(base, mine), base, theirs)
    if any(found.state in {State.NEEDS_REBASE, State.GONE} for found in placed):
        return None
    return apply(theirs, placed, [found.change.number for found in placed])


def by_lines(base: str, mine: str, theirs: str) -> str | None:
    """git's merge of lines."""
    return _merge_file(base, mine, theirs)


def by_sentences(base: str, mine: str, theirs: str) -> str | None:
    """git's merge with one sentence a line."""
    return _merge_units(_SENTENCES, base, mine, theirs)


def by_words(base: str, mine: str, theirs: str) -> str | None:
    """git's merge with one word a line."""
    return _merge_units(_WORDS, base, mine, theirs)


def patched(base: str, mine: str, theirs: str) -> str | None:
    """diff-match-patch's `patch_apply` as it comes."""
    return _patched(diff_match_patch(), base, mine, theirs)


def patched_exactly(base: str, mine: str, theirs: str) -> str | None:
    """The same where the context has to match letter for letter."""
    engine = diff_match_patch()
    engine.Match_Threshold = engine.Patch_DeleteThreshold = 0.0
    return _patched(engine, base, mine, theirs)


OURS: dict[str, Way] = {"**merge (saves)**": saved, "**place and apply (proposals)**": proposed}
YARDSTICKS: dict[str, Way] = {
    "git merge-file, lines": by_lines,
    "git merge-file, one sentence a line": by_sentences,
    "git merge-file, one word a line": by_words,
    "diff-match-patch `patch_apply`": patched,
    "the same, exact matches only": patched_exactly,
}


def _patched(engine: diff_match_patch, base: str, mine: str, theirs: str) -> str | None:
    text, found = engine.patch_apply(engine.patch_make(base, mine), theirs)
    return str(text) if all(found) else None


def _merge_units(units: re.Pattern[str], *texts: str) -> str | None:
    parted = ("".join(f"{found[0].replace(chr(10), _LINE_END)}\n" for found in units.finditer(text)) for text in texts)
    merged = _merge_file(*parted)
    return None if merged is None else merged.replace("\n", "").replace(_LINE_END, "\n")


def _merge_file(base: str, mine: str, theirs: str) -> str | None:
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "base", "theirs")]
        for path, text in zip(paths, (mine, base, theirs), strict=True):
            path.write_bytes(text.encode())
        run = subprocess.run(["git", "merge-file", "-p", "-q", *paths], capture_output=True, check=False)
    if run.returncode not in range(128):
        raise RuntimeError(run.stderr.decode())
    return run.stdout.decode() if run.returncode == 0 else None
