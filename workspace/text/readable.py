"""What people see of a difference: few whole islands with natural borders.

The longest common subsequence keeps every "und" between two rewritten words. A reader is helped
more by one rewritten passage than by confetti, so equal runs that say less than what they interrupt
join the change, and a pure insertion or deletion moves along equal words to the border of a
sentence, a clause, a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workspace.text.alignment import Run
from workspace.text.tokens import PARAGRAPH_BREAK, Passage, is_word, token_key

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
PARAGRAPH = 12
"""What an equal paragraph break between changes is worth, in letters."""

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """der die das den dem des ein eine einer eines einem einen und oder in im an am auf von vom zu zum
        zur mit für ist sind wird werden nicht auch als bei nach aus wie es sich
        the a an of to in on and or is are be for with that this it as by at from not""",
    )
)


def for_people(old: Passage, new: Passage, runs: list[Run]) -> list[Run]:
    """The equal runs that stay for readers, slid to natural borders."""
    return _slide(old, new, _without_confetti(old, new, runs))


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


def _without_confetti(old: Passage, new: Passage, runs: list[Run]) -> list[Run]:
    """Drop equal runs that say too little for what they interrupt, until none is left."""
    if len(runs) < 2:
        return runs
    old_tokens, new_tokens = _tokens(old), _tokens(new)
    old_sums, new_sums = _sums(old_tokens), _sums(new_tokens)
    worth = [worth_of(old_tokens[i : i + length]) for i, _, length in runs]
    end = (len(old_tokens), len(new_tokens), 0)
    was_dropped = True
    while was_dropped:
        was_dropped = False
        kept: list[int] = []
        for at, run in enumerate(runs):
            before = runs[kept[-1]] if kept else (0, 0, 0)
            after = runs[at + 1] if at + 1 < len(runs) else end
            left = _changed(old_sums, new_sums, before, run)
            right = _changed(old_sums, new_sums, run, after)
            if left and right and worth[at].is_confetti(left, right):
                was_dropped = True
            else:
                kept.append(at)
        runs, worth = [runs[at] for at in kept], [worth[at] for at in kept]
    return runs


def _tokens(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in zip(passage.starts, passage.ends, strict=True)]


def _sums(tokens: list[str]) -> list[int]:
    """Running totals of the visible size of tokens."""
    sums, total = [0], 0
    for token in tokens:
        total += 2 if token[0] == "\n" else min(len(token), TOKEN_CAP) + 1
        sums.append(total)
    return sums


def worth_of(tokens: list[str]) -> Worth:
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


def _changed(old_sums: list[int], new_sums: list[int], before: Run, after: Run) -> int:
    """Size of the change between two runs: the larger of what went and what came."""
    return max(
        old_sums[after[0]] - old_sums[before[0] + before[2]],
        new_sums[after[1]] - new_sums[before[1] + before[2]],
    )


def _slide(old: Passage, new: Passage, runs: list[Run]) -> list[Run]:
    """Move pure insertions and deletions along equal words to the most natural borders."""
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


def _best_slide(passage: Passage, start: int, end: int, most_left: int, most_right: int) -> int:
    """By how many tokens the piece start:end moves; the nearest of equally good places."""
    keys = passage.keys
    left = right = 0
    while left < most_left and keys[start - 1 - left] == keys[end - 1 - left]:
        left += 1
    while right < most_right and keys[start + right] == keys[end + right]:
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


def _border(passage: Passage, at: int) -> int:
    """How natural it is for a change to begin or end before token `at`: 6 paragraph … 0 glued."""
    if at == 0 or at == len(passage.keys):
        return 6
    text, starts, ends = passage.text, passage.starts, passage.ends
    before = token_key(text[starts[at - 1] : ends[at - 1]])
    after = token_key(text[starts[at] : ends[at]])
    if PARAGRAPH_BREAK in (before, after):
        return 6
    blank = text[ends[at - 1] : starts[at]]
    if "\n" in blank:
        return 5
    if before[-1] in ".!?:;…":
        return 4
    if before[-1] in ",)»“”" or after[0] in "(„«":
        return 3
    if not (is_word(after[0]) or after[0] in "*_[`„("):
        return 0
    return 2 if blank else 1
