"""The merged tree of two documents: what stands on both sides, on one, and elsewhere than before."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from workspace.text.nodes import Block
from workspace.text.redline_inline import Leaf
from workspace.text.redline_notes import Note


@dataclass(slots=True)
class Node:
    """A block on both sides, or on one."""

    old: Block | None
    new: Block | None
    children: list[Node] = field(default_factory=list)
    leaf: Leaf | None = None
    """Of a leaf that changed; what is the same on both sides has neither leaf nor children."""
    notes: list[Note] = field(default_factory=list)
    more_old: tuple[Block, ...] = ()
    more_new: tuple[Block, ...] = ()
    """The paragraphs after the first where one was split or several were joined; `leaf` holds all of them."""
    is_changed: bool = False
    is_reworded: bool = False
    """Words changed here, or something came or went inside."""
    group: Group | None = None
    """The move it belongs to; with `is_away` this is the place it left."""
    is_away: bool = False
    has_moves: bool = False
    """Something inside came from elsewhere or went there."""
    number: int = 0
    """Of the change this block is, counted from 1; 0 where it is none by itself."""
    change: str = ""
    """edit, form, new, out or move where it is a change."""
    authors: tuple[Hashable, ...] = ()
    """Of the change, most first."""
    span_authors: dict[int, tuple[Hashable, ...]] = field(default_factory=dict)
    """Of single spans of the leaf, by their index."""

    @property
    def block(self) -> Block:
        """The newer of its blocks."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a node without a block")
        return found

    @property
    def side(self) -> int:
        """-1 deleted, 1 inserted, 0 on both sides."""
        return (self.new is not None) - (self.old is not None)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)


@dataclass(slots=True, eq=False)
class Group:
    """Neighbouring blocks that moved together."""

    came: list[Node]
    """Where they stand now, with both of their blocks."""
    left: list[Node]
    """Where they stood."""
    number: int = 0
    """Of the change it is."""
    is_upwards: bool = False
    """Whether they stand further up than before."""
    is_silent: bool = False
    """A footnote that has another number because the passage it belongs to moved: no change by itself."""


@dataclass(slots=True)
class Entry:
    """A block of the first level in the order of the merged page."""

    node: Node

    @property
    def group(self) -> Group | None:
        """The move it belongs to."""
        return self.node.group

    @property
    def is_away(self) -> bool:
        """Whether this is the place that a moved block left."""
        return self.node.is_away


@dataclass(slots=True)
class Merged:
    """Two documents as one tree."""

    entries: list[Entry]
    notes: list[Node]
    """Footnotes in the order of the newer text."""

    @property
    def nodes(self) -> list[Node]:
        """The first level and the footnotes."""
        return [entry.node for entry in self.entries] + self.notes


def summed(node: Node) -> Node:
    """The node, told whether anything in it changed."""
    node.is_reworded = node.is_reworded or node.side != 0 or any(child.is_reworded for child in node.children)
    node.is_changed = node.is_reworded or bool(node.notes) or any(child.is_changed for child in node.children)
    return node


def all_notes(nodes: Iterable[Node]) -> Iterator[Note]:
    """The remarks on some blocks and on what is in them."""
    for top in nodes:
        for node in top.walk():
            yield from node.notes
