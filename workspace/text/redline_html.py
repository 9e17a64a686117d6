"""Merged blocks → HTML. `<ins>` and `<del>` stand around inline content only, so every block keeps its shape.

What only one side has is in `<ins>` or `<del>`, or has `data-diff="ins"` or `"del"` (a block, a blank beside
marked words): hiding the ones gives the text of the older page, hiding the others the newer. What is not
text of the paper carries `data-skip`, as on the reading page. Three things more give the older page exactly:

- what moved carries `data-moved="m3"` and stood where the element with the id `m3` is;
- `data-was="ol"` names the element a block was before, where it is another one now;
- a paragraph with `data-joins="ins"` was part of the one before it; `<del class="border">` was the end of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workspace.text.html_inline import mention_ident
from workspace.text.leaves import LEAVES, caption_leaf
from workspace.text.nodes import Block, Image
from workspace.text.passages import escape
from workspace.text.redline_inline import Context, flatten
from workspace.text.redline_nodes import Group, Node, all_notes
from workspace.text.redline_text import CHANGE, TextHtml, note_ident
from workspace.text.redline_words import said, short

_WRAPS = {"quote": "blockquote", "definitions": "dl"}
_ALIGN = {"right": "num", "center": "center"}
_NOTED_INSIDE = frozenset({"item", "definition", "term", "row"})
"""Blocks that hold the line about their move; before all others it is a paragraph."""
MoveWords = Callable[[Group, int], str]
"""(move, side) → the line at blocks that came (1) or at the place they left (-1), as HTML."""


class BlockHtml(TextHtml):
    """Writes blocks of a merged tree. Arguments: see `TextHtml`."""

    tables = figures = 0
    """How many with a caption there were."""
    column = ""
    """What this column is called, so that its tables have other names than those of the column beside it."""
    value = ""
    """The number that the next item of a list says."""
    move_words: MoveWords = staticmethod(lambda group, side: "")

    # -- blocks ----------------------------------------------------------------------------------

    def nodes(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self.node(node)

    def node(self, node: Node, *, is_outer: bool = False) -> None:
        """Write a block; `is_outer` when its address stands on the row around it."""
        if self._is_hidden(node) and not is_outer:
            return
        if node.is_away and not is_outer and node.group is not None:
            self._place_left(node, node.group)
            return
        block = self.block_of(node)
        attributes = self._attributes(node, is_outer=is_outer)
        note = self._came(node) if not is_outer else ""
        kind = block.kind
        if note and kind not in _NOTED_INSIDE:
            self.out.append(f'<p class="moved__note" data-skip>{note}</p>\n')
            note = ""
        if kind in _WRAPS:
            self._wrap(_WRAPS[kind], node, attributes)
        elif kind == "rule":
            self.out.append(f"<hr{attributes}>\n")
        elif kind == "term":
            self._leaf("dt", node, attributes, self._inner_note(note))
        elif kind in ("item", "definition"):
            self._item(node, block, attributes, self._inner_note(note))
        else:
            write = {
                "heading": self._heading,
                "paragraph": self._paragraph,
                "list": self._list,
                "guidance": self._guidance,
                "table": self._table,
                "code": self._code,
                "figure": self._figure,
            }[kind]
            write(node, block, attributes)

    # -- moves -----------------------------------------------------------------------------------

    def _came(self, node: Node) -> str:
        """What is said at the first of the blocks that came from elsewhere."""
        group = node.group
        return self.move_words(group, 1) if group is not None and self.side >= 0 and group.came[0] is node else ""

    @staticmethod
    def _inner_note(note: str) -> str:
        return f'<span class="moved__note" data-skip>{note}</span>' if note else ""

    def _place_left(self, node: Node, group: Group) -> None:
        """The place that an inner block left; of several only the first says so. In the older column: the block."""
        said = self.move_words(group, -1) if group.left[0] is node else ""
        address = f' id="{move_ident(group, node)}"'
        if self.side < 0:
            self._stood(node, address, said)
            return
        tag = {"item": "li", "definition": "dd", "term": "dt", "row": "tr"}.get(node.block.kind, "p")
        value, self.value = self.value if tag == "li" else "", ""
        if tag == "tr" and said:
            said = f'<td colspan="{len(node.children) or len(node.block.children)}">{said}</td>'
        hidden = "" if said else " hidden"
        self.out.append(f'<{tag}{value} class="moved-from"{address} data-diff="del" data-skip{hidden}>{said}</{tag}>\n')

    def _stood(self, node: Node, address: str, said: str) -> None:
        """A block that moved, in the older column where it stood."""
        stood, block, note = Node(node.old, node.old), node.block, self._inner_note(said)
        if block.kind == "row":
            self._row(stood, address, note)
        elif block.kind == "term":
            self._leaf("dt", stood, address, note)
        elif block.kind in _NOTED_INSIDE:
            self._item(stood, block, address, note)
        else:
            self.out.append(f'<p class="moved-from"{address} data-skip>{said}</p>\n')
            self.node(stood)

    def _is_hidden(self, node: Node) -> bool:
        came = self.side < 0 and node.group is not None and not node.is_away
        return came or bool(self.side and node.side == -self.side)

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
        elif not is_outer and node.group is not None and not self.side:
            place = node.group.left[node.group.came.index(node)]
            out += f' data-moved="{move_ident(node.group, place)}"'
        if not self.side and not node.side and node.old is not None and node.old is not node.new:
            was, now = tag_of(node.old), tag_of(node.block)
            out += f' data-was="{was}"' if was != now else ""
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
        self.out.append(f"<{tag}{first}{names}{attributes}>\n")
        numbers = _Numbers(node, self.side)
        for child in self.children_of(node):
            self.value = numbers.value(child) if block.ordered else ""
            self.node(child)
        self.out.append(f"</{tag}>\n")

    def _guidance(self, node: Node, block: Block, attributes: str) -> None:
        head = f'<p class="guidance__label" data-skip>{escape(self.words.page.guidance)}</p>\n'
        self._wrap("div", node, f' class="guidance" role="note"{attributes}', head)

    def _code(self, node: Node, block: Block, attributes: str) -> None:
        self.out.append(f'<pre{attributes} tabindex="0"><code>')
        self.text(node)
        self.out.append("</code></pre>\n")

    def _item(self, node: Node, block: Block, attributes: str, note: str) -> None:
        tag = "li" if block.kind == "item" else "dd"
        value, self.value = self.value if tag == "li" else "", ""
        names = ' class="task"' if block.checked is not None else ""
        self.out.append(f"<{tag}{value}{names}{attributes}>{note}")
        self._ticks(node, block)
        self.nodes(self.children_of(node))
        self.out.append(f"</{tag}>\n")

    def _ticks(self, node: Node, block: Block) -> None:
        """The box of a task; where it was ticked or opened again, how it was and how it is."""
        was = node.old if node.old is not None and not node.side and not self.side else block
        if was.checked == block.checked:
            self.out.append(self._box(block))
            return
        for kind, side in ((-1, was), (1, block)):
            if side.checked is not None:
                self.out.append(f'<{CHANGE[kind]} class="tick">{self._box(side)}</{CHANGE[kind]}>')

    def _box(self, item: Block) -> str:
        if item.checked is None:
            return ""
        word, checked = (self.words.page.done, " checked") if item.checked else (self.words.page.open, "")
        return f'<input type="checkbox" data-skip disabled{checked} aria-label="{escape(word)}"> '

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
        label = f"{self.words.page.table} {number}: {text}" if text else f"{self.words.page.table} {number}"
        return f"{label} ({self.column})" if self.column else label

    def _row(self, row: Node, address: str = "", note: str = "") -> None:
        if row.is_away and row.group is not None:
            self._place_left(row, row.group)
            return
        note = note or self._inner_note(self._came(row))
        self.out.append(f"<tr{address}{self._attributes(row, is_outer=False)}>")
        for cell in self.children_of(row):
            if self._is_hidden(cell):
                continue
            block = self.block_of(cell)
            is_head = block.header and bool(cell.leaf or block.inlines)
            names = f' class="{_ALIGN[block.align]}"' if block.align in _ALIGN else ""
            # In a row of one side only its own absence says more; columns of one side say it themselves.
            attributes = "" if cell.side == row.side else self._attributes(cell, is_outer=False)
            tag, scope = ("th", ' scope="col"') if is_head else ("td", "")
            self.out.append(f"<{tag}{scope}{names}{attributes}>{note}")
            note = ""
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
            if note.is_away and note.group is not None:
                self.out.append(f'<li hidden id="{move_ident(note.group, note)}" data-diff="del" data-skip></li>\n')
                continue
            block = self.block_of(note)
            place = f' id="{note_ident(note.side, block.number)}"' if self.has_ids or note.side < 0 else ""
            gone = self._attributes(note, is_outer=False) if not note.number else ""
            gone = f' data-diff="{CHANGE[note.side]}"' if note.side else gone
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
        for note in dict.fromkeys(all_notes(nodes)):
            text = said(note, self.words)
            if text:
                self.out.append(f'<p class="said" data-skip>{escape(text)}</p>\n')


def tag_of(block: Block) -> str:
    """The element a block is, as far as it may turn into another."""
    if block.kind == "heading":
        return f"h{block.rank}"
    if block.kind == "list":
        return "ol" if block.ordered else "ul"
    return "p" if block.kind == "paragraph" else ""


def move_ident(group: Group, place: Node) -> str:
    """The address of a place that a block left: m3, and m3-2 for the second of blocks that moved together."""
    if group.is_silent:
        return f"fm-{place.block.number}"
    at = group.left.index(place)
    return f"m{group.number}" + (f"-{at + 1}" if at else "")


def _first(block: Block | None) -> int:
    return block.number if block is not None and block.ordered else 1


class _Numbers:
    """Numbers of a list: each item says the one it has on its side wherever counting on would give another."""

    def __init__(self, node: Node, side: int) -> None:
        self.side = side
        self.next = {-1: _first(node.old), 1: _first(node.new)}
        self.shown = (self.next[-1] if node.new is None or side < 0 else self.next[1]) - 1

    def value(self, child: Node) -> str:
        """The attribute of the next item."""
        side = -1 if self.side < 0 or child.side < 0 else 1
        if self.side and child.side == -self.side:
            return ""
        number = self.next[side]
        for each in (-1, 1):
            self.next[each] += child.side in (0, each) and not (each < 0 and child.group is not None and not child.side)
        is_counted = number == self.shown + 1
        self.shown = number
        return "" if is_counted else f' value="{number}"'


def _letters(block: Block) -> str:
    return flatten(block, Context()).text if block.kind in LEAVES else ""
