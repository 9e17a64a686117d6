"""Inline nodes → HTML, and the words a page adds to the paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from workspace.text.nodes import Break, Code, FootnoteRef, Image, Inline, Link, Mark, Text
from workspace.text.passages import Writer, escape

Figure = Callable[[str], tuple[str, int, int] | None]
"""Name of an attachment → address, width and height in pixels; None when there is no such file."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words a page adds to the paper. `{number}` and the like are filled in."""

    address: str = "Adresse dieses Absatzes"
    figure: str = "Abbildung"
    table: str = "Tabelle"
    missing: str = "Bild fehlt"
    footnote: str = "Fußnote {number}"
    footnotes: str = "Anmerkungen"
    back: str = "Zurück zur Textstelle der Fußnote {number}"
    back_again: str = "Zurück zur {occurrence}. Textstelle der Fußnote {number}"
    done: str = "Erledigt"
    open: str = "Offen"
    guidance: str = "Hinweis"


GERMAN = Words()
_TAGS = {"strong": "strong", "emphasis": "em", "strike": "s"}


class InlineHtml:
    """Writes inline nodes; counts the mentions of each footnote as it goes."""

    def __init__(
        self,
        writer: Writer,
        *,
        figure: Figure | None,
        words: Words,
        prefix: str,
        headings: frozenset[str],
        renumbered: Mapping[str, int],
    ) -> None:
        self.writer = writer
        self.figure, self.words, self.prefix = figure, words, prefix
        self.headings = headings
        self.renumbered = renumbered
        self.mentions: Counter[str] = Counter()

    def number(self, label: str, number: int) -> int:
        """The number a footnote has on this page."""
        return self.renumbered.get(label, number)

    def write(self, nodes: Iterable[Inline]) -> None:
        """Write nodes in order."""
        writer = self.writer
        for node in nodes:
            if isinstance(node, Text):
                writer.text(node.start, node.end, node.text)
            elif isinstance(node, Break):
                writer.atom(node.start, node.end, "<br>\n" if node.hard else " ")
            elif isinstance(node, Mark):
                tag = _TAGS[node.style]
                writer.raw(f"<{tag}>")
                self.write(node.children)
                writer.raw(f"</{tag}>")
            elif isinstance(node, Link):
                self._link(node)
            elif isinstance(node, Code):
                writer.raw("<code>")
                self.write(node.children)
                writer.raw("</code>")
            elif isinstance(node, Image):
                self.image(node)
            else:
                self._mention(node)

    def _link(self, link: Link) -> None:
        target = link.target
        if target.startswith("#"):
            place = target[1:]
            target = f"#{self.prefix}h-{place}" if f"h-{place}" in self.headings else f"#{self.prefix}{place}"
        title = f' title="{escape(link.title)}"' if link.title else ""
        outside = ' rel="noopener noreferrer"' if target.lower().startswith("http") else ""
        self.writer.begin_link(f'<a href="{escape(target)}"{title}{outside}>')
        self.write(link.children)
        self.writer.end_link()

    def image(self, image: Image) -> None:
        found = self.figure(image.name) if self.figure else None
        if found is None:
            text = f"[{self.words.missing}: {image.alt or image.name}]"
            html = f'<span class="missing" data-skip>{escape(text)}</span>'
        else:
            url, width, height = found
            share = round((image.width or 100) / 10) * 10
            names = f' class="w-{share}"' if share < 100 else ""
            html = (
                f'<img src="{escape(url)}" alt="{escape(image.alt)}" width="{int(width)}" height="{int(height)}"'
                f'{names} loading="lazy" decoding="async">'
            )
        # A passage inside the caption does not mark the picture.
        start = image.start
        end = image.end if image.caption_start < 0 else image.caption_start
        self.writer.atom(start, end, html)

    def _mention(self, node: FootnoteRef) -> None:
        self.mentions[node.label] += 1
        number = self.number(node.label, node.number)
        ident = f"{self.prefix}{mention_ident(number, self.mentions[node.label])}"
        label = escape(self.words.footnote.format(number=number))
        # Never inside a link: text in brackets that holds a mention is no link (see `links.find_label_end`).
        link = f'<a href="#{self.prefix}fn-{number}" id="{ident}" aria-label="{label}">{number}</a>'
        self.writer.atom(node.start, node.end, f'<sup class="fnref" data-skip>{link}</sup>')


def mention_ident(number: int, occurrence: int) -> str:
    """The id of one mention of a footnote.

    >>> mention_ident(3, 1), mention_ident(3, 2)
    ('fnref-3', 'fnref-3-2')
    """
    return f"fnref-{number}" if occurrence == 1 else f"fnref-{number}-{occurrence}"
