"""Reading the tree: leaf blocks, their visible text, and the way from a selection back to the source."""

from __future__ import annotations

from collections.abc import Iterator

from workspace.text.nodes import Block, Break, Document, FootnoteRef, Image, Inline, Text

LEAVES = frozenset({"paragraph", "heading", "cell", "term", "code", "figure", "caption"})


def blocks(document: Document) -> Iterator[Block]:
    """All blocks in the order of reading, each before its children; footnotes last."""
    stack = [*reversed(document.footnotes), *reversed(document.blocks)]
    while stack:
        block = stack.pop()
        yield block
        stack.extend(reversed(block.children))


def headings(document: Document) -> tuple[Block, ...]:
    """All headings in the order of reading."""
    return tuple(block for block in blocks(document) if block.kind == "heading")


def caption_leaf(table: Block) -> Block:
    """A table's caption as a leaf of its own. Raises: ValueError when the table has none."""
    if not table.caption:
        raise ValueError("this table has no caption")
    return Block("caption", table.caption[0].start, table.end, inlines=table.caption)


def leaf_blocks(document: Document) -> tuple[Block, ...]:
    """The blocks that hold text, in the order of reading; a table's caption follows its cells."""
    found: list[Block] = []
    tables: list[Block] = []
    for block in blocks(document):
        while tables and block.start >= tables[-1].end:
            found.append(caption_leaf(tables.pop()))
        if block.kind in LEAVES:
            found.append(block)
        elif block.caption:
            tables.append(block)
    found.extend(caption_leaf(table) for table in reversed(tables))
    return tuple(found)


def pieces(block: Block) -> Iterator[Text]:
    """The visible text of a leaf block in pieces with their source spans."""
    stack: list[Inline] = [*reversed(block.inlines)]
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Break):
            yield _break_text(node)
        elif isinstance(node, Image):
            if block.kind == "figure":
                yield from caption_pieces(node)
        elif not isinstance(node, FootnoteRef):
            stack.extend(reversed(node.children))


def _break_text(node: Break) -> Text:
    return Text(node.start, node.end, "\n" if node.hard else " ")


def caption_pieces(image: Image) -> tuple[Text, ...]:
    """The caption of a figure; where it does not stand letter for letter it belongs to the whole image."""
    caption, start = image.caption, image.caption_start
    if start >= 0:
        return (Text(start, start + len(caption), caption),)
    # In two pieces, so that neither can be as long as the image and pass for letters that stand there.
    parts = filter(None, (caption[:1], caption[1:]))
    return tuple(Text(image.start, image.end, part) for part in parts)


def is_verbatim(source: str, piece: Text) -> bool:
    """Whether each letter of a piece has a place of its own in the source."""
    return piece.end - piece.start == len(piece.text) and source.startswith(piece.text, piece.start)


def rendered(block: Block) -> tuple[str, list[tuple[int, int]]]:
    """What a reader sees of a leaf block, and the source span of each character.

    The text is what the block's element has as `textContent` without elements marked `data-skip`.
    """
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    for piece in pieces(block):
        texts.append(piece.text)
        if len(piece.text) == piece.end - piece.start and len(piece.text) > 1:
            spans.extend(zip(range(piece.start, piece.end), range(piece.start + 1, piece.end + 1), strict=True))
        else:
            spans.extend([(piece.start, piece.end)] * len(piece.text))
    return "".join(texts), spans


def source_span(document: Document, block_start: int, rendered_start: int, rendered_end: int) -> tuple[int, int]:
    """Source span of a selection.

    Args:
        block_start: `data-start` of the leaf's element.
        rendered_start, rendered_end: offsets in its visible text, half-open, in code points.
    Raises: ValueError when no leaf begins there, or the selection is empty, reversed or too long.
    """
    if not 0 <= rendered_start < rendered_end:
        raise ValueError("the selection is empty or reversed")
    for block in _leaves_at(document, block_start):
        found = _span(block, rendered_start, rendered_end)
        if found:
            return found
    raise ValueError("no such passage in this text")


def _leaves_at(document: Document, start: int) -> Iterator[Block]:
    """The leaves that begin at a position; blocks that do not hold it are not looked into."""
    stack = [*document.blocks, *document.footnotes]
    while stack:
        block = stack.pop()
        if not block.start <= start <= block.end:
            continue
        leaf = caption_leaf(block) if block.caption else block
        if leaf.start == start and leaf.kind in LEAVES:
            yield leaf
        stack.extend(block.children)


def _span(block: Block, first: int, after: int) -> tuple[int, int] | None:
    at, start = 0, -1
    for piece in pieces(block):
        length = len(piece.text)
        is_whole = length != piece.end - piece.start
        if start < 0 and at + length > first:
            start = piece.start if is_whole else piece.start + first - at
        if at + length >= after:
            return start, piece.end if is_whole else piece.start + after - at
        at += length
    return None


def plain_text(node: Block | Document) -> str:
    """The visible text without formatting: one line for each leaf block, guidance included."""
    document = node if isinstance(node, Document) else Document("", (node,))
    return "\n".join(filter(None, map(_leaf_text, leaf_blocks(document))))


def _leaf_text(leaf: Block) -> str:
    return "".join(piece.text for piece in pieces(leaf))


def guidance_spans(document: Document) -> tuple[tuple[int, int], ...]:
    """Spans of the writing guidance, outermost only, in order."""
    found: list[tuple[int, int]] = []
    for block in sorted(blocks(document), key=lambda block: block.start):
        if block.kind == "guidance" and not (found and block.start < found[-1][1]):
            found.append((block.start, block.end))
    return tuple(found)
