"""Joins two differences of one base: attempt, look, and where something does not hold, attempt again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from workspace.text.again import Done, Order, effect_of
from workspace.text.diff import Difference, Move, compare
from workspace.text.hunks import Hunk, Zones, apply, halves, hunks
from workspace.text.loosening import joined_words
from workspace.text.regions import MINE, THEIRS, Changes, Key, Region, gather, preferred
from workspace.text.seams import Seams
from workspace.text.tokens import sentences, words
from workspace.text.wordings import LONG_WORDS, has_same_neighbour, is_known_again, stands_in, stands_often

AROUND: Final = 160
"""Characters on either side of an edit in which its sentences are looked for; equal ones are cut alike."""


@dataclass(frozen=True, slots=True)
class Edit:
    """base[start:end] becomes `new` in the result; `region` is where it comes from."""

    start: int
    end: int
    new: str
    region: Region


@dataclass(frozen=True, slots=True)
class Joined:
    """The result before it is brought into stored form: the edits and their places in the text."""

    base: str
    text: str
    edits: list[Edit]
    starts: list[int]

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to be asked."""
        return not any(edit.region.is_conflict for edit in self.edits)

    def outside_conflicts(self) -> str:
        """All text that stands whatever is chosen in the conflicts."""
        parts: list[str] = []
        at = 0
        for edit, start in zip(self.edits, self.starts, strict=True):
            if edit.region.is_conflict:
                parts.append(self.text[at:start])
                at = start + len(edit.new)
        return "\0".join((*parts, self.text[at:]))


class Doubts:
    """What an attempt decided and a later look showed to be wrong; the next attempt knows it."""

    def __init__(self) -> None:
        self.forced: set[Key] = set()
        self.dropped: set[Key] = set()
        self.not_settled: set[Key] = set()
        self.not_followed: set[tuple[int, Move]] = set()

    def __len__(self) -> int:
        return len(self.forced) + len(self.dropped) + len(self.not_settled) + len(self.not_followed)


def join(mine: Difference, theirs: Difference, *, with_moves: bool = True) -> Joined:
    """Join two differences of one base. Each attempt either holds or adds a doubt, so this ends."""
    doubts, zones = Doubts(), Zones(mine.old)
    seams = Seams((mine.old, mine.new, theirs.new))
    while True:
        known = len(doubts)
        attempt = Attempt(mine, theirs, zones, doubts, with_moves)
        joined = attempt.join()
        attempt.check(joined)
        _check_seams(joined, seams, doubts)
        if len(doubts) == known:
            return joined


def _check_seams(joined: Joined, seams: Seams, doubts: Doubts) -> None:
    """Doubt the edits that make a word which none of the texts has, blanks before words."""
    borders = [(start, start + len(edit.new), edit) for edit, start in zip(joined.edits, joined.starts, strict=True)]
    for start, end in seams.foreign(joined.text, [place for a, b, _ in borders for place in (a, b)]):
        touched = [edit.region for a, b, edit in borders if a <= end and start <= b]
        blanks = [r for r in touched if not r.is_conflict and all(h.is_blank for s in r.hunks for h in s)]
        for region in blanks:
            doubts.dropped.update(region.keys)
        for region in touched if not blanks else ():
            doubts.forced.update(region.keys)


