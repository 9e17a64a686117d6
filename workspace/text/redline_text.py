"""The words of merged blocks → HTML, `<ins>` and `<del>` around what came and went."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from workspace.text import html_inline
from workspace.text.html_inline import mention_ident
from workspace.text.leaves import LEAVES
from workspace.text.nodes import Block, Break, FootnoteRef, Image
from workspace.text.passages import escape
from workspace.text.redline_inline import Flat, Piece, Span, Style, flatten
from workspace.text.redline_pairing import Node
from workspace.text.redline_words import GERMAN, Person, Words

_TAGS = {"strong": "strong", "emphasis": "em", "strike": "s", "code": "code"}
CHANGE = {-1: "del", 1: "ins"}
_NO_PEOPLE: Mapping[Hashable, Person] = {}


class TextHtml:
    """Writes the words of leaves.

    Args:
        side: 0 both sides, -1 the older alone, 1 the newer alone (with its changes marked).
        people: who is who; without, nobody is named.
        numbers: section numbers by the ident of their heading.
        idents: addresses of headings that links inside the paper may lead to.
        has_ids: whether headings, footnotes and changes get addresses; of two columns only one may have them.
    """

    def __init__(
        self,
        *,
        side: int = 0,
        words: Words = GERMAN,
        figure: html_inline.Figure | None = None,
        people: Mapping[Hashable, Person] = _NO_PEOPLE,
        numbers: Mapping[str, str] | None = None,
        idents: frozenset[str] = frozenset(),
        has_ids: bool = True,
    ) -> None:
        self.side, self.words, self.figure, self.people = side, words, figure, people
        self.numbers = numbers or {}
        self.idents = idents
        self.has_ids = has_ids
        self.out: list[str] = []
        self.mentions: dict[str, int] = {}

    def take(self) -> str:
        """What was written since the last time."""
        html = "".join(self.out)
        self.out.clear()
        return html

    def block_of(self, node: Node) -> Block:
        """The block that gives the shape."""
        return node.old if self.side < 0 and node.old is not None else node.block

    # -- words -----------------------------------------------------------------------------------

    def text(self, node: Node) -> None:
        leaf = node.leaf
        if leaf is None:
            block = self.block_of(node)
            if block.kind in LEAVES:
                flat = flatten(block, lambda label: label)
                self._passage(flat, 0, len(flat.text), -1 if self.side < 0 else 1)
            return
        for index, span in enumerate(leaf.spans):
            if self.side and span.kind == -self.side:
                continue
            if not span.kind:
                flat, at = (leaf.old, span.old) if self.side < 0 else (leaf.new, span.new)
                self._passage(flat, at, at + span.length, -1 if self.side < 0 else 1)
            else:
                is_replaced = not self.side and span.kind < 0 and leaf.spans[index + 1 : index + 2] != ()
                is_replaced = is_replaced and leaf.spans[index + 1].kind > 0
                self._change(node, index, span, leaf.old if span.kind < 0 else leaf.new, is_replaced=is_replaced)

    def _change(self, node: Node, index: int, span: Span, flat: Flat, *, is_replaced: bool) -> None:
        at = span.old if span.kind < 0 else span.new
        authors = node.span_authors.get(index) or (node.authors if node.side else ())
        if flat.text[at : at + span.length].strip():
            opening, closing = self._spoken(span.kind, authors)
        else:
            opening = closing = ""
        # Its replacement follows at once, with no blank between: the style keeps them apart.
        names = ' class="swap"' if is_replaced else ""
        self.out.append(f"<{CHANGE[span.kind]}{names}>{opening}")
        self._passage(flat, at, at + span.length, span.kind)
        self.out.append(f"{closing}</{CHANGE[span.kind]}>")

    def marked(self, kind: int, html: str, authors: tuple[Hashable, ...]) -> None:
        opening, closing = self._spoken(kind, authors)
        self.out.append(f"<{CHANGE[kind]}>{opening}{html}{closing}</{CHANGE[kind]}>")

    def _spoken(self, kind: int, authors: tuple[Hashable, ...]) -> tuple[str, str]:
        """What a screen reader says before and after a change."""
        names = ", ".join(self.people[author].name for author in authors[:2] if author in self.people)
        if names:
            label = (self.words.deleted_by if kind < 0 else self.words.inserted_by).format(names=names)
        else:
            label = self.words.deleted if kind < 0 else self.words.inserted
        return (
            f'<span class="vh" data-skip>{escape(label)} </span>',
            f'<span class="vh" data-skip> {escape(self.words.end)} </span>',
        )

    def _passage(self, flat: Flat, start: int, end: int, kind: int) -> None:
        """text[start:end] with its formatting; `kind` says whose footnotes it mentions."""
        open_styles: tuple[Style, ...] = ()
        for piece, first, after in flat.within(start, end):
            if piece.styles != open_styles:
                self._restyle(open_styles, piece.styles)
                open_styles = piece.styles
            self.out.append(self._piece(piece, first, after, kind))
        self._restyle(open_styles, ())

    def _restyle(self, now: tuple[Style, ...], wanted: tuple[Style, ...]) -> None:
        same = 0
        while same < len(now) and same < len(wanted) and now[same] == wanted[same]:
            same += 1
        for style in reversed(now[same:]):
            self.out.append("</a>" if style[0] == "link" else f"</{_TAGS[style[0]]}>")
        for style in wanted[same:]:
            self.out.append(self._link(style) if style[0] == "link" else f"<{_TAGS[style[0]]}>")

    def _piece(self, piece: Piece, first: int, after: int, kind: int) -> str:
        atom = piece.atom
        if atom is None:
            return escape(piece.text[first:after])
        if isinstance(atom, Break):
            return "<br>\n"
        return self.image(atom) if isinstance(atom, Image) else self._mention(piece, atom, kind)

    def _mention(self, piece: Piece, mention: FootnoteRef, kind: int) -> str:
        number = mention.number
        address = ""
        if kind > 0 and self.has_ids:
            count = self.mentions[mention.label] = self.mentions.get(mention.label, 0) + 1
            address = f' id="{mention_ident(number, count)}"'
        label = escape(self.words.page.footnote.format(number=number))
        if any(style[0] == "link" for style in piece.styles):
            inner = f"<span{address}>{number}</span>"
        else:
            inner = f'<a href="#{note_ident(-1 if kind < 0 else 1, number)}"{address} aria-label="{label}">{number}</a>'
        return f'<sup class="fnref" data-skip>{inner}</sup>'

    def image(self, image: Image) -> str:
        """A picture as on the reading page."""
        found = self.figure(image.name) if self.figure else None
        if found is None:
            text = f"[{self.words.page.missing}: {image.alt or image.name}]"
            return f'<span class="missing" data-skip>{escape(text)}</span>'
        url, width, height = found
        share = round((image.width or 100) / 10) * 10
        names = f' class="w-{share}"' if share < 100 else ""
        return (
            f'<img src="{escape(url)}" alt="{escape(image.alt)}" width="{int(width)}" height="{int(height)}"'
            f'{names} loading="lazy" decoding="async">'
        )

    def _link(self, style: Style) -> str:
        _, target, title = style
        if target.startswith("#") and f"h-{target[1:]}" in self.idents:
            target = f"#h-{target[1:]}"
        attributes = f' title="{escape(title)}"' if title else ""
        if target.lower().startswith("http"):
            attributes += ' rel="noopener noreferrer"'
        return f'<a href="{escape(target)}"{attributes}>'


def note_ident(side: int, number: int) -> str:
    return f"fn-old-{number}" if side < 0 else f"fn-{number}"
