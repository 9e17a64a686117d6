"""Which changes of two writers meet: hunks on one base, gathered into regions.

A region is clean (one side changed it, or both in the same way) or a conflict. A conflict covers whole
sentences, so that a person can read it, and holds every hunk of both sides inside it, so that the
wording of each side in it is exactly what that side has there.

Blank-only changes (a line broken elsewhere, a double blank) do not count as touching a sentence, and
nobody is asked about one: where a blank and a visible change meet, the visible one stands. A blank
that carries structure (a paragraph break, the indent of an item) is asked about.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from workspace.text.hunks import NEAR, Cluster, Hunk, Zones, apply

MINE: Final = 0
THEIRS: Final = 1

Key = tuple[int, int, int]
"""A hunk's name: side, start, end."""
Changes = tuple[list[Hunk], list[Hunk]]
"""Hunks of mine and of theirs, each in order."""

_OPENS_LINE: Final = "-*+>#|=:`~0123456789"
# One blank between words is as good as another, unless the next line opens an item, a heading, a row.
_SOFT_BLANK = re.compile(rf"(?<=\S)[ \t]*+(?:\n(?![ \t]*[{re.escape(_OPENS_LINE)}]))?+[ \t]*+(?<=[ \t\n])(?=\S)")


@dataclass(eq=False, slots=True)
class Region:
    """base[start:end] with the hunks of both sides in it."""

    start: int
    end: int
    hunks: Changes = field(default_factory=lambda: ([], []))
    is_conflict: bool = False
    is_dropped: bool = False
    joined: list[Hunk] | None = None
    """The hunks of both sides in one order, where they stand in one sentence and do not meet."""

    @property
    def is_both(self) -> bool:
        """Whether both sides changed something in it."""
        return bool(self.hunks[MINE] and self.hunks[THEIRS])

    @property
    def keys(self) -> list[Key]:
        """The names of its hunks."""
        return [(side, hunk.start, hunk.end) for side in (MINE, THEIRS) for hunk in self.hunks[side]]

    def wording(self, base: str, side: int) -> str:
        """What this side has here."""
        return apply(base[self.start : self.end], self.start, self.hunks[side])

    def take(self, other: Region) -> None:
        """Take in another region with its hunks."""
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        for side in (MINE, THEIRS):
            joined = [*self.hunks[side], *other.hunks[side]]
            self.hunks[side][:] = sorted(joined, key=lambda hunk: (hunk.start, hunk.end))


def gather(
    zones: Zones, changes: Changes, *, forced: set[Key], dropped: set[Key], links: list[set[Key]]
) -> list[Region]:
    """The regions of two writers' changes, in order.

    Args:
        changes: hunks on the base of `zones`, each side's in order, with something kept between two of them.
        forced: hunks that are in conflict whatever else; dropped: hunks to leave out where no conflict is.
        links: hunks that are in conflict together (the two halves of a move).
    """
    base = zones.base
    regions, rest = _agreed(base, changes)
    regions += _meet(zones, rest)
    for region in regions:
        keys = region.keys
        region.is_conflict = not forced.isdisjoint(keys) or (
            region.is_both and not is_alike(region.wording(base, MINE), region.wording(base, THEIRS))
        )
        region.is_dropped = region.is_dropped or not dropped.isdisjoint(keys)
    return sorted(_settle_borders(regions, links), key=lambda region: (region.start, region.end))


def is_alike(one: str, other: str) -> bool:
    """Whether two wordings differ in nothing but soft blanks."""
    return one == other or _SOFT_BLANK.sub(" ", one.strip()) == _SOFT_BLANK.sub(" ", other.strip())


def preferred(one: str, other: str) -> str:
    """Of two wordings that are alike the same one, whoever is who: the one with more structure in it."""
    return max(one, other, key=lambda text: (text.count("\n"), len(text), text))


def _agreed(base: str, changes: Changes) -> tuple[list[Region], Changes]:
    """What both did in the same way, and what is left of each side's hunks."""
    names = [dict(named(base, side)) for side in changes]
    both = names[MINE].keys() & names[THEIRS].keys()
    regions = []
    for name in both:
        mine, theirs = names[MINE][name], names[THEIRS][name]
        regions.append(Region(min(mine.start, theirs.start), max(mine.end, theirs.end), ([mine], [theirs])))
    left = [[hunk for name, hunk in side.items() if name not in both] for side in names]
    return regions, (left[MINE], left[THEIRS])