class Attempt:
    """One way to join two differences, knowing the doubts of earlier ways."""

    def __init__(self, mine: Difference, theirs: Difference, zones: Zones, doubts: Doubts, with_moves: bool) -> None:
        self._base, self._zones = mine.old, zones
        self._texts = (mine.new, theirs.new)
        self._doubts = doubts
        self._changes: Changes = (hunks(mine), hunks(theirs))
        self._moves: list[tuple[int, Move, int, int]] = []
        self._followed: list[tuple[int, Move, set[Key]]] = []
        self._settled: list[tuple[set[Key], list[str]]] = []
        self._forced = set(doubts.forced)
        self._links: list[set[Key]] = []
        self._regions: list[Region] = []
        if with_moves:
            self._see_moves((mine.moves, theirs.moves))

    def join(self) -> Joined:
        """The result of this attempt; `check` has to look at it."""
        regions = self._regions = gather(
            self._zones,
            self._changes,
            forced=self._forced,
            dropped=self._doubts.dropped,
            links=self._links,
        )
        for region in regions:
            if region.is_conflict and not self._is_asked(region) and not self._settle(region):
                self._loosen(region)
        self._drop_doubles([region for region in regions if not region.is_conflict and not region.is_dropped])
        return _assemble(self._base, regions)

    def check(self, joined: Joined) -> None:
        """Doubt what was left out and is not there after all, moves with edits in conflict, and what is doubled."""
        conflicts = {key for edit in joined.edits if edit.region.is_conflict for key in edit.region.keys}
        for side, move, keys in self._followed:
            if not conflicts.isdisjoint(keys):
                self._doubts.not_followed.add((side, move))
        if self._settled:
            text = joined.outside_conflicts()
            for keys, wordings in self._settled:
                if not all(stands_in(wording, text) for wording in wordings):
                    self._doubts.not_settled.update(keys)
        self._doubt_doubled(joined)
        self._doubt_done()

    def _doubt_done(self) -> None:
        """Doubt a change that does nothing the other side has not done too, at another one of some equal places."""
        alone = [r for r in self._regions if not r.is_conflict and not r.is_dropped and not r.is_both]
        effects = [[(r, effect_of(self._zones, r.hunks[side])) for r in alone if r.hunks[side]] for side in (0, 1)]
        base = Order(self._base)
        for side in (MINE, THEIRS):
            done = Done(base, Order(self._texts[1 - side]), (effect for _, effect in effects[1 - side]))
            for region, effect in effects[side]:
                if done.has(effect):
                    self._doubts.forced.update(region.keys)

    def _doubt_doubled(self, joined: Joined) -> None:
        """Doubt changes that together write a long sentence more often than either side has it.

        Of some equal sentences each side changed another one, in the same way, and what stands around them does not
        show that they are different ones: it is asked; of two changes of blanks the later goes.
        """
        written: tuple[dict[str, list[Hunk]], ...] = ({}, {})
        for edit, start in zip(joined.edits, joined.starts, strict=True):
            if not edit.region.is_conflict and not edit.region.is_both:
                side = MINE if edit.region.hunks[MINE] else THEIRS
                for sentence in _sentences_at(joined.text, start, start + len(edit.new)):
                    written[side].setdefault(sentence, []).extend(edit.region.hunks[side])
        for sentence in sorted(written[MINE].keys() & written[THEIRS].keys()):
            counts = [text.count(sentence) for text in (self._base, *self._texts, joined.text)]
            is_doubled = counts[0] < min(counts[1:3]) and max(counts[1:3]) < counts[3]
            if is_doubled and len(words(sentence)) >= LONG_WORDS and has_same_neighbour(sentence, *self._texts):
                doubled = [(side, hunk) for side in (MINE, THEIRS) for hunk in written[side][sentence]]
                doubled.sort(key=lambda each: (each[1].start, each[1].end))
                keys = [(side, hunk.start, hunk.end) for side, hunk in doubled]
                if all(hunk.is_blank for _, hunk in doubled):
                    self._doubts.dropped.update(keys[1:])
                else:
                    self._doubts.forced.update(keys)

    def _see_moves(self, moves: tuple[Sequence[Move], Sequence[Move]]) -> None:
        """Link the halves of each move, and let moved blocks take the other side's edits along."""
        for side in (MINE, THEIRS):
            for move in moves[side]:
                places = halves(move, self._changes[side])
                if places is not None:
                    self._moves.append((side, move, *places))
        for side, _, away, back in self._moves:
            self._links.append({self._key(side, away), self._key(side, back)})
        both = self._moved_by_both()
        taken = set().union(*self._links)
        eaten: set[Key] = set()
        # From the end, so that what grows does not shift what is still to come.
        for side, move, away, back in sorted(self._moves, key=lambda found: -found[1].new_start):
            if (side, move) in both or (side, move) in self._doubts.not_followed:
                continue
            inside = self._inside(1 - side, move)
            keys = {(1 - side, hunk.start, hunk.end) for hunk in inside or ()}
            if inside and taken.isdisjoint(keys) and self._follow(side, move, away, back, inside):
                eaten |= keys
                self._followed.append((side, move, {self._key(side, away), self._key(side, back)}))
        for side in (MINE, THEIRS):
            self._changes[side][:] = [h for h in self._changes[side] if (side, h.start, h.end) not in eaten]

    def _key(self, side: int, place: int) -> Key:
        hunk = self._changes[side][place]
        return side, hunk.start, hunk.end

    def _moved_by_both(self) -> set[tuple[int, Move]]:
        """Moves of a block that the other side moved too; to different places, that is a conflict."""
        both: set[tuple[int, Move]] = set()
        by_side = [sorted((m for m in self._moves if m[0] == s), key=lambda m: m[1].old_start) for s in (0, 1)]
        for mine in by_side[MINE]:
            first = bisect_right(by_side[THEIRS], mine[1].old_start, key=lambda found: found[1].old_end)
            last = bisect_left(by_side[THEIRS], mine[1].old_end, key=lambda found: found[1].old_start)
            for theirs in by_side[THEIRS][first:last]:
                both |= {(MINE, mine[1]), (THEIRS, theirs[1])}
                backs = self._changes[MINE][mine[3]], self._changes[THEIRS][theirs[3]]
                if backs[0].change != backs[1].change:
                    for side, _, away, back in (mine, theirs):
                        self._forced |= {self._key(side, away), self._key(side, back)}
        return both

    def _inside(self, side: int, move: Move) -> list[Hunk] | None:
        """This side's hunks inside a block that the other side moved; None when one reaches out of it."""
        changes = self._changes[side]
        first = bisect_right(changes, move.old_start, key=lambda hunk: hunk.end)
        last = bisect_left(changes, move.old_end, key=lambda hunk: hunk.start)
        inside = changes[first:last]
        if inside and (inside[0].start < move.old_start or inside[-1].end > move.old_end):
            return None
        return inside

    def _follow(self, side: int, move: Move, away: int, back: int, inside: list[Hunk]) -> bool:
        """Put the other side's edits into the block at its new place, if they join without conflict."""
        before = self._base[move.old_start : move.old_end]
        moved = self._texts[side][move.new_start : move.new_end]
        edited = apply(before, move.old_start, inside)
        if not words(apply(before, move.old_start, [replace(hunk, new="") for hunk in inside])):
            return False  # what another text was put in the place of is not edited
        if stands_in(edited, self._changes[side][away].new):
            return False  # the other side edited it too, in place, and what seems moved is one more that is equal
        if moved == before:
            joined = edited
        else:
            inner = join(compare(before, moved), compare(before, edited), with_moves=False)
            if not inner.is_clean:
                return False
            joined = inner.text
        hunk = self._changes[side][back]
        at = move.new_start - hunk.new_start
        new = hunk.new[:at] + joined + hunk.new[at + len(moved) :]
        self._changes[side][back] = replace(hunk, new=new)
        return True

    def _is_asked(self, region: Region) -> bool:
        """Whether a region stays a conflict, whatever it holds."""
        keys = set(region.keys)
        return not all(keys.isdisjoint(held) for held in (self._forced, *self._links))

    def _settle(self, region: Region) -> bool:
        """No conflict after all when one side's changes here are already in the other's text."""
        keys = set(region.keys)
        if not keys.isdisjoint(self._doubts.not_settled):
            return False
        for side in sorted((MINE, THEIRS), key=lambda side: region.wording(self._base, side)):
            wordings = self._settled_by(region, side)
            if wordings is not None:
                self._settled.append((keys, wordings))
                region.is_conflict = False
                region.hunks[side].clear()
                return True
        return False

    def _loosen(self, region: Region) -> None:
        """No conflict after all when both changed other words of one sentence."""
        if not region.is_dropped:
            passage = self._base[region.start : region.end]
            region.joined = joined_words(passage, region.start, region.hunks[MINE], region.hunks[THEIRS])
            region.is_conflict = region.joined is None

    def _settled_by(self, region: Region, side: int) -> list[str] | None:
        """The wordings of this side that stand elsewhere in the other's text; None when one is missing."""
        others = region.hunks[1 - side]
        known = {hunk.change for hunk in others}
        changes = [h for h in region.hunks[side] if not h.is_blank and h.change not in known]
        if not changes or not others:
            return None
        wordings: list[str] = []
        for hunk in changes:
            if self._has_already(hunk, others):
                continue
            new, old, text = hunk.new.strip(), hunk.old.strip(), self._texts[1 - side]
            if not is_known_again(new) or not stands_in(new, text) or new in self._base or (old and old in text):
                return None
            if any(stands_often(new, text) for text in self._texts):
                return None
            if not old and not any(stands_in(new, other.new) for other in self._changes[1 - side]):
                return None  # what is only added has to be added there too, not made of what stood there
            wordings.append(new)
        return wordings

    def _has_already(self, hunk: Hunk, others: list[Hunk]) -> bool:
        """Whether the other side has this wording between the same two neighbours."""
        inside = [other for other in others if hunk.start <= other.start and other.end <= hunk.end]
        beside = [other for other in others if hunk.start <= other.end and other.start <= hunk.end]
        return inside == beside and apply(hunk.old, hunk.start, inside) == hunk.new

    def _drop_doubles(self, regions: list[Region]) -> None:
        """Of a long wording that both put in at different places, or one within more, keep one."""
        news = [[(r, h) for r in regions for h in r.hunks[side]] for side in (MINE, THEIRS)]
        whole = ["\0".join(hunk.new for _, hunk in pairs) for pairs in news]
        linked = set().union(*self._links)
        for region in regions:
            side = MINE if region.hunks[MINE] else THEIRS
            if region.is_both or region.is_dropped or not linked.isdisjoint(region.keys):
                continue
            new = _lone_insertion(region, side)
            if new is None or not stands_in(new, whole[1 - side]) or new in self._base:
                continue
            if any(stands_often(new, text) for text in self._texts):
                continue
            if not self._doubts.not_settled.isdisjoint(region.keys):
                continue
            others = (r for r, hunk in news[1 - side] if not r.is_dropped and stands_in(new, hunk.new))
            other = next(others, None)
            if other is not None:
                # Regions come in order: of two equal insertions the later one goes.
                later = other if _lone_insertion(other, 1 - side) == new and other.start > region.start else region
                later.is_dropped = True
                self._settled.append((set(later.keys), [new]))


