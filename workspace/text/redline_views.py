"""A difference as pages show it: one column, changes only, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workspace.text.html_inline import Figure
from workspace.text.leaves import plain_text
from workspace.text.passages import escape
from workspace.text.redline import Entry, Group, Node, Redline, Section
from workspace.text.redline_html import BlockHtml
from workspace.text.redline_inline import Context
from workspace.text.redline_words import GERMAN, Person, Words, short

FOLDED_FROM = 3
"""In one column a stretch of so many unchanged blocks, beyond the neighbours of a change, is folded."""
SIGNS = {"edit": ("edit", "±"), "form": ("edit", "±"), "new": ("new", "+"), "out": ("out", "−"), "move": ("move", "↓")}
MOST_INITIALS = 3


@dataclass(frozen=True, slots=True)
class Look:
    """How a difference is written.

    Attributes:
        figure: finds the files of pictures, see `html.render`.
        people: who is who among the authors; initials are shown when there is more than one.
        has_numbers: whether headings show their section numbers.
    """

    words: Words = GERMAN
    figure: Figure | None = None
    people: Mapping[Hashable, Person] | None = None
    has_numbers: bool = True


PLAIN = Look()


def column(redline: Redline, look: Look = PLAIN) -> str:
    """The whole text in one column; long unchanged stretches are folded, a neighbour of each change stays."""
    return _Column(redline, look).write(context=1, least=FOLDED_FROM)


def whole(redline: Redline, look: Look = PLAIN) -> str:
    """The whole text in one column, nothing folded; for print and for checking."""
    return _Column(redline, look).write(context=len(redline.entries), least=len(redline.entries) + 1)


def changes_only(redline: Redline, look: Look = PLAIN) -> str:
    """The changed paragraphs under their headings; everything else is folded."""
    return _Column(redline, look).write(context=0, least=1)


def side_by_side(redline: Redline, old_label: str, new_label: str, look: Look = PLAIN) -> str:
    """A table with the older text left and the newer right, a row per block."""
    return _Synopsis(redline, look, old_label, new_label).write()


class _View:
    """What one column and two have in common."""

    def __init__(self, redline: Redline, look: Look) -> None:
        self.redline, self.look, self.words = redline, look, look.words
        self.people = look.people or {}
        if len({author for author, _ in redline.people}) < 2:
            self.people = {}
        self.numbers = self._numbers() if look.has_numbers else {}
        self.out: list[str] = []

    def _numbers(self) -> dict[str, str]:
        """Section numbers by the ident of their heading; none where a title brings its own."""
        found: dict[str, str] = {}
        last: Section | None = None
        for entry, section in zip(self.redline.entries, self.redline.sections, strict=True):
            block = entry.node.new
            if section is not None and section is not last and block is not None and not section.has_own_number:
                found[block.ident] = section.number
            last = section
        return found

    def blocks(self, side: int = 0, *, has_ids: bool = True) -> BlockHtml:
        html = BlockHtml(
            side=side, words=self.words, figure=self.look.figure, people=self.people, numbers=self.numbers,
            context=Context.of(self.redline.old if side < 0 else self.redline.new, {}), has_ids=has_ids,
        )  # fmt: skip
        html.move_words = self._inner_move
        return html

    # -- signs -----------------------------------------------------------------------------------

    def gutter(self, nodes: Sequence[Node], group: Group | None = None) -> str:
        """Sign, hidden words and initials of the changes in a row; "" without changes."""
        units = [unit for node in nodes for unit in numbered(node)]
        if not units:
            return ""
        kinds = list(dict.fromkeys(unit.change for unit in units))
        kind = kinds[0] if len(kinds) == 1 else "edit"
        name, sign = SIGNS[kind]
        if kind == "move" and group is not None and group.is_upwards:
            sign = "↑"
        word = self.words.signs[kind] if len(units) == 1 else self.words.several.format(count=len(units))
        return (
            f'<div class="row__by" data-skip><span class="sign sign--{name}" aria-hidden="true">{sign}</span>'
            f'<span class="vh">{escape(word)} </span>{self._initials(units)}</div>'
        )

    def _initials(self, units: Iterable[Node]) -> str:
        authors = dict.fromkeys(author for unit in units for author in unit.authors if author in self.people)
        people = [self.people[author] for author in authors]
        shown = "".join(
            f'<span class="who" title="{escape(person.name)}" aria-hidden="true">{escape(person.initials)}</span>'
            f'<span class="vh">{escape(person.name)} </span>'
            for person in people[:MOST_INITIALS]
        )
        if len(people) > MOST_INITIALS:
            rest = ", ".join(person.name for person in people[MOST_INITIALS:])
            shown += (
                f'<span class="who" title="{escape(rest)}" aria-hidden="true">+{len(people) - MOST_INITIALS}</span>'
                f'<span class="vh">{escape(rest)} </span>'
            )
        return shown

    # -- moves -----------------------------------------------------------------------------------

    def came_from(self, group: Group) -> str:
        """The line above blocks that moved, with the way back to where they stood."""
        return f'<p class="moved__note" data-skip>{self._came_from(group)}</p>\n'

    def _came_from(self, group: Group) -> str:
        words = self.words
        origin = self.redline.section_of(group, is_away=True)
        if origin is None or origin == self.redline.section_of(group, is_away=False):
            text = words.moved_up if group.is_upwards else words.moved_down
        else:
            text = words.moved_from.format(section=self._named(origin))
        link = f'<a href="#m{group.number}">{escape(text)}</a>'
        if any(node.is_changed for node in group.came):
            link = escape(words.moved_and_changed).replace("{moved}", link)
        return link

    def _inner_move(self, group: Group, side: int) -> str:
        """The line at an item, a row or the like that moved, or at the place it left."""
        if side > 0:
            return self._came_from(group) + " "
        words, count = self.words, len(group.left)
        quote = short(plain_text(group.left[0].block).replace("\n", " "))
        text = (words.part_left if count == 1 else words.parts_left).format(quote=quote, count=count)
        target = self._now_in(group)
        if target is not None:
            now = words.part_in.format(section=self._named(target))
        else:
            now = words.part_above if group.is_upwards else words.part_below
        return f'{escape(text)} <a href="#c{group.number}">{escape(now)}</a>'

    def _now_in(self, group: Group) -> Section | None:
        """The section that blocks moved to; None when they did not leave theirs."""
        target = self.redline.section_of(group, is_away=False)
        return None if target == self.redline.section_of(group, is_away=True) else target

    def _named(self, section: Section) -> str:
        """A section by its number, or by its title where it has none."""
        if section.number:
            return self.words.section.format(number=section.number)
        return self.words.section_titled.format(title=section.title)

    def stood_here(self, entry: Entry, group: Group) -> str:
        """The line at the place blocks left."""
        words, count = self.words, len(group.left)
        quote = short(plain_text(entry.node.block).replace("\n", " "))
        stood = words.stood_here if count == 1 else words.stood_here_many
        target = self._now_in(group)
        if target is not None:
            now = words.stands_in if count == 1 else words.stands_in_many
            now = now.format(section=self._named(target))
        elif group.is_upwards:
            now = words.stands_above if count == 1 else words.stands_above_many
        else:
            now = words.stands_below if count == 1 else words.stands_below_many
        text = escape(stood.format(quote=quote, count=count))
        return f'<p class="moved-from" data-skip>{text} <a href="#c{group.number}">{escape(now)}</a></p>'

    # -- folds -----------------------------------------------------------------------------------

    def stretches(self, context: int, least: int) -> Iterator[tuple[bool, list[int]]]:
        """Neighbouring entries that stay (False) or are folded (True)."""
        entries = self.redline.entries
        stays = [not is_quiet(entry) for entry in entries]
        for at, entry in enumerate(entries):
            if entry.node.block.kind != "heading" and not is_quiet(entry):
                for near in range(max(0, at - context), min(len(entries), at + context + 1)):
                    stays[near] = True
        above: list[int] = []
        for at, entry in enumerate(entries):
            block = entry.node.block
            if block.kind == "heading" and not entry.is_away:
                while above and entries[above[-1]].node.block.rank >= block.rank:
                    above.pop()
                above.append(at)
            if stays[at]:  # under all the headings it stands under: no level is left out
                for heading in above:
                    stays[heading] = True
        at = 0
        while at < len(entries):
            after = at
            while after < len(entries) and stays[after] == stays[at]:
                after += 1
            found = list(range(at, after))
            has_text = any(entries[place].node.block.kind != "heading" for place in found)
            yield not stays[at] and has_text and len(found) >= least, found
            at = after

    def fold_label(self, places: Sequence[int]) -> str:
        words = self.words
        entries = [self.redline.entries[place] for place in places]
        count = sum(entry.node.block.kind != "heading" for entry in entries)
        label = words.fold_one if count == 1 else words.fold_many.format(count=count)
        sections = self.redline.sections
        names = list(dict.fromkeys(section.name for place in places if (section := sections[place]) is not None))
        if len(names) == 1 and places[0] and sections[places[0] - 1] == sections[places[0]]:
            names = []  # its heading stands above
        if len(names) > 2:
            names = [words.sections_to.format(first=names[0], last=names[-1])]
        text = f"{label}: {', '.join(names)}." if names else f"{label}."
        return f"<summary>{escape(text)} <u>{escape(words.show)}</u></summary>"

    def has_changed_notes(self) -> bool:
        return any(note.is_changed for note in self.redline.notes)

    def note_label(self) -> str:
        text, show = self.words.page.footnotes, self.words.show
        return f"<summary>{escape(text)}. <u>{escape(show)}</u></summary>"


class _Column(_View):
    def __init__(self, redline: Redline, look: Look) -> None:
        super().__init__(redline, look)
        self.html = self.blocks()

    def write(self, *, context: int, least: int) -> str:
        self.out.append('<div class="rows">\n')
        for is_fold, places in self.stretches(context, least):
            if is_fold:
                self.html.nodes(self.redline.entries[place].node for place in places)
                inside = self.html.take()
                label = self.fold_label(places)
                self.out.append(f'<details class="fold">{label}<div class="prose">\n{inside}</div></details>\n')
            else:
                for entries in self._together(places):
                    self._row(entries)
        self._notes(is_open=least > len(self.redline.entries))
        self.out.append("</div>\n")
        return "".join(self.out)

    def _together(self, places: Sequence[int]) -> Iterator[list[Entry]]:
        """Entries one by one, neighbours that moved together at once."""
        entries = (self.redline.entries[place] for place in places)
        for group, found in groupby(entries, lambda entry: (id(entry.group), entry.is_away) if entry.group else None):
            if group is None:
                yield from ([entry] for entry in found)
            else:
                yield list(found)

    def _row(self, entries: list[Entry]) -> None:
        entry, nodes = entries[0], [entry.node for entry in entries]
        node, group = entry.node, entry.group
        if group is not None and entry.is_away:
            self._place_left(entry, group)
            return
        address = f' id="c{node.number}" data-n="{node.number}"' if node.number else ""
        kind = " row--head" if node.block.kind == "heading" and group is None else ""
        gutter = self.gutter(nodes, group) or "<div></div>"
        for moved in nodes:
            self.html.node(moved, is_outer=True)
        self.html.said(nodes)
        inside = self.html.take()
        if group is not None:
            inside = f'<div class="moved" data-moved="m{group.number}">\n{self.came_from(group)}{inside}</div>\n'
        self.out.append(f'<div class="row{kind}"{address}>{gutter}<div class="prose">\n{inside}</div></div>\n')

    def _place_left(self, entry: Entry, group: Group) -> None:
        sign = "↑" if group.is_upwards else "↓"
        self.out.append(
            f'<div class="row" id="m{group.number}"><div class="row__by" data-skip><span class="sign sign--move"'
            f' aria-hidden="true">{sign}</span></div>{self.stood_here(entry, group)}</div>\n'
        )

    def _notes(self, *, is_open: bool) -> None:
        notes = self.redline.notes
        if not notes:
            return
        self.html.footnotes(notes)
        if self.has_changed_notes() or is_open:
            self.html.said(notes)
            inside = self.html.take()
            gutter = self.gutter(notes) or "<div></div>"
            self.out.append(f'<div class="row">{gutter}<div class="prose">\n{inside}</div></div>\n')
        else:
            inside = self.html.take()
            self.out.append(f'<details class="fold">{self.note_label()}<div class="prose">\n{inside}</div></details>\n')


class _Synopsis(_View):
    def __init__(self, redline: Redline, look: Look, old_label: str, new_label: str) -> None:
        super().__init__(redline, look)
        self.labels = (escape(old_label), escape(new_label))
        self.old, self.new = self.blocks(-1, has_ids=False), self.blocks(1)
        self.old.column = old_label

    def write(self) -> str:
        left, right = self.labels
        self.out.append(
            f'<table class="syn"><caption class="vh">{escape(self.words.synopsis)}</caption>'
            '<colgroup><col class="c-by"><col><col></colgroup>\n'
            f'<thead><tr><td></td><th scope="col" class="old">{left}</th><th scope="col" class="new">{right}</th></tr>'
            "</thead><tbody>\n"
        )
        for is_fold, places in self.stretches(1, FOLDED_FROM):
            if is_fold:
                self._fold(places)
            else:
                for place in places:
                    self._row(self.redline.entries[place])
        self._notes()
        self.out.append("</tbody></table>\n")
        return "".join(self.out)

    def _fold(self, places: Sequence[int]) -> None:
        self.new.nodes(self.redline.entries[place].node for place in places)
        self._folded(self.fold_label(places), self.new.take())

    def _folded(self, label: str, inside: str) -> None:
        self.out.append(
            f'<tr class="is-fold"><td></td><td colspan="2"><details>{label}'
            f'<div class="prose">\n{inside}</div></details></td></tr>\n'
        )

    def _row(self, entry: Entry) -> None:
        node, group = entry.node, entry.group
        if group is not None and entry.is_away:
            if node is group.left[0]:
                text = self.stood_here(entry, group)
                self._cells(
                    f' id="m{group.number}"', "", text, f'<td class="new none">{escape(self.words.elsewhere)}</td>'
                )
            return
        address = f' id="c{node.number}" data-n="{node.number}"' if node.number else ""
        if is_quiet(entry):
            address = ' class="is-same"'
        old = new = ""
        if node.old is not None:
            self.old.node(node, is_outer=True)
            old = self.old.take()
        if node.new is not None:
            self.new.node(node, is_outer=True)
            self.new.said([node])
            new = self.new.take()
            if group is not None and node.number:
                new = self.came_from(group) + new
        gone = f'<td class="new none">{escape(self.words.absent_new)}</td>'
        self._cells(address, self.gutter([node], group), old, self._cell("new", new) if node.new is not None else gone)

    def _cells(self, address: str, gutter: str, old: str, new_cell: str) -> None:
        absent = f'<td class="old none">{escape(self.words.absent_old)}</td>'
        old_cell = self._cell("old", old) if old else absent
        self.out.append(f'<tr{address}><td class="by">{gutter}</td>{old_cell}{new_cell}</tr>\n')

    def _cell(self, side: str, inside: str) -> str:
        label = self.labels[side == "new"]
        return f'<td class="{side}"><span class="lab">{label}</span><div class="prose">\n{inside}</div></td>'

    def _notes(self) -> None:
        notes = self.redline.notes
        if not notes:
            return
        self.new.footnotes(notes)
        if not self.has_changed_notes():
            self._folded(self.note_label(), self.new.take())
            return
        self.new.said(notes)
        self.old.footnotes(notes)
        self._cells("", self.gutter(notes), self.old.take(), self._cell("new", self.new.take()))


def is_quiet(entry: Entry) -> bool:
    """Whether nothing happened to a block of the first level."""
    return entry.group is None and not entry.node.is_changed


def numbered(node: Node) -> Iterator[Node]:
    """The changes in a block, in order."""
    if node.number:
        yield node
        if node.block.kind != "table":
            return
    for child in node.children:
        yield from numbered(child)
