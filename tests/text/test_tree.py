"""Markdown → tree: what each thing means."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.markdown import markdown
from workspace.text import headings, html_inline, links, tree
from workspace.text.nodes import Block, FootnoteRef, Image, Inline, Link, Mark, Text

GUIDANCE_PARTS = [
    "> [!HINWEIS]\n", "> > [!HINWEIS]\n> > x\n", "- > [!HINWEIS]\n", "  > [!HINWEIS]\n", "    > [!HINWEIS]\n", "[^1]: ",
    "> x\n", "\n", "- ", "  ", "```\n", "a\n", "> ", "[!HINWEIS]\n", "    a\n", "1. ", "\t", ": ", "|a|\n|-|\n",
]  # fmt: skip


def only(text: str) -> Block:
    """The one block of a text."""
    (block,) = tree.parse(text).blocks
    return block


def kinds(text: str) -> list[str]:
    return [block.kind for block in tree.parse(text).blocks]


def seen(text: str) -> str:
    """What a reader sees of the first leaf."""
    return tree.rendered(tree.leaf_blocks(tree.parse(text))[0])[0]


def links_of(nodes: tuple[Inline, ...]) -> list[Link]:
    found = []
    for node in nodes:
        if isinstance(node, Link):
            found.append(node)
        if isinstance(node, Link | Mark):
            found += links_of(node.children)
    return found


# Links and images


@pytest.mark.parametrize(
    "target",
    [
        "https://a.example", "http://a.example/x?y=1#z", "HTTPS://A.example", "mailto:a@b.example", "tel:+49123",
        "/papers/x", "/", "#abschnitt", "https://größe.example/ä",
    ],
)  # fmt: skip
def test_a_link_may_lead_there(target: str) -> None:
    assert len(links_of(only(f"[a]({target})\n").inlines)) == 1
    assert len(links_of(only(f"[a][b]\n\n[b]: {target}\n").inlines)) == 1


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "JAVASCRIPT:x", "java\\script:x", "&#106;avascript:x", "vbscript:x", "data:text/html,x",
        "data:image/png;base64,x", "file:///etc/passwd", "ms-word:ofe|u|x", "intent:x", "blob:https://a.example/x",
        "//a.example", "\\\\a.example", "http:a.example", "http:/a.example", "https:///a.example",
        "https:\\\\a.example", "mailto:", "tel:", "tel:x", "bild.png", "x/y", "../x", "?a", "", "ftp://a.example", ":",
        "<java\tscript:x>", "%6aavascript:x", "\u0001javascript:x",
    ],
)  # fmt: skip
def test_a_link_that_leads_elsewhere_is_plain_text(target: str) -> None:
    for text in (f"[Wort]({target})\n", f"[Wort][b]\n\n[b]: {target}\n", f"<{target}>\n"):
        document = tree.parse(text)
        assert not [link for block in document.blocks for link in links_of(block.inlines)]
    assert "Wort" in tree.plain_text(tree.parse(f"[Wort]({target})\n"))


@pytest.mark.parametrize("target", ["/\\a.example", "\\/a", "/ a", "/a\n", 'https://a.example/"x', "#", "/a\x7f"])
def test_a_target_with_other_signs_is_refused(target: str) -> None:
    assert not links.is_allowed_target(target)


def test_the_text_of_an_address_is_shown_as_it_was_written() -> None:
    block = only("<https://a.example/%C3%BC?x=ä>\n")
    assert tree.rendered(block)[0] == "https://a.example/%C3%BC?x=ä"


def test_a_link_within_a_link_is_only_its_text() -> None:
    (link,) = links_of(only("[außen <https://innen.example> Ende](/p)\n").inlines)
    assert not links_of(link.children)
    assert seen("[außen <https://innen.example> Ende](/p)\n") == "außen https://innen.example Ende"


@pytest.mark.parametrize("name", ["b.png", "Bild_1-a.jpg", "größe.webp", "<Bild 1.png>", "Bild%201.png", "a"])
def test_an_image_names_an_attachment(name: str) -> None:
    (image,) = only(f"![Alt]({name})\n").inlines
    assert isinstance(image, Image)
    assert image.alt == "Alt"


@pytest.mark.parametrize(
    "name", ["/b.png", "a/b.png", "https://a.example/b.png", "data:image/png;base64,x", "..", ".b", "a%2Fb", "a:b", ""]
)
def test_an_image_from_elsewhere_is_its_alternative_text(name: str) -> None:
    block = only(f"vor ![Alt *x*]({name}) nach\n")
    assert not [node for node in block.inlines if isinstance(node, Image)]
    assert tree.rendered(block)[0] == "vor Alt x nach"


@pytest.mark.parametrize(
    ("behind", "alt", "caption", "width"),
    [
        ("(b.png)", "A", "", None),
        ('(b.png "Titel")', "A", "Titel", None),
        ('(b.png "Titel"){caption="Eins"}', "A", "Eins", None),
        ('(b.png){caption="Ein \\"Wort\\", ja" width=60%}', "A", 'Ein "Wort", ja', 60),
        ("(b.png){width=60}", "A", "", 60),
        ("(b.png){width=9%}", "A", "", None),
        ("(b.png){width=101%}", "A", "", None),
        ("(b.png){width=٦٠}", "A", "", None),
        ('(b.png){alt="Anders" #id .klasse style="x"}', "Anders", "", None),
        ('(b.png){alt=""}', "", "", None),
        ("(b.png){}", "A", "", None),
        ("(b.png){ width=50% }", "A", "", 50),
    ],
)
def test_attributes_of_an_image(behind: str, alt: str, caption: str, width: int | None) -> None:
    block = only(f"![A]{behind}\n")
    (image,) = block.inlines
    assert block.kind == "figure"
    assert isinstance(image, Image)
    assert (image.alt, image.caption, image.width) == (alt, caption, width)


@pytest.mark.parametrize(
    "text", ["**a**{width=60%}\n", "`a`{width=60%}\n", "[a](/b){width=60%}\n", "# A {width=60%}\n"]
)
def test_nothing_but_images_has_attributes(text: str) -> None:
    assert "{width=60%}" in seen(text)


def test_an_image_alone_in_its_paragraph_is_a_figure() -> None:
    assert kinds("![a](b.png)\n\nText ![a](b.png)\n") == ["figure", "paragraph"]


def test_the_caption_of_a_figure_is_its_text_and_knows_its_place() -> None:
    text = '![a](b.png){caption="Wo es steht"}\n'
    block = only(text)
    start, end = tree.source_span(tree.parse(text), block.start, 3, 5)
    assert tree.rendered(block)[0] == "Wo es steht"
    assert text[start:end] == "es"


# Tables, quotes, lists, footnotes


def test_a_paragraph_behind_a_table_is_its_caption() -> None:
    block = only("a|b\n-|-\n1|2\n\n: Die *Zahlen*\n")
    assert block.kind == "table"
    assert tree.rendered(tree.caption_leaf(block))[0] == "Die Zahlen"
    assert block.end == 27


@pytest.mark.parametrize("text", ["a|b\n-|-\n\n:Kein Titel\n", "a|b\n-|-\n\n# A\n\n: Kein Titel\n"])
def test_other_paragraphs_are_no_caption(text: str) -> None:
    assert kinds(text)[-1] == "paragraph"


def test_cells_know_head_and_alignment() -> None:
    head, row = only("|a|b|c|\n|:-|-:|:-:|\n|1|2|3|\n").children
    assert (head.header, row.header) == (True, False)
    assert [cell.align for cell in row.children] == ["left", "right", "center"]
    assert all(cell.header for cell in head.children)


def test_a_pipe_in_a_cell_is_one_piece() -> None:
    text = "|a|\n|-|\n|x \\| y|\n"
    cell = only(text).children[1].children[0]
    assert tree.rendered(cell)[0] == "x | y"
    assert text[cell.start : cell.end] == "x \\| y"


@pytest.mark.parametrize("sign", ["[!HINWEIS]", "[!Hinweis]", "[!hinweis]  "])
def test_a_quote_that_says_so_is_guidance(sign: str) -> None:
    block = only(f"> {sign}\n> Bitte **kurz**.\n>\n> - Punkt\n")
    assert block.kind == "guidance"
    assert [tree.plain_text(child) for child in block.children] == ["Bitte kurz.", "Punkt"]


@pytest.mark.parametrize("text", ["> [!HINWEIS] kurz\n", "> a\n> [!HINWEIS]\n", "> # [!HINWEIS]\n", "[!HINWEIS]\n"])
def test_other_quotes_are_no_guidance(text: str) -> None:
    assert not tree.guidance_spans(tree.parse(text))


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("a\n\n> [!HINWEIS]\n> x\n\nb\n", "a\n\nb\n"),
        ("> [!HINWEIS]\n> x\n\nb\n", "b\n"),
        ("a\n\n> [!HINWEIS]\n", "a\n"),
        ("> [!HINWEIS]\n> x\n", ""),
        ("# A\n> [!HINWEIS]\n> x\n\nb\n", "# A\n\nb\n"),
        ("> [!HINWEIS]\n> x\n\n> [!HINWEIS]\n> y\n\nb\n", "b\n"),
        ("> [!HINWEIS]\n> > [!HINWEIS]\n> > x\n\nb\n", "b\n"),
        ("a\n", "a\n"),
        ("", ""),
        ("> Zitat\n", "> Zitat\n"),
        ("a\n\n\n> [!HINWEIS]\n> x\n\n    code\n", "a\n\n    code\n"),
    ],
)
def test_guidance_is_never_published(text: str, published: str) -> None:
    assert tree.without_guidance(text) == published


@pytest.mark.long
def test_no_guidance_is_left_in_a_text_that_hides_it_behind_the_bounds() -> None:
    text = "- > [!HINWEIS]\n  > geheim\n" * 35_000
    published = tree.without_guidance(text)
    assert "HINWEIS" not in published
    assert "geheim" not in published


@given(st.lists(st.sampled_from(GUIDANCE_PARTS), max_size=25).map("".join))
def test_no_guidance_is_left_however_it_is_nested(text: str) -> None:
    assert not tree.guidance_spans(tree.parse(tree.without_guidance(text)))


@given(markdown)
@settings(deadline=None)
def test_no_guidance_is_left_in_any_text(text: str) -> None:
    published = tree.without_guidance(text)
    assert not tree.guidance_spans(tree.parse(published))
    assert tree.without_guidance(published) == published


def test_tasks_are_done_or_open() -> None:
    items = only("- [ ] offen\n- [x] getan\n- [X] auch\n- [y] nichts\n- Text\n- [ ]\n").children
    assert [item.checked for item in items] == [False, True, True, None, None, None]
    assert [tree.plain_text(item) for item in items] == ["offen", "getan", "auch", "[y] nichts", "Text", "[ ]"]


@pytest.mark.parametrize(
    ("text", "ordered", "number", "tight"),
    [
        ("- a\n- b\n", False, 0, True),
        ("3. a\n4. b\n", True, 3, True),
        ("0. a\n", True, 0, True),
        ("- a\n\n- b\n", False, 0, False),
    ],
)
def test_lists(text: str, ordered: bool, number: int, tight: bool) -> None:
    block = only(text)
    assert (block.ordered, block.number, block.tight) == (ordered, number, tight)


def test_footnotes_are_numbered_by_their_first_mention() -> None:
    document = tree.parse("a[^z] b[^y] c[^z][^fehlt]\n\n[^y]: Y[^x]\n[^u]: nie\n[^x]: X[^z]\n[^z]: Z\n[^z]: nochmal\n")
    assert [(note.number, note.ident, tree.plain_text(note)) for note in document.footnotes] == [
        (1, "z", "Z"),
        (2, "y", "Y"),
        (3, "x", "X"),
    ]
    refs = [node for node in document.blocks[0].inlines if isinstance(node, FootnoteRef)]
    assert [(ref.label, ref.number, ref.occurrence) for ref in refs] == [("z", 1, 1), ("y", 2, 1), ("z", 1, 2)]
    assert tree.rendered(document.blocks[0])[0] == "a b c[^fehlt]"


def test_a_mention_in_an_alternative_text_counts_for_nothing() -> None:
    document = tree.parse("![a[^1]](b.png) c[^2]\n\n[^1]: eins\n\n[^2]: zwei\n")
    assert [note.ident for note in document.footnotes] == ["2"]


def test_html_of_the_writer_is_text() -> None:
    assert seen("<b onclick=x>a</b> <!-- c -->\n") == "<b onclick=x>a</b> <!-- c -->"
    assert kinds("<div>\n\n*a*\n\n</div>\n") == ["paragraph", "paragraph", "paragraph"]


def test_signs_stay_as_they_were_typed() -> None:
    assert seen('(c) -- ... "so" www.a.example http://a.example\n') == '(c) -- ... "so" www.a.example http://a.example'


# Headings


@pytest.mark.parametrize(
    ("levels", "ranks"),
    [
        ([1, 2, 3], [2, 3, 4]),
        ([2, 3, 2], [2, 3, 2]),
        ([3, 3], [2, 2]),
        ([1, 3, 3, 2, 3], [2, 3, 3, 3, 4]),
        ([1, 6], [2, 3]),
        ([3, 1, 2], [2, 2, 3]),
        ([1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 6]),
    ],
)
def test_ranks_begin_at_two_and_skip_none(levels: list[int], ranks: list[int]) -> None:
    document = tree.parse("".join(f"{'#' * level} A\n\n" for level in levels))
    assert [heading.rank for heading in tree.headings(document)] == ranks
    assert [heading.level for heading in tree.headings(document)] == levels


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["", "> ", "- "])), max_size=12))
def test_no_rank_is_ever_skipped_downwards(parts: list[tuple[int, str]]) -> None:
    document = tree.parse("".join(f"{before}{'#' * level} A\n\n" for level, before in parts))
    rank = 1
    for heading in tree.headings(document):
        assert 2 <= heading.rank <= min(6, rank + 1)
        rank = heading.rank


def test_addresses_of_headings_are_made_of_their_words() -> None:
    document = tree.parse("# Früh & *ergebnisoffen*\n\n# Maß für Größe\n\n# Früh & ergebnisoffen\n\n# Привет\n\n# \n")
    assert [heading.ident for heading in tree.headings(document)] == [
        "h-frueh-ergebnisoffen",
        "h-mass-fuer-groesse",
        "h-frueh-ergebnisoffen-2",
        "h-abschnitt",
        "h-abschnitt-2",
    ]


@given(st.lists(st.sampled_from(["A", "A 2", "A 2 2", "a!", "Ä", "", "x" * 90]), max_size=30))
def test_addresses_of_headings_are_unique(titles: list[str]) -> None:
    document = tree.parse("".join(f"# {title}\n\n" for title in titles))
    idents = [heading.ident for heading in tree.headings(document)]
    assert len(set(idents)) == len(titles)


@pytest.mark.parametrize("module", [headings, html_inline, links])
def test_the_documented_examples_are_true(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


def test_plain_text_is_what_readers_see() -> None:
    document = tree.parse("# A *b*\n\n- c\n- d\n\n|e|\n|-|\n|f|\n\n: g\n\nh[^1]\n\n[^1]: i\n")
    assert tree.plain_text(document).split("\n") == ["A b", "c", "d", "e", "f", "g", "h", "i"]


def test_text_not_in_the_stored_form_keeps_its_positions() -> None:
    document = tree.parse("a\r\nb\x00c\ud800\n")
    assert document.source == "a \nb\ufffdc\ufffd\n"
    assert isinstance(document.blocks[0].inlines[0], Text)
