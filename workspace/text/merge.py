"""Three-way merging: what two people made of one text, joined, or named conflicts.

A change is applied only where its sentence stands word for word as its writer saw it; an insertion
between two sentences only where both are still neighbours. Nothing is found by similarity. What both
did in the same way is done once; a wording that the other side already has is not put in twice; a
block that one side moved takes the other side's edits along. A result never contains a word that none
of the three texts has. Whether a merge is clean, and its text then, does not depend on who is who.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workspace.text.diff import compare
from workspace.text.joining import Joined, join
from workspace.text.normal import normalize
from workspace.text.regions import MINE


@dataclass(frozen=True, slots=True)
class Conflict:
    """A passage that both changed in different ways; whole sentences, or the place between two.

    `base`, `mine` and `theirs` are what each text has there, letter for letter. [start, end) is the
    place in `Merged.text`, which holds `theirs` (shorter at the end of the text, by blank lines).
    """

    base: str
    mine: str
    theirs: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Merged:
    """The joined text, in stored form; with conflicts, theirs stands in the conflicting places."""

    text: str
    conflicts: tuple[Conflict, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to be asked."""
        return not self.conflicts

    def resolved(self, choices: Sequence[str]) -> str:
        """The text with a wording for each conflict, in stored form.

        Blanks around a wording are kept as the conflict had them, since form fields lose them.

        Raises: ValueError when there is not one choice for each conflict.
        """
        parts: list[str] = []
        at = 0
        for conflict, choice in zip(self.conflicts, choices, strict=True):
            parts += (self.text[at : conflict.start], _with_blanks(choice, conflict))
            at = conflict.end
        return normalize("".join(parts) + self.text[at:])


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Join two texts that were both made from `base`.

    Args: base: what both saw; mine: what is to be saved; theirs: what was saved meanwhile; all in the
        stored form of `normal.normalize`.
    Returns: the text in stored form, and the conflicts in order, each with what both sides have there.
    """
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    return _merged(join(compare(base, mine), compare(base, theirs)))


def _merged(joined: Joined) -> Merged:
    # No other check of the form is needed: what pieces in stored form compose at a seam would be a foreign word.
    text = joined.text.rstrip("\n")
    text += "\n" if text else ""
    conflicts: list[Conflict] = []
    for edit, start in zip(joined.edits, joined.starts, strict=True):
        if edit.region.is_conflict:
            conflict = Conflict(
                base=joined.base[edit.start : edit.end],
                mine=edit.region.wording(joined.base, MINE),
                theirs=edit.new,
                start=min(start, len(text)),
                end=min(start + len(edit.new), len(text)),
            )
            conflicts.append(conflict)
    return Merged(text, tuple(conflicts))


def _with_blanks(choice: str, conflict: Conflict) -> str:
    """A wording with the blanks around it that the passage has."""
    sides = (conflict.mine, conflict.theirs, conflict.base)
    if choice in sides:
        return choice
    wording = normalize(choice).strip()
    for side in sides:
        if side.strip() == wording:
            return side
    if not wording:
        return ""
    model = next((side for side in sides if side.strip()), "")
    lead = len(model) - len(model.lstrip())
    return model[:lead] + wording + model[len(model.rstrip()) :]
