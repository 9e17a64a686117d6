"""The typed document tree: what a paper's Markdown means, with exact source positions.

Every node knows the half-open span of code points of the source it came from. A `Text` whose
`text` is as long as its span stands in the source letter for letter; any other `Text` (an escape,
an entity) is one piece, all of its characters belong to the whole span.

Spans nest and stand in order; between siblings lie marks of the markup (quote signs, pipes). A table's
caption stands behind its rows, as in the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """What a reader sees letter by letter."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line end inside a paragraph; `hard` ones are shown as a new line, soft ones as a blank."""

    start: int
    end: int
    hard: bool


@dataclass(frozen=True, slots=True)
class Code:
    """Code within a line; its line ends are shown as blanks."""

    start: int
    end: int
    children: tuple[Text | Break, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Formatting around inlines; `style` is strong, emphasis or strike."""

    start: int
    end: int
    style: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`target` has passed the allow-list; a link that did not is parsed as plain text."""

    start: int
    end: int
    target: str
    title: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """`name` is the name of an attachment of the same paper; nothing else can be shown."""

    start: int
    end: int
    name: str
    alt: str
    caption: str
    width: int | None
    """Share of the column in per cent, 10 to 100."""
    caption_start: int = -1
    """Where the caption begins when it stands in the source letter for letter, else -1."""


@dataclass(frozen=True, slots=True)
class FootnoteRef:
    """`number` counts footnotes in order of first mention; `occurrence` counts the mentions of one."""

    start: int
    end: int
    label: str
    number: int
    occurrence: int


Inline = Text | Break | Code | Mark | Link | Image | FootnoteRef


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the document.

    kind: paragraph, heading, quote, guidance, list, item, table, row, cell, code, rule, definitions,
    term, definition, figure, footnote, caption. Blocks hold either `children` (containers: quote,
    guidance, list, item, table, row, definitions, definition, footnote) or `inlines` (leaves: paragraph,
    heading, cell, term, code, figure, and the paragraph-like content of a tight item or definition,
    which is a paragraph with `tight`). A figure holds one image. `caption` is never in the tree: it is
    the leaf that `tree.caption_leaf` makes of a table's caption.
    """

    kind: str
    start: int
    end: int
    children: tuple[Block, ...] = ()
    inlines: tuple[Inline, ...] = ()
    level: int = 0
    """Headings: 1 to 6 as written."""
    rank: int = 0
    """Headings: 2 to 6 as shown; the highest level of the paper is 2, and no rank is skipped downwards."""
    ident: str = ""
    """Headings: address in the page, unique in the document. Footnotes: the label."""
    number: int = 0
    """Footnotes: as shown. Ordered lists: number of the first item."""
    ordered: bool = False
    tight: bool = False
    header: bool = False
    """Rows and cells of a table's head."""
    align: str = ""
    """Cells: left, center, right or empty."""
    checked: bool | None = None
    """Items of a task list: done or not; None for every other item."""
    language: str = ""
    """Code: what the fence names."""
    caption: tuple[Inline, ...] = ()
    """Tables: the paragraph `: …` that follows them."""


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: its text, and the blocks that were found in it."""

    source: str
    blocks: tuple[Block, ...]
    footnotes: tuple[Block, ...] = field(default=())
    """In the order of their numbers; only those that are mentioned."""
