"""Merged blocks → HTML. `<ins>` and `<del>` stand around inline content only, so every block keeps its shape.

A block of one side carries `data-diff="ins"` or `"del"`. Hiding these and the `<ins>` leaves the older
text, hiding `del` the newer. What is not text of the paper carries `data-skip`, as on the reading page.
"""

from __future__ import annotations

from collections.abc import Iterable

from workspace.text.html_inline import mention_ident
from workspace.text.leaves import LEAVES, caption_leaf
from workspace.text.nodes import Block, Image
from workspace.text.passages import escape
from workspace.text.redline_inline import Note, flatten
from workspace.text.redline_pairing import Node
from workspace.text.redline_text import CHANGE, TextHtml, note_ident

_WRAPS = {"quote": "blockquote", "definitions": "dl"}
_ALIGN = {"right": "num", "center": "center"}
QUOTE = 60
"""Letters of a quotation in a remark."""


class BlockHtml(TextHtml):
    """Writes blocks of a merged tree. Arguments: see `TextHtml`."""

    tables = figures = 0
    """How many with a caption there were."""

    # -- blocks ----------------------------------------------------------------------------------

    def nodes(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self.node(node)

    def node(self, node: Node, *, is_outer: bool = False) -> None:
        """Write a block; `is_outer` when its address stands on the row around it."""
        if self._is_hidden(node):
            return
        block = self.block_of(node)
        attributes = self._attributes(node, is_outer=is_outer)
        kind = block.kind
        if kind in _WRAPS:
            self._wrap(_WRAPS[kind], node, attributes)
        elif kind == "rule":
            self.out.append(f"<hr{attributes}>\n")
        elif kind == "term":
            self._leaf("dt", node, attributes)
        else:
            write = {
                "heading": self._heading,
                "paragraph": self._paragraph,
                "list": self._list,
                "item": self._item,
                "definition": self._item,
                "guidance": self._guidance,
                "table": self._table,
                "code": self._code,
                "figure": self._figure,
            }[kind]
            write(node, block, attributes)

    def _is_hidden(self, node: Node) -> bool:
        return bool(self.side and node.side == -self.side)

    def children_of(self, node: Node) -> list[Node]:
        """What a container holds; of one that is the same on both sides, its blocks."""
        if node.children:
            return node.children
        block = node.block
        children = (caption_leaf(block), *block.children) if block.caption else block.children
        return [Node(child, child) for child in children]

    def _attributes(self, node: Node, *, is_outer: bool) -> str:
        out = ""
        if node.number and not is_outer and (self.has_ids or node.side < 0):
            out = f' id="c{node.number}" data-n="{node.number}"'
        if node.side:
            out += f' data-diff="{CHANGE[node.side]}"'
        return out

    def _wrap(self, tag: str, node: Node, attributes: str, head: str = "") -> None:
        self.out.append(f"<{tag}{attributes}>\n{head}")
        self.nodes(self.children_of(node))
        self.out.append(f"</{tag}>\n")

    def _leaf(self, tag: str, node: Node, attributes: str, head: str = "") -> None:
        self.out.append(f"<{tag}{attributes}>{head}")
        self.text(node)
        self.out.append(f"</{tag}>\n")

    def _heading(self, node: Node, block: Block, attributes: str) -> None:
        address = f' id="{escape(block.ident)}"' if self.has_ids and node.side >= 0 and "id=" not in attributes else ""
        number = self.numbers.get(node.new.ident, "") if node.new is not None else ""
        head = f'<span class="no" data-skip>{escape(number)}</span>' if number else ""
        self._leaf(f"h{block.rank}", node, address + attributes, head)

    def _paragraph(self, node: Node, block: Block, attributes: str) -> None:
        if not block.tight:
            self._leaf("p", node, attributes)
        elif attributes:
            self._leaf("p", node, f' class="tight"{attributes}')
        else:
            self.text(node)

    def _list(self, node: Node, block: Block, attributes: str) -> None:
        tag, start = ("ol", block.number) if block.ordered else ("ul", 1)
        first = f' start="{start}"' if start != 1 else ""
        names = ' class="tasks"' if any(item.checked is not None for item in block.children) else ""
        self._wrap(tag, node, f"{first}{names}{attributes}")

    def _guidance(self, node: Node, block: Block, attributes: str) -> None:
        head = f'<p class="guidance__label" data-skip>{escape(self.words.page.guidance)}</p>\n'
        self._wrap("div", node, f' class="guidance" role="note"{attributes}', head)

    def _code(self, node: Node, block: Block, attributes: str) -> None:
        self.out.append(f'<pre{attributes} tabindex="0"><code>')
        self.text(node)
        self.out.append("</code></pre>\n")

    def _item(self, node: Node, block: Block, attributes: str) -> None:
        tag = "li" if block.kind == "item" else "dd"
        self.out.append(f"<{tag}{attributes}>")
        if block.checked is not None:
            word, checked = (self.words.page.done, " checked") if block.checked else (self.words.page.open, "")
            self.out.append(f'<input type="checkbox" data-skip disabled{checked} aria-label="{escape(word)}"> ')
        self.nodes(self.children_of(node))
        self.out.append(f"</{tag}>\n")

    # -- tables and figures ----------------------------------------------------------------------

    def _table(self, node: Node, block: Block, attributes: str) -> None:
        children = [child for child in self.children_of(node) if not self._is_hidden(child)]
        captions = [child for child in children if child.block.kind == "caption"]
        rows = [child for child in children if child.block.kind == "row"]
        head = [row for row in rows if row.block.header]
        label = escape(self._table_label(captions, head))
        self.out.append(f'<div class="tablebox" role="region" aria-label="{label}" tabindex="0"{attributes}><table>\n')
        if captions:
            self._caption(captions)
        for tag, part in (("thead", head), ("tbody", [row for row in rows if not row.block.header])):
            if part:
                self.out.append(f"<{tag}>")
                for row in part:
                    self._row(row)
                self.out.append(f"</{tag}>\n")
        self.out.append("</table></div>\n")

    def _caption(self, captions: list[Node]) -> None:
        """A table has one caption element; of two captions the inner ones say which is which."""
        self.tables += 1
        self.out.append(f"<caption><b data-skip>{escape(self.words.page.table)} {self.tables}. </b>")
        for caption in captions:
            tag = "span"
            self.out.append(f"<{tag}{self._attributes(caption, is_outer=False)}>")
            self.text(caption)
            self.out.append(f"</{tag}>")
        self.out.append("</caption>\n")

    def _table_label(self, captions: list[Node], head: list[Node]) -> str:
        """A name for the box a table scrolls in, different from the others of its page."""
        number = self.tables + 1
        leaves = captions[-1:] or (self.children_of(head[-1]) if head else [])
        text = ", ".join(filter(None, (short(_letters(leaf.block)) for leaf in leaves)))
        return f"{self.words.page.table} {number}: {text}" if text else f"{self.words.page.table} {number}"

    def _row(self, row: Node) -> None:
        self.out.append(f"<tr{self._attributes(row, is_outer=False)}>")
        for cell in self.children_of(row):
            if self._is_hidden(cell):
                continue
            block = self.block_of(cell)
            is_head = block.header and bool(cell.leaf or block.inlines)
            names = f' class="{_ALIGN[block.align]}"' if block.align in _ALIGN else ""
            # In a row of one side only its own absence says more; columns of one side say it themselves.
            attributes = "" if cell.side == row.side else self._attributes(cell, is_outer=False)
            tag, scope = ("th", ' scope="col"') if is_head else ("td", "")
            self.out.append(f"<{tag}{scope}{names}{attributes}>")
            self.text(cell)
            self.out.append(f"</{tag}>")
        self.out.append("</tr>\n")

    def _figure(self, node: Node, block: Block, attributes: str) -> None:
        image = block.inlines[0]
        if not isinstance(image, Image):
            raise TypeError("a figure holds one image")
        self.out.append(f"<figure{attributes}>")
        was = node.old.inlines[0] if node.old is not None and not self.side else None
        if node.side:
            self.marked(node.side, self.image(image), ())
        elif isinstance(was, Image) and was.name != image.name:
            self.marked(-1, self.image(was), ())
            self.marked(1, self.image(image), ())
        else:
            self.out.append(self.image(image))
        if (node.leaf is not None and node.leaf.spans) or image.caption:
            self.out.append("<figcaption>")
            if node.side >= 0:
                self.figures += 1
                self.out.append(f"<b data-skip>{escape(self.words.page.figure)} {self.figures}. </b>")
            self.text(node)
            self.out.append("</figcaption>")
        self.out.append("</figure>\n")

    # -- footnotes -------------------------------------------------------------------------------

    def footnotes(self, notes: Iterable[Node]) -> None:
        """The list at the end; a footnote that went keeps its place and says its old number."""
        shown = [note for note in notes if not self._is_hidden(note)]
        if not shown:
            return
        label = escape(self.words.page.footnotes)
        tag, name = ("section", f' aria-label="{label}"') if self.has_ids else ("div", "")
        self.out.append(f'<{tag} class="footnotes"{name}><h2 data-skip>{label}</h2><ol>\n')
        for note in shown:
            block = self.block_of(note)
            place = f' id="{note_ident(note.side, block.number)}"' if self.has_ids or note.side < 0 else ""
            gone = f' data-diff="{CHANGE[note.side]}"' if note.side else ""
            change = f'<div id="c{note.number}" data-n="{note.number}">' if note.number and place else ""
            self.out.append(f'<li value="{block.number}"{place}{gone}>{change}')
            self.nodes(self.children_of(note))
            self.out.append("</div>" if change else "")
            if self.has_ids and note.side >= 0 and self.mentions.get(block.ident):
                back = escape(self.words.page.back.format(number=block.number, occurrence=1))
                target = mention_ident(block.number, 1)
                self.out.append(f'<span class="fnback" data-skip> <a href="#{target}" aria-label="{back}">↑</a></span>')
            self.out.append("</li>\n")
        self.out.append(f"</ol></{tag}>\n")

    # -- remarks ---------------------------------------------------------------------------------

    def said(self, nodes: Iterable[Node]) -> None:
        """What the words of some blocks do not show, each as a line below them."""
        for note in dict.fromkeys(note for node in nodes for note in _notes(node)):
            text = self._said(note)
            if text:
                self.out.append(f'<p class="said" data-skip>{escape(text)}</p>\n')

    def _said(self, note: Note) -> str:
        kind = note.kind
        if kind == "target":
            kind = "target" if note.was and note.now else "target_new" if note.now else "target_gone"
        template = self.words.said.get(kind, "")
        return template.format(quote=short(note.quote), was=short(note.was), now=short(note.now))


def _notes(node: Node) -> Iterable[Note]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield from found.notes
        waiting += reversed(found.children)


def _letters(block: Block) -> str:
    return flatten(block, lambda label: label).text if block.kind in LEAVES else ""


def short(text: str) -> str:
    """A text short enough to be quoted in a line, cut between words."""
    text = " ".join(text.split())
    if len(text) <= QUOTE:
        return text
    return text[: QUOTE + 1].rpartition(" ")[0].rstrip(",;:–-") + " …" if " " in text[:QUOTE] else text[:QUOTE] + "…"