def named(base: str, side: Sequence[Hunk]) -> Iterator[tuple[tuple[int, int, str], Hunk]]:
    """Each hunk with a name that is the same for everybody who did the same.

    What a hunk sets to what stood there already is no part of the name. Where a text repeats itself, one
    insertion (or removal) can be written at several places: of two equal sentences, was the first added or the
    second? The name is the first such place.
    """
    bound = 0
    for hunk in side:
        foot = _common_end(hunk.old, hunk.new)
        old, new = hunk.old[: len(hunk.old) - foot], hunk.new[: len(hunk.new) - foot]
        head = _common_end(old[::-1], new[::-1])
        start, end, new = hunk.start + head, hunk.end - foot, new[head:]
        if start == end or not new:
            piece = new or base[start:end]
            back = _room(base, bound, start, piece)
            cut = len(new) - (back % len(piece) if new else 0)
            start, end, new = start - back, end - back, new[cut:] + new[:cut]
        yield (start, end, new), hunk
        bound = hunk.end + 1


def _room(base: str, bound: int, at: int, piece: str) -> int:
    """How far a piece that is put in or taken away at a place can move to the front without another result."""
    size = NEAR
    while True:
        first = max(bound, at - size)
        text = base[first:at] + piece
        same = _common_end(text[: at - first], text[len(piece) :])
        if same < at - first or first <= bound:
            return same
        size *= 4


def _common_end(one: str, other: str) -> int:
    """The length of the equal end of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.endswith(other[len(other) - middle :]):
            low = middle
        else:
            high = middle - 1
    return low


def _meet(zones: Zones, changes: Changes) -> list[Region]:
    """The regions of changes that are not the same on both sides."""
    visible = [zones.clusters([hunk for hunk in side if not hunk.is_blank]) for side in changes]
    unions = _Unions()
    for side, clusters in enumerate(visible):
        for cluster in clusters:
            unions.add(cluster.hunks, side, cluster)
    for mine in visible[MINE]:
        for theirs in near(mine, visible[THEIRS]):
            if mine.disturbs(theirs) or theirs.disturbs(mine):
                unions.join((MINE, mine.hunks[0]), (THEIRS, theirs.hunks[0]))
    lost = _place_blanks(zones, changes, unions)
    return unions.regions(lost)


def near(cluster: Cluster, others: Sequence[Cluster]) -> Iterable[Cluster]:
    """Those of the other writer's clusters, in order, whose zones this one's zone may meet."""
    first = bisect_left(others, cluster.zone_start, key=lambda other: other.zone_end)
    last = bisect_right(others, cluster.zone_end, key=lambda other: other.zone_start)
    return others[first:last]


def _place_blanks(zones: Zones, changes: Changes, unions: _Unions) -> set[Key]:
    """Add the blank-only hunks; those that give way to a change of the other side are returned."""
    blanks = [(side, hunk) for side in (MINE, THEIRS) for hunk in changes[side] if hunk.is_blank]
    for side, hunk in blanks:
        unions.add((hunk,), side, None)
    lost: set[Key] = set()
    for side, hunk in blanks:
        for other in beside(hunk, changes[1 - side]):
            if not is_entangled(hunk, other):
                continue
            if not other.is_blank and is_structural(zones, hunk, other):
                unions.join((side, hunk), (1 - side, other))
            elif not other.is_blank or _rank(hunk) < _rank(other):
                lost.add((side, hunk.start, hunk.end))
    return lost


def beside(hunk: Hunk, others: Sequence[Hunk]) -> Iterable[Hunk]:
    """The other side's hunks that overlap this one or share a border with it."""
    first = bisect_left(others, hunk.start, key=lambda other: other.end)
    last = bisect_right(others, hunk.end, key=lambda other: other.start)
    return others[first:last]


def is_entangled(one: Hunk, other: Hunk) -> bool:
    """Whether two hunks that touch cannot simply both stand: they overlap, or one of them inserts."""
    overlap = one.start < other.end and other.start < one.end
    return overlap or one.is_insertion or other.is_insertion