def _sentences_at(text: str, start: int, end: int) -> Iterator[str]:
    """The sentences that a span touches, without the blanks around them."""
    at = max(0, start - AROUND)
    for sentence in sentences(text[at : end + AROUND]):
        if at <= end and start <= at + len(sentence) and sentence.strip():
            yield sentence.strip()
        at += len(sentence)


def _lone_insertion(region: Region, side: int) -> str | None:
    """The wording of a region that is nothing but one long insertion."""
    changes = region.hunks[side]
    if len(changes) != 1 or region.is_both or changes[0].old.strip():
        return None
    new = changes[0].new.strip()
    return new if is_known_again(new) else None


def _assemble(base: str, regions: list[Region]) -> Joined:
    edits = sorted(
        (edit for region in regions for edit in _edits(base, region)), key=lambda edit: (edit.start, edit.end)
    )
    parts: list[str] = []
    starts: list[int] = []
    at = length = 0
    for edit in edits:
        kept = base[at : edit.start]
        starts.append(length + len(kept))
        parts += (kept, edit.new)
        length += len(kept) + len(edit.new)
        at = edit.end
    return Joined(base, "".join(parts) + base[at:], edits, starts)


def _better_side(base: str, region: Region) -> int:
    """Whose hunks stand where both did the same: the same ones, whoever is who."""
    mine, theirs = region.wording(base, MINE), region.wording(base, THEIRS)
    if mine == theirs:
        # Among equal sentences the earlier place: what the other side did behind it stays as it is there.
        return MINE if region.hunks[MINE][0].start <= region.hunks[THEIRS][0].start else THEIRS
    return MINE if preferred(mine, theirs) == mine else THEIRS


def _edits(base: str, region: Region) -> Iterator[Edit]:
    if region.is_conflict:
        yield Edit(region.start, region.end, region.wording(base, THEIRS), region)
    elif not region.is_dropped:
        side = MINE if region.hunks[MINE] else THEIRS
        if region.is_both and region.joined is None:
            side = _better_side(base, region)
        for hunk in region.joined or region.hunks[side]:
            yield Edit(hunk.start, hunk.end, hunk.new, region)
