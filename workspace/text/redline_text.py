"""The words of merged blocks → HTML, `<ins>` and `<del>` around what came and went."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import groupby

from workspace.text import html_inline
from workspace.text.html_inline import mention_ident
from workspace.text.leaves import LEAVES
from workspace.text.nodes import Block, Break, Code, FootnoteRef, Image, Inline, Link, Mark, Text
from workspace.text.passages import escape
from workspace.text.redline_inline import BORDER, Border, Context, Flat, Leaf, Piece, Style, flatten
from workspace.text.redline_nodes import Node
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
        context: what links inside the newer text may lead to.
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
        context: Context = Context(),  # noqa: B008 - it cannot be changed
        has_ids: bool = True,
    ) -> None:
        self.side, self.words, self.figure, self.people = side, words, figure, people
        self.numbers = numbers or {}
        self.context = context
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
            kind = -1 if self.side < 0 else 1
            if block.kind == "figure":
                flat = flatten(block, self.context)
                self._passage(flat, 0, len(flat.text), kind)
            elif block.kind in LEAVES:
                self._unchanged(block.inlines, kind)
            return
        for index, span in enumerate(leaf.spans):
            if self.side and span.kind == -self.side:
                continue
            flat, at = (leaf.old, span.old) if span.kind < 0 or self.side < 0 else (leaf.new, span.new)
            if not span.kind:
                self._passage(flat, at, at + span.length, -1 if self.side < 0 else 1)
            elif self._is_border(flat, at, at + span.length):
                self._border(span.kind)
            else:
                self._change(node, leaf, index, flat)

    def _unchanged(self, inlines: Iterable[Inline], kind: int, *, is_linked: bool = False) -> None:
        """Words that are the same on both sides; most of a page, so they are written without being flattened."""
        out = self.out
        for node in inlines:
            if isinstance(node, Text):
                out.append(escape(node.text))
            elif isinstance(node, Break):
                out.append("<br>\n" if node.hard else " ")
            elif isinstance(node, Image):
                out.append(self.image(node))
            elif isinstance(node, FootnoteRef):
                out.append(self._mention(node, kind, is_linked=is_linked))
            elif isinstance(node, Link) and _shows(node.children):
                out.append(self._link(("link", self.context.target(node.target), node.title)))
                self._unchanged(node.children, kind, is_linked=True)
                out.append("</a>")
            elif isinstance(node, Link):
                self._unchanged(node.children, kind, is_linked=is_linked)
            else:
                tag = "code" if isinstance(node, Code) else _TAGS[node.style]
                out.append(f"<{tag}>")
                self._unchanged(node.children, kind, is_linked=is_linked)
                out.append(f"</{tag}>")

    def _change(self, node: Node, leaf: Leaf, index: int, flat: Flat) -> None:
        span = leaf.spans[index]
        at = span.old if span.kind < 0 else span.new
        end = at + span.length
        tag = CHANGE[span.kind]
        opening = closing = names = ""
        first, last = at, end
        if self._is_form_only(leaf, index):
            # Nothing is read twice: a line below says what changed.
            names = f' class="same"{" hidden" if span.kind < 0 and not self.side else ""}'
        else:
            text = flat.text[at:end]
            if text.strip():
                opening, closing = self._spoken(
                    span.kind, node.span_authors.get(index) or node.authors * bool(node.side)
                )
                first, last = end - len(text.lstrip()), at + len(text.rstrip())
            if not self.side and span.kind < 0 and self._touches_next(leaf, index):
                names = ' class="swap"'
        self._gap(flat, at, first, span.kind)
        self.out.append(f"<{tag}{names}>{opening}")
        self._passage(flat, first, last, span.kind)
        self.out.append(f"{closing}</{tag}>")
        self._gap(flat, last, end, span.kind)

    def _gap(self, flat: Flat, start: int, end: int, kind: int) -> None:
        """Blanks at the edge of a mark: they come and go with it, but lines are drawn through words only."""
        if start < end:
            self.out.append(f'<span data-diff="{CHANGE[kind]}">')
            self._passage(flat, start, end, kind)
            self.out.append("</span>")

    @staticmethod
    def _touches_next(leaf: Leaf, index: int) -> bool:
        """Whether the replacement of deleted words follows with no blank between: the style keeps them apart."""
        gone, *rest = leaf.spans[index : index + 2]
        if [after.kind for after in rest] != [1]:
            return False
        return not (leaf.old.text[gone.old + gone.length - 1].isspace() or leaf.new.text[rest[0].new].isspace())

    @staticmethod
    def _is_form_only(leaf: Leaf, index: int) -> bool:
        return (
            leaf.is_form_only(index if leaf.spans[index].kind < 0 else index - 1)
            if index or leaf.spans[0].kind < 0
            else False
        )

    @staticmethod
    def _is_border(flat: Flat, start: int, end: int) -> bool:
        return BORDER in flat.text[start:end] and any(
            isinstance(piece.atom, Border) for piece, _, _ in flat.within(start, end)
        )

    def _border(self, kind: int) -> None:
        """The border between two paragraphs that only one side has, as a sign of its own."""
        tag = CHANGE[kind]
        word = self.words.border_gone if kind < 0 else self.words.border_new
        said = f'<span class="vh">{escape(word)} </span><span aria-hidden="true">¶</span>'
        sign = f'<{tag} class="border" data-skip>{said}</{tag}>'
        is_real = kind == (self.side or 1)
        self.out.append(f'{sign}</p>\n<p data-joins="{tag}">' if is_real else sign)

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
        """text[start:end] with its formatting; `kind` says whose footnotes it mentions.

        A blank by itself is no link: nobody could see where it leads.
        """
        open_styles: tuple[Style, ...] = ()
        for link, parts in groupby(flat.within(start, end), lambda part: _link_of(part[0])):
            found = list(parts)
            is_blank = link is not None and not any(piece.text[first:after].strip() for piece, first, after in found)
            for piece, first, after in found:
                styles = tuple(style for style in piece.styles if style != link) if is_blank else piece.styles
                if styles != open_styles:
                    self._restyle(open_styles, styles)
                    open_styles = styles
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
        if isinstance(atom, Border):
            return "</p>\n<p>" if BORDER in piece.text[first:after] else " "
        if isinstance(atom, Image):
            return self.image(atom)
        return self._mention(atom, kind, is_linked=any(style[0] == "link" for style in piece.styles))

    def _mention(self, mention: FootnoteRef, kind: int, *, is_linked: bool) -> str:
        number = mention.number
        address = ""
        if kind > 0 and self.has_ids:
            count = self.mentions[mention.label] = self.mentions.get(mention.label, 0) + 1
            address = f' id="{mention_ident(number, count)}"'
        label = escape(self.words.page.footnote.format(number=number))
        if is_linked:
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
        attributes = f' title="{escape(title)}"' if title else ""
        if target.lower().startswith("http"):
            attributes += ' rel="noopener noreferrer"'
        return f'<a href="{escape(target)}"{attributes}>'


def _link_of(piece: Piece) -> Style | None:
    return next((style for style in piece.styles if style[0] == "link"), None)


def _shows(inlines: Iterable[Inline]) -> bool:
    """Whether there is more than blanks."""
    return any(
        bool(node.text.strip()) if isinstance(node, Text)
        else _shows(node.children) if isinstance(node, Code | Mark | Link)
        else not isinstance(node, Break)
        for node in inlines
    )  # fmt: skip


def note_ident(side: int, number: int) -> str:
    """The id of a footnote in the page; one that only the older text has gets a name of its own."""
    return f"fn-old-{number}" if side < 0 else f"fn-{number}"
