"""What people see of a difference: few whole islands with natural borders.

The longest common subsequence keeps every "und" between two rewritten words. A reader is helped
more by one rewritten passage than by confetti, so equal runs that say less than what they interrupt
join the change, and a pure insertion or deletion moves along equal words to the border of a
sentence, a clause, a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise

from workspace.text.alignment import Run
from workspace.text.coding import Coded, Known, Vocabulary
from workspace.text.longest import common_length
from workspace.text.tokens import is_word

TOKEN_CAP = 14
"""A long token (a URL) weighs no more than this in a change."""
ALWAYS_KEPT = 25
"""An equal run this heavy (four or five words) always stays."""
FEW_WORDS = 3
"""With fewer words between them two changes look like one that was torn apart."""
SHORT = 12
"""Fewer letters than this in few words are not worth a change of their own."""
TINY = 6
"""Nor are fewer than this in any number of words."""
FARTHEST = 1_000
"""So many tokens to either side a natural border is looked for."""
LIGHT = 4
"""A word or sign of so few letters is lighter than the least changes on both sides of it."""
PARAGRAPH = 12
"""What an equal paragraph break between changes is worth, in letters."""

Sizes = tuple[int, int]
"""How large a change is to the eye on the old and on the new side."""
NOTHING: Sizes = (0, 0)

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """der die das den dem des ein eine einer eines einem einen und oder in im an am auf von vom zu zum
        zur mit für ist sind wird werden nicht auch als bei nach aus wie es sich
        the a an of to in on and or is are be for with that this it as by at from not""",
    )
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What an equal run is worth: how much it says, how many letters and words it has."""

    meaning: int
    letters: int
    words: int

    def is_confetti(self, left: int, right: int) -> bool:
        """Whether a reader is better off without it between changes of these sizes."""
        if self.letters < (SHORT if self.words < FEW_WORDS else TINY):
            return left + right >= self.letters
        return self.meaning < ALWAYS_KEPT and 2 * self.meaning <= min(left, right)


def worth_of(tokens: Iterable[str]) -> Worth:
    """What some tokens are worth."""
    meaning = letters = words = 0
    for token in tokens:
        if token[0] == "\n":
            meaning += PARAGRAPH
            letters += PARAGRAPH
            continue
        letters += len(token)
        if is_word(token):
            words += 1
            meaning += 2 if token.lower() in _STOP_WORDS else len(token) + 1
        else:
            meaning += 1
    return Worth(meaning, letters, words)


