"""A difference as data: leaves with runs of words, from which both texts can be read."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings

from tests.text.redline_changes import mixed_pairs
from tests.text.test_redline import compared
from workspace.text.nodes import Block, Document, Image
from workspace.text.redline_inline import ATOM, BORDER, Context, flatten
from workspace.text.redline_rows import rows
from workspace.text.tree import leaf_blocks, parse


def kept_words(text: str) -> list[str]:
    return text.replace(ATOM, "").replace(BORDER, " ").split()


def words_of(document: Document) -> list[str]:
    return sorted(word for leaf in leaf_blocks(document) for word in kept_words(flatten(leaf, Context()).text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mixed_pairs())
def test_both_texts_can_be_read_out_of_the_rows(pair: tuple[str, str]) -> None:
    found = list(rows(compared(*pair)))
    for side, text in zip((-1, 1), pair, strict=True):
        shown = [row for row in found if row.side in (0, side) and not row.is_away]
        assert sorted(word for row in shown for word in kept_words(row.text(side))) == words_of(parse(text))


def test_a_row_says_where_it_stands_and_what_happened() -> None:
    old, new = "## Ziel\n\n- Rat **fragen**\n- Plan\n", "## Ziel\n\n- Rat der Stadt **fragen**\n- Plan\n"
    heading, first, second = rows(compared(old, new))
    assert [block.kind for block in first.path] == ["list", "item", "paragraph"]
    assert (heading.change, first.change, first.number, second.change) == ("", "edit", 1, "")
    assert [(run.kind, run.text.strip(), run.styles) for run in first.runs if run.text.strip()] == [
        (0, "Rat", ()),
        (1, "der Stadt", ()),
        (0, "fragen", (("strong",),)),
    ]


def test_a_move_has_one_number_at_both_places() -> None:
    passage = "Ein Absatz, der lang genug ist, um an anderer Stelle erkannt zu werden."
    others = "Was davor und danach steht, ist noch um einiges länger und bleibt deshalb an seinem Ort stehen."
    old, new = f"{passage}\n\n{others}\n", f"{others}\n\n{passage}\n"
    moved = [row for row in rows(compared(old, new)) if row.change == "move"]
    assert [(row.number, row.is_away) for row in moved] == [(1, True), (1, False)]


def pictures(blocks: tuple[Block, ...]) -> Iterator[Image]:
    for block in blocks:
        yield from (inline for inline in block.inlines if isinstance(inline, Image))


def test_pictures_and_remarks_come_along() -> None:
    old, new = '![Plan](a.png){caption="Alt"}\n', '![Plan](b.png){caption="Neu"}\n'
    (row,) = rows(compared(old, new))
    assert [note.kind for note in row.notes] == ["picture"]
    assert [image.name for image in pictures(row.path)] == ["b.png"]
    assert (row.text(-1), row.text(1)) == ("Alt", "Neu")
