"""Rendered differences: whether both pages can be read out, browsers build what was written, and the time.

Yardstick: markers for inserted and deleted words put into the Markdown, which is then rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.text.corpus import Pair, far_pairs, near_pairs
from benchmarks.text.measure import cpu, middle, quantile, table, timed
from tests.text.page_tree import Side, content, read, read_as_browser, take_side, tidy
from workspace.text.diff import compare
from workspace.text.html import render
from workspace.text.redline import redline
from workspace.text.redline_views import Look, whole
from workspace.text.tree import parse

PAPER = 200_000
"""Texts up to so many characters are papers, longer ones laws."""
USUAL = 60_000
"""The paper that the targets of time are for; papers between half and twice its length are measured apart."""
NAIVE_MARKERS = ("\ue000", "\ue001", "\ue002", "\ue003")
"""Begin and end of a deletion, begin and end of an insertion."""
NAIVE_TAGS = ("<del>", "</del>", "<ins>", "</ins>")
LOOK = Look(figure=lambda name: (f"/files/{name}", 400, 300), has_numbers=False)


class Seen(NamedTuple):
    """One pair: which of the three properties hold, and what the way took in CPU milliseconds."""

    is_new: bool
    is_old: bool
    is_written: bool
    ms: float
    parsing: float
    """Milliseconds that parsing both texts takes alone."""

    @property
    def is_exact(self) -> bool:
        return self.is_new and self.is_old and self.is_written


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    write: Callable[[str, str], str]
    """Two texts in Markdown → the marked page."""


def trees(old: str, new: str) -> str:
    """The workspace's way: two typed trees merged."""
    return whole(redline(parse(old), parse(new)), LOOK)


def markers(old: str, new: str) -> str:
    """The naive way: the difference of the sources marked in the Markdown, rendered, signs made tags."""
    signs = {-1: NAIVE_MARKERS[:2], 0: ("", ""), 1: NAIVE_MARKERS[2:]}
    marked = "".join(
        f"{signs[kind][0]}{text}{signs[kind][1]}" if text.strip() else text for kind, text in compare(old, new).ops
    )
    page = render(parse(marked), figure=LOOK.figure)
    for sign, tag in zip(NAIVE_MARKERS, NAIVE_TAGS, strict=True):
        page = page.replace(sign, tag)
    return page


WAYS = (Way("two typed trees merged", trees), Way("markers put into the Markdown, then rendered", markers))


def look_at(way: Way, pair: Pair) -> Seen:
    """Write one pair and check what came out."""
    began = cpu()
    page = way.write(pair.old, pair.new)
    ms = (cpu() - began) * 1000
    _, parsing = timed(lambda: (parse(pair.old), parse(pair.new)))
    try:
        written = read(page)
    except AssertionError:
        return Seen(False, False, False, ms, parsing)
    return Seen(
        _holds(page, "new", pair.new), _holds(page, "old", pair.old),
        tidy(content(read_as_browser(page))) == tidy(content(written)), ms, parsing,
    )  # fmt: skip


def _holds(page: str, side: Side, text: str) -> bool:
    plain = render(parse(text), figure=LOOK.figure)
    return tidy(content(take_side(read(page), side))) == tidy(content(read(plain)))


def main() -> None:
    """Print the tables."""
    found: dict[str, dict[str, list[tuple[Pair, Seen]]]] = {way.name: {"near": [], "far": []} for way in WAYS}
    for kind, pairs in (("near", near_pairs()), ("far", far_pairs())):
        for pair in pairs:
            for way in WAYS:
                if way is WAYS[0] or _size(pair) <= PAPER:
                    found[way.name][kind].append((pair, look_at(way, pair)))
    _exactness(found)
    _times(found[WAYS[0].name])
    wrong = [
        (kind, pair, seen) for kind in ("near", "far") for pair, seen in found[WAYS[0].name][kind] if not seen.is_exact
    ]
    for kind, pair, seen in wrong:
        print(f"\nnot exact: {kind} {pair.name}: new {seen.is_new}, old {seen.is_old}, tree {seen.is_written}")


def _size(pair: Pair) -> int:
    return max(len(pair.old), len(pair.new))


def _exactness(found: dict[str, dict[str, list[tuple[Pair, Seen]]]]) -> None:
    rows = []
    for name, kinds in found.items():
        every = [seen for kind in kinds.values() for _, seen in kind]
        rows.append((name, len(every), *_shares(every), "all" if name == WAYS[0].name else "–"))
    columns = ("way", "pairs", "accept-all = new page", "reject-all = old page", "same tree in a parser", "target")
    table("Rendered differences: is it right (the naive way: papers only)", columns, rows)


def _shares(seen: Sequence[Seen]) -> Iterable[int]:
    return (sum(one.is_new for one in seen), sum(one.is_old for one in seen), sum(one.is_written for one in seen))


def _times(kinds: dict[str, list[tuple[Pair, Seen]]]) -> None:
    groups = (
        ("30–120 KB", lambda size: USUAL // 2 <= size <= 2 * USUAL, {"near": 60.0, "far": 150.0}),
        ("papers up to 200 KB", lambda size: size <= PAPER, {}),
        ("laws, longer", lambda size: size > PAPER, {}),
    )
    rows = []
    for name, holds, targets in groups:
        for kind, pairs in kinds.items():
            found = [seen for pair, seen in pairs if holds(_size(pair))]
            ms = [seen.ms for seen in found]
            if ms:
                parsing = middle([seen.parsing for seen in found])
                limits = (middle(ms), quantile(ms, 0.95), parsing, targets.get(kind, "–"))
                rows.append((f"{kind}, {name}", len(ms), *limits))
    table(
        "Rendered differences: CPU milliseconds, parsing of both texts and writing included",
        ("pairs", "count", "p50", "p95", "parsing alone, p50", "target p50"), rows,
    )  # fmt: skip