class Reader:
    """Knows what the tokens of a vocabulary mean to a reader."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        tokens = self._tokens = vocabulary.tokens
        self._sizes: dict[str, int] = {}
        self._light: set[str] = set()
        self._worths = Known(lambda codes: worth_of(map(tokens.__getitem__, codes)))

    def runs(self, old: Coded, new: Coded, runs: list[Run]) -> list[Run]:
        """The equal runs that stay for readers, slid to natural borders."""
        return _slide(old, new, _widened(old.codes, new.codes, self._without_confetti(old.codes, new.codes, runs)))

    def _without_confetti(self, old: str, new: str, runs: list[Run]) -> list[Run]:
        """Drop equal runs that say too little for what they interrupt, as long as there is one."""
        self._measure()
        # a short word or a sign alone never stays between changes
        runs = [*runs[:1], *(run for run in runs[1:-1] if run[2] > 1 or old[run[0]] not in self._light), *runs[1:][-1:]]
        if len(runs) < 2:
            return runs
        borders = [(0, 0, 0), *runs, (len(old), len(new), 0)]
        changed = [
            (self._size(old, i + length, x), self._size(new, j + length, y))
            for (i, j, length), (x, y, _) in pairwise(borders)
        ]
        kept: list[Run] = []
        between = changed[:1]
        # changes only grow, and a larger one never saves what is between: the order makes no difference
        for run, after in zip(runs, changed[1:], strict=True):
            kept.append(run)
            between.append(after)
            while kept and self._is_confetti(old, kept[-1], between[-2], between[-1]):
                at, _, length = kept.pop()
                size, (gone, come) = self._size(old, at, at + length), between.pop()
                between[-1] = between[-1][0] + size + gone, between[-1][1] + size + come
        return kept

    def _is_confetti(self, old: str, run: Run, left: Sizes, right: Sizes) -> bool:
        """Whether an equal run says too little for the changes beside it."""
        at, _, length = run
        # each token is worth 1 at least: so many are never confetti
        if length >= ALWAYS_KEPT or left == NOTHING or right == NOTHING:
            return False
        return self._worths[old[at : at + length]].is_confetti(max(left), max(right))

    def _measure(self) -> None:
        """Look at the tokens that are new in the vocabulary."""
        sizes, tokens = self._sizes, self._tokens
        if len(sizes) < len(tokens):
            fresh = list(islice(tokens.items(), len(sizes), None))
            sizes.update((code, _size(token)) for code, token in fresh)
            self._light.update(code for code, token in fresh if len(token) <= LIGHT and token[0] != "\n")

    def _size(self, codes: str, start: int, end: int) -> int:
        """The visible size of some tokens; of many, one that is large enough for everything asked here."""
        if end - start == 1:
            return self._sizes[codes[start]]
        return sum(map(self._sizes.__getitem__, codes[start:end])) if end - start < ALWAYS_KEPT else 2 * ALWAYS_KEPT


def _size(token: str) -> int:
    return 2 if token[0] == "\n" else min(len(token), TOKEN_CAP) + 1


def _widened(old: str, new: str, runs: list[Run]) -> list[Run]:
    """Runs with the equal tokens beside them: of a run that was dropped its last comma may stand at both ends."""
    runs = [(0, 0, 0), *runs, (len(old), len(new), 0)]
    for at in range(len(runs) - 1):
        (i1, j1, n1), (i2, j2, n2) = runs[at], runs[at + 1]
        room = min(i2 - i1, j2 - j1) - n1
        head = foot = 0
        if room and old[i1 + n1] == new[j1 + n1]:
            head = common_length(old, new, i1 + n1, j1 + n1, room)
        while foot < room - head and old[i2 - 1 - foot] == new[j2 - 1 - foot]:
            foot += 1
        runs[at] = (i1, j1, n1 + head)
        runs[at + 1] = (i2 - foot, j2 - foot, n2 + foot)
    return [run for run in runs if run[2]]


def _slide(old: Coded, new: Coded, runs: list[Run]) -> list[Run]:
    """Move pure insertions and deletions along equal words to the most natural borders."""
    runs = list(runs)
    for at in range(len(runs) - 1):
        (i1, j1, n1), (i2, j2, n2) = runs[at], runs[at + 1]
        if i1 + n1 == i2 and j2 > j1 + n1:
            by = _best_slide(new, j1 + n1, j2, n1, n2)
        elif j1 + n1 == j2 and i2 > i1 + n1:
            by = _best_slide(old, i1 + n1, i2, n1, n2)
        else:
            continue
        runs[at] = (i1, j1, n1 + by)
        runs[at + 1] = (i2 + by, j2 + by, n2 - by)
    return [run for run in runs if run[2]]


def _best_slide(passage: Coded, start: int, end: int, most_left: int, most_right: int) -> int:
    """By how many tokens the piece start:end moves; the nearest of equally good places."""
    codes = passage.codes
    left = right = 0
    while left < min(most_left, FARTHEST) and codes[start - 1 - left] == codes[end - 1 - left]:
        left += 1
    while right < min(most_right, FARTHEST) and codes[start + right] == codes[end + right]:
        right += 1
    if not left and not right:
        return 0
    return max(
        range(-left, right + 1),
        key=lambda by: (
            _border(passage, start + by) + _border(passage, end + by),
            -abs(by),
            -by,
        ),
    )


def _border(passage: Coded, at: int) -> int:
    """How natural it is for a change to begin or end before token `at`: 6 paragraph … 0 glued."""
    if at == 0 or at == len(passage.codes):
        return 6
    text, starts, ends = passage.text, passage.starts, passage.ends
    if text[starts[at]] == "\n" or text[starts[at - 1]] == "\n":
        return 6
    blank = text[ends[at - 1] : starts[at]]
    if "\n" in blank:
        return 5
    before, after = text[ends[at - 1] - 1], text[starts[at]]
    if before in ".!?:;…":
        return 4
    if before in ",)»“”" or after in "(„«":
        return 3
    if not (after.isalnum() or after in "*_[`„("):
        return 0
    return 2 if blank else 1