def is_structural(zones: Zones, blank: Hunk, other: Hunk) -> bool:
    """Whether a blank change carries structure that the visible one, entangled with it, would lose."""
    base = zones.base
    is_within = other.start <= blank.start and blank.end <= other.end and not other.is_insertion
    if is_within and not other.new.strip():
        return False  # structure of a passage that the other side took away
    start, end = zones.blanks(blank)
    after = base[start : blank.start] + blank.new + base[blank.end : end]
    follows = base[end : end + 1]
    return _structure(base[start:end], follows, start) != _structure(after, follows, start)


def _structure(blanks: str, follows: str, start: int) -> str | None:
    """What blanks mean before a character: a new paragraph or line with its indent, or (None) nothing."""
    lines = blanks.count("\n")
    indent = blanks.rpartition("\n")[2]
    if lines > 1 or start == 0:
        return "\n\n" + indent
    return "\n" + indent if lines and follows and follows in _OPENS_LINE else None


def _rank(hunk: Hunk) -> tuple[int, int, str, int, int]:
    """Which of two blank changes stands, whoever is who."""
    return (hunk.new.count("\n"), len(hunk.new), hunk.new, hunk.start, hunk.end)


class _Unions:
    """Hunks joined into regions (union-find)."""

    def __init__(self) -> None:
        self._parents: list[int] = []
        self._regions: list[Region] = []
        self._places: dict[Key, int] = {}

    def add(self, hunks: Sequence[Hunk], side: int, cluster: Cluster | None) -> None:
        if cluster is None or cluster.is_between:
            start, end = hunks[0].start, hunks[0].end
        else:
            start, end = cluster.zone_start, cluster.zone_end
        region = Region(start, end)
        region.hunks[side].extend(hunks)
        for hunk in hunks:
            self._places[side, hunk.start, hunk.end] = len(self._parents)
        self._parents.append(len(self._parents))
        self._regions.append(region)

    def join(self, one: tuple[int, Hunk], other: tuple[int, Hunk]) -> None:
        first, second = (self._root(self._places[side, h.start, h.end]) for side, h in (one, other))
        self._parents[max(first, second)] = min(first, second)

    def regions(self, lost: set[Key]) -> list[Region]:
        out: dict[int, Region] = {}
        for place, region in enumerate(self._regions):
            root = self._root(place)
            if root in out:
                out[root].take(region)
            else:
                region.is_dropped = not lost.isdisjoint(region.keys)
                out[root] = region
        return list(out.values())

    def _root(self, place: int) -> int:
        while self._parents[place] != place:
            self._parents[place] = self._parents[self._parents[place]]
            place = self._parents[place]
        return place


def _settle_borders(regions: list[Region], links: list[set[Key]]) -> list[Region]:
    """Let conflicts take in what lies inside them, and make linked ones conflicts, until nothing changes."""
    changed = True
    while changed:
        regions, changed = _grow(regions)
        homes = {key: region for region in regions for key in region.keys}
        for link in links:
            linked = [homes[key] for key in link if key in homes]
            if any(region.is_conflict for region in linked) and not all(r.is_conflict for r in linked):
                changed = True
                for region in linked:
                    region.is_conflict = True
    return regions


def _grow(regions: list[Region]) -> tuple[list[Region], bool]:
    conflicts = sorted((r for r in regions if r.is_conflict), key=lambda region: (region.start, region.end))
    grown: list[Region] = []
    for conflict in conflicts:
        if grown and conflict.start < grown[-1].end:
            grown[-1].take(conflict)
        else:
            grown.append(conflict)
    changed = False
    rest: list[Region] = []
    starts = [region.start for region in grown]
    for region in regions:
        if region.is_conflict:
            continue
        home = _home(region, grown, starts)
        if home is None:
            rest.append(region)
        else:
            changed = True
            home.take(region)
    return grown + rest, changed


def _home(region: Region, conflicts: list[Region], starts: list[int]) -> Region | None:
    """The conflict this region lies in, wholly or in part."""
    place = bisect_left(starts, region.end) - 1
    if place >= 0 and conflicts[place].end > region.start:
        return conflicts[place]
    return None
