"""Marked passages: any overlap, any formatting; no text changes and no element breaks."""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.text.markdown import FULL, markdown
from tests.text.pages import Written, as_browser, assert_text, elements, parsed, picture, shown, visible
from workspace.text import html, tree


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[html.Mark]]:
    text = draw(markdown)
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6))
    return text, [
        html.Mark(*sorted(span), f"t{n}", f"m{n}", "Rückmeldung", n, f"#k{n}" if n % 3 else "")
        for n, span in enumerate(spans)
    ]


@given(marked())
@example((FULL, [html.Mark(n * 9, n * 23, f"t{n}", f"m{n}", "R", n, f"#k{n}") for n in range(40)]))
@settings(deadline=None)
def test_passages_change_no_text_and_break_no_element(case: tuple[str, list[html.Mark]]) -> None:
    text, marks = case
    document = tree.parse(text)
    page = html.render(document, figure=picture, marks=marks)
    assert as_browser(page) == Written(page).stack[0][2]
    assert visible(parsed(page)) == visible(parsed(html.render(document, figure=picture)))
    assert_text(document, page)


@given(marked())
@settings(deadline=None)
def test_a_passage_marks_just_its_letters(case: tuple[str, list[html.Mark]]) -> None:
    text, marks = case
    document = tree.parse(text)
    page = elements(html.render(document, marks=marks, figure=picture))
    counters = Counter(element.get("href") for element in page if element.get("class") == "cref")
    idents = Counter(element.get("id") for element in page if element.tag == "mark" and element.get("id"))
    for mark in marks:
        pieces = [e for e in page if e.tag == "mark" and e.get("class") == mark.css_class]
        found = "".join(visible(piece) for piece in pieces)
        wanted = [
            letter
            for leaf in tree.leaf_blocks(document)
            for letter, (start, end) in zip(*tree.rendered(leaf), strict=True)
            if start < mark.end and end > mark.start
        ]
        assert sorted(found) == sorted(wanted)
        assert idents[mark.ident] == bool(pieces)
        assert bool(pieces) >= bool(wanted)
        assert counters[mark.href or None] == (bool(pieces) and bool(mark.href))
        assert all(index == 0 or piece.get("id") is None for index, piece in enumerate(pieces))


@given(marked())
@example((FULL + FULL, []))
@settings(deadline=None)
def test_every_id_is_unique_and_every_way_inside_the_page_leads_somewhere(
    case: tuple[str, list[html.Mark]],
) -> None:
    text, marks = case
    page = elements(shown(text, marks=marks, id_prefix="neu-"))
    idents = Counter(element.get("id") for element in page if element.get("id"))
    assert set(idents.values()) <= {1}
    assert all(ident and ident.startswith(("neu-", "t")) for ident in idents)
    for element in page:
        target = element.get("href", "")
        if element.get("class") == "para" or element.get("aria-label"):
            assert target[1:] in idents or not target
        if element.get("aria-labelledby"):
            assert element.get("aria-labelledby") in idents


def test_a_passage_over_a_link_has_its_counter_behind_the_link() -> None:
    page = shown("Ein [Verweis](/x) hier\n", marks=[html.Mark(2, 9, "t1", "", "Nr. 1: ", 2, "#k1")])
    assert (
        '<mark id="t1">n </mark><a href="/x"><mark data-for="t1">Verw</mark>eis</a>'
        '<a class="cref" data-skip href="#k1"><span class="vh">Nr. 1: </span>2</a> hier'
    ) in page


def test_a_passage_over_several_blocks_marks_each_and_counts_once() -> None:
    page = shown("# Titel\n\neins\n\n- zwei\n", marks=[html.Mark(0, 22, "t1", "is-open", "", 3, "#k1")])
    assert page.count('<mark id="t1" class="is-open">') == 1
    assert page.count("<mark") == 3
    assert '<mark data-for="t1" class="is-open">zwei</mark><a class="cref" data-skip href="#k1">3</a>' in page


def test_passages_may_overlap() -> None:
    page = shown("abcdef\n", marks=[html.Mark(0, 4, "t1"), html.Mark(2, 6, "t2")])
    assert (
        '<mark id="t1">ab</mark><mark data-for="t1"><mark id="t2">cd</mark></mark><mark data-for="t2">ef</mark>' in page
    )
