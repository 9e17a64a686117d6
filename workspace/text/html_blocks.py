"""Blocks of a document → HTML: the elements, addresses, captions and footnotes of a reading page."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workspace.text.html_inline import GERMAN, Figure, InlineHtml, Words, mention_ident
from workspace.text.leaves import blocks, caption_leaf, caption_pieces, leaf_blocks, pieces
from workspace.text.nodes import Block, Document, FootnoteRef, Image, Inline, Link
from workspace.text.nodes import Mark as Formatting
from workspace.text.passages import Mark, Writer, escape

_ALIGN = {"right": "num", "center": "center"}
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Options:
    """See `html.render`; `numbers` are the section numbers by the ident of their heading."""

    figure: Figure | None = None
    addresses: bool = True
    class_for: Callable[[Block], str] | None = None
    guidance: bool = True
    id_prefix: str = ""
    words: Words = GERMAN
    numbers: Mapping[str, str] = field(default_factory=dict)


class Page:
    """One document being written, block by block in the order of the page."""

    def __init__(self, document: Document, marks: tuple[Mark, ...], options: Options) -> None:
        self.document = document
        self.writer = Writer(leaf_blocks(document) if marks else (), marks)
        self.raw = self.writer.raw
        self.options = options
        self.words = options.words
        self.prefix = escape(options.id_prefix)
        self.idents: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()
        self.shown = {} if options.guidance else shown_footnotes(document)
        self.inline = InlineHtml(
            self.writer,
            figure=options.figure,
            words=options.words,
            prefix=self.prefix,
            headings=frozenset(block.ident for block in blocks(document) if block.kind == "heading"),
            renumbered=self.shown,
        )

    def render(self) -> str:
        self._blocks(self.document.blocks)
        self._footnotes()
        return self.writer.finish()

    def _blocks(self, siblings: Iterable[Block]) -> None:
        for block in siblings:
            self._block(block)

    def _block(self, block: Block, *, is_plain: bool = False) -> None:
        """Write a block; `is_plain` leaves out address and tools."""
        kind = block.kind
        if kind == "paragraph":
            self._paragraph(block, is_plain=is_plain)
        elif kind == "heading":
            self._heading(block)
        elif kind == "list":
            self._list(block)
        elif kind == "table":
            self._table(block)
        elif kind == "quote":
            self._wrap("blockquote", block)
        elif kind == "guidance":
            self._guidance(block)
        elif kind == "code":
            self._code(block)
        elif kind == "figure":
            self._figure(block)
        elif kind == "definitions":
            self._definitions(block)
        else:
            self.raw("<hr>\n")

    def _wrap(self, tag: str, block: Block) -> None:
        self.raw(f"<{tag}{self._class(block)}>\n")
        self._blocks(block.children)
        self.raw(f"</{tag}>\n")

    # Attributes

    def _class(self, block: Block, *more: str) -> str:
        names = " ".join(filter(None, (*more, self.options.class_for(block) if self.options.class_for else "")))
        return f' class="{escape(names)}"' if names else ""

    def _place(self, block: Block, ident: str = "") -> str:
        address = f' id="{self.prefix}{ident}"' if ident else ""
        return f'{address} data-start="{block.start}" data-end="{block.end}"'

    def _ident(self, text: str, kind: str = "p") -> str:
        """An address made of the block's words, so that it survives changes elsewhere."""
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
        base = f"{kind}-{digest}"
        self.idents[base] += 1
        return base if self.idents[base] == 1 else f"{base}-{self.idents[base]}"

    def _address(self, ident: str) -> None:
        """The sign with a block's address."""
        if not self.options.addresses:
            return
        label = escape(self.words.address)
        self.raw(f'<a class="para" data-skip href="#{self.prefix}{ident}" aria-label="{label}">¶</a>')

    # Blocks

    def _paragraph(self, block: Block, *, is_plain: bool = False) -> None:
        if not block.inlines:
            return
        if block.tight:
            self._line(block)
            return
        ident = "" if is_plain else self._ident(_text(block))
        self.raw(f"<p{self._place(block, ident)}{self._class(block)}>")
        self._leaf(block)
        if not is_plain:
            self._address(ident)
        self.raw("</p>\n")

    def _line(self, block: Block) -> None:
        """The text of a tight item: no paragraph, but still an element that says where it stands."""
        self.raw(f"<span{self._place(block)}>")
        self._leaf(block)
        self.raw("</span>")

    def _leaf(self, block: Block) -> None:
        self.writer.enter(block)
        self.inline.write(block.inlines)
        self.writer.leave()

    def _heading(self, block: Block) -> None:
        tag = f"h{block.rank}"
        self.raw(f"<{tag}{self._place(block, block.ident)}{self._class(block)}>")
        if number := self.options.numbers.get(block.ident):
            self.raw(f'<span class="no" data-skip>{number}</span>')
        self._leaf(block)
        self.raw(f"</{tag}>\n")

    def _list(self, block: Block) -> None:
        tag = "ol" if block.ordered else "ul"
        first = f' start="{block.number}"' if block.ordered and block.number != 1 else ""
        has_tasks = any(item.checked is not None for item in block.children)
        self.raw(f"<{tag}{first}{self._class(block, 'tasks' if has_tasks else '')}>\n")
        for item in block.children:
            self._item(item, "li")
        self.raw(f"</{tag}>\n")

    def _item(self, item: Block, tag: str) -> None:
        first = item.children[0] if item.children else None
        is_tight = first is not None and first.kind == "paragraph" and first.tight and bool(first.inlines)
        ident = self._ident(_text(first) if first else "", "p" if is_tight else "i")
        self.raw(f"<{tag}{self._place(item, ident)}{self._class(item)}>")
        if item.checked is not None:
            word, checked = (self.words.done, " checked") if item.checked else (self.words.open, "")
            self.raw(f'<input type="checkbox" data-skip disabled{checked} aria-label="{escape(word)}"> ')
        if first and is_tight:
            self._line(first)
            self._address(ident)
            self._blocks(item.children[1:])
        else:
            self._blocks(item.children)
        self.raw(f"</{tag}>\n")

    def _definitions(self, block: Block) -> None:
        self.raw(f"<dl{self._class(block)}>\n")
        for child in block.children:
            if child.kind == "definition":
                self._item(child, "dd")
                continue
            ident = self._ident(_text(child))
            self.raw(f"<dt{self._place(child, ident)}{self._class(child)}>")
            self._leaf(child)
            self._address(ident)
            self.raw("</dt>\n")
        self.raw("</dl>\n")

    def _guidance(self, block: Block) -> None:
        if not self.options.guidance:
            return
        self.raw(
            f'<div role="note" data-start="{block.start}" data-end="{block.end}"{self._class(block, "guidance")}>\n'
        )
        self.raw(f'<p class="guidance__label" data-skip>{escape(self.words.guidance)}</p>\n')
        self._blocks(block.children)
        self.raw("</div>\n")

    def _code(self, block: Block) -> None:
        ident = self._ident(_text(block))
        language = ""
        if _LANGUAGE.fullmatch(block.language):
            language = f' class="language-{escape(block.language)}"'
        # A parser drops a line end right behind <pre>; the code element keeps the first line's.
        self.raw(f'<pre{self._place(block, ident)}{self._class(block)} tabindex="0"><code{language}>')
        self._leaf(block)
        self.raw("</code>")
        self._address(ident)
        self.raw("</pre>\n")

    def _figure(self, block: Block) -> None:
        image = block.inlines[0]
        if not isinstance(image, Image):
            raise TypeError("a figure holds one image")
        ident = self._ident(image.name + " " + image.caption)
        self.raw(f"<figure{self._place(block, ident)}{self._class(block)}>")
        self.writer.enter(block)
        self.inline.image(image)
        self._address(ident)  # a caption comes last
        if image.caption:
            number = self._number("fig")
            self.raw(f'<figcaption id="{self.prefix}fig-{number}">')
            self.raw(f"<b data-skip>{escape(self.words.figure)} {number}. </b>")
            for piece in caption_pieces(image):
                self.writer.text(piece.start, piece.end, piece.text)
            self.raw("</figcaption>")
        self.writer.leave()
        self.raw("</figure>\n")

    def _number(self, kind: str) -> int:
        self.counts[kind] += 1
        return self.counts[kind]

    def _table(self, table: Block) -> None:
        rows = table.children
        ident = self._ident(" ".join(_text(cell) for row in rows for cell in row.children))
        number = self._number("tab") if table.caption else 0
        if number:
            label = f'aria-labelledby="{self.prefix}tab-{number}"'
        else:
            label = f'aria-label="{escape(self._table_label(rows))}"'
        place, names = self._place(table, ident), self._class(table, "tablebox")
        self.raw(f'<div{names} role="region" {label} tabindex="0"{place}><table>\n')
        if number:
            self._caption(caption_leaf(table), number)
        head = [row for row in rows if row.header]
        body = rows[len(head) :]
        for tag, part in (("thead", head), ("tbody", body)):
            if part:
                self.raw(f"<{tag}>")
                for row in part:
                    self._row(row)
                self.raw(f"</{tag}>\n")
        self.raw("</table>")
        self._address(ident)
        self.raw("</div>\n")

    def _table_label(self, rows: tuple[Block, ...]) -> str:
        """A name for a table without a caption, different from the others': its column heads."""
        heads = ", ".join(filter(None, (_text(cell) for cell in rows[0].children))) if rows else ""
        label = f"{self.words.table}: {heads[:200]}" if heads else self.words.table
        self.labels[label] += 1
        return label if self.labels[label] == 1 else f"{label} ({self.labels[label]})"

    def _caption(self, leaf: Block, number: int) -> None:
        self.raw(f'<caption id="{self.prefix}tab-{number}"{self._place(leaf)}>')
        self.raw(f"<b data-skip>{escape(self.words.table)} {number}. </b>")
        self._leaf(leaf)
        self.raw("</caption>\n")

    def _row(self, row: Block) -> None:
        self.raw("<tr>")
        for cell in row.children:
            # An empty head tells nothing and is no head.
            is_head = cell.header and bool(cell.inlines)
            tag, scope = ("th", ' scope="col"') if is_head else ("td", "")
            self.raw(f"<{tag}{scope}{self._class(cell, _ALIGN.get(cell.align, ''))}{self._place(cell)}>")
            self._leaf(cell)
            self.raw(f"</{tag}>")
        self.raw("</tr>\n")

    # Footnotes

    def _footnotes(self) -> None:
        notes = [note for note in self.document.footnotes if self.options.guidance or note.ident in self.shown]
        if not notes:
            return
        heading = f"{self.prefix}fn-heading"
        self.raw(f'<section class="footnotes" aria-labelledby="{heading}">')
        self.raw(f'<h2 id="{heading}" data-skip>{escape(self.words.footnotes)}</h2><ol>\n')
        for note in notes:
            number = self.inline.number(note.ident, note.number)
            self.raw(f"<li{self._place(note, f'fn-{number}')}{self._class(note)}>")
            self._note(note, number)
            self.raw("</li>\n")
        self.raw("</ol></section>\n")

    def _note(self, note: Block, number: int) -> None:
        """The blocks of a footnote; its way back stands at the end of the last line."""
        last = note.children[-1] if note.children else None
        if last and last.kind == "paragraph" and last.inlines and not last.tight:
            for child in note.children[:-1]:
                self._block(child, is_plain=True)
            self.raw(f"<p{self._place(last)}{self._class(last)}>")
            self._leaf(last)
            self._way_back(note, number)
            self.raw("</p>\n")
        else:
            self._blocks(note.children)
            self._way_back(note, number)

    def _way_back(self, note: Block, number: int) -> None:
        count = self.inline.mentions[note.ident]
        # The blanks before the signs stand inside, so that they are no text of the paper either.
        self.raw('<span class="fnback" data-skip>')
        for occurrence in range(1, count + 1):
            phrase = self.words.back if occurrence == 1 else self.words.back_again
            label = escape(phrase.format(number=number, occurrence=occurrence))
            target = f"{self.prefix}{mention_ident(number, occurrence)}"
            self.raw(f' <a href="#{target}" aria-label="{label}">↑</a>')
        self.raw("</span>")


def _text(block: Block) -> str:
    return "".join(piece.text for piece in pieces(block))


def shown_footnotes(document: Document) -> dict[str, int]:
    """Numbers of footnotes when writing guidance is left out, in the order of their mentions."""
    numbers: dict[str, int] = {}
    notes = {note.ident: note for note in document.footnotes}
    queue: list[Block] = list(document.blocks)
    while queue:
        found = _labels(queue)
        for label in found:
            numbers.setdefault(label, len(numbers) + 1)
        queue = [notes.pop(label) for label in found if label in notes]
    return numbers


def _labels(siblings: Sequence[Block]) -> list[str]:
    """Labels of the footnotes mentioned in blocks that are not guidance, in order."""
    found: list[str] = []
    stack = [*reversed(siblings)]
    while stack:
        block = stack.pop()
        if block.kind == "guidance":
            continue
        inlines: list[Inline] = [*reversed(block.inlines)]
        while inlines:
            node = inlines.pop()
            if isinstance(node, FootnoteRef):
                found.append(node.label)
            elif isinstance(node, Formatting | Link):
                inlines.extend(reversed(node.children))
        stack.extend(reversed(block.children))
        if block.caption:
            stack.append(caption_leaf(block))
    return found
