"""Tree → HTML: safe by construction, well-formed, its text exactly the tree's."""

from __future__ import annotations

import time
from collections import Counter

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.text.markdown import FULL, markdown
from tests.text.pages import Written, as_browser, assert_text, elements, picture, shown
from workspace.text import html, tree

# Safety


@given(markdown, st.booleans())
@example(FULL, True)
@settings(deadline=None)
def test_a_browser_reads_what_was_written(text: str, numbers: bool) -> None:
    page = shown(text, numbers=numbers)
    assert as_browser(page) == Written(page).stack[0][2]


@given(markdown)
@example(FULL)
@settings(deadline=None)
def test_a_sanitizer_finds_nothing_to_remove(text: str) -> None:
    page = shown(text, numbers=True)
    cleaned = nh3.clean(
        page,
        tags=ALLOWED,
        attributes=ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
        strip_comments=True,
    )
    assert as_browser(cleaned) == as_browser(page)


PLACE = {"id", "class", "data-start", "data-end", "data-skip"}
ALLOWED = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3",
    "h4", "h5", "h6", "hr", "img", "input", "li", "mark", "ol", "p", "pre", "s", "section", "span", "strong", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {tag: set(PLACE) for tag in ALLOWED} | {
    "a": {*PLACE, "href", "title", "rel", "aria-label"},
    "div": {*PLACE, "role", "tabindex", "aria-label", "aria-labelledby"},
    "img": {*PLACE, "src", "alt", "width", "height", "loading", "decoding"},
    "input": {*PLACE, "type", "disabled", "checked", "aria-label"},
    "ol": {*PLACE, "start"},
    "pre": {*PLACE, "tabindex"},
    "section": {*PLACE, "aria-labelledby"},
    "th": {*PLACE, "scope"},
}
_INJECTION = "\"><script>alert(1)</script><img src=x onerror=alert(1)> ' style='x"


@pytest.mark.parametrize(
    "text",
    [
        _INJECTION,
        f"`{_INJECTION}`",
        f"    {_INJECTION}",
        f"```{_INJECTION}\nx\n```",
        f"# {_INJECTION}",
        f"![{_INJECTION}](b.png)",
        f'![a](b.png){{caption="{_INJECTION[1:]}" alt="<b>"}}',
        "![a](b.png '\"><script>alert(1)</script>')",
        '[a](https://x.example/"onclick=alert(1))',
        "[a](https://x.example '\"><script>')",
        f"|{_INJECTION}|\n|-|\n|{_INJECTION}|\n\n: {_INJECTION}",
        f"a[^1]\n\n[^1]: {_INJECTION}",
        "a[^<b>]\n\n[^<b>]: x",
        '<https://x.example/"><script>alert(1)</script>',
        "&lt;script&gt;alert(1)&lt;/script&gt; &quot; &#60;b&#62;",
        "<!-- --><![CDATA[x]]><?php ?>",
        "Begriff<b>\n: <script>",
    ],
)
def test_nothing_of_the_writer_becomes_markup(text: str) -> None:
    page = shown(text + "\n")
    for element in elements(page):
        assert element.tag in ALLOWED or element.tag == "DOCUMENT_FRAGMENT"
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set())
        assert not element.get("class", "").count("<")
    assert as_browser(page) == Written(page).stack[0][2]


def test_what_the_page_passes_in_is_escaped_too() -> None:
    page = html.render(
        tree.parse("Wort ![a](b.png)\n\n- [x] a\n\nb[^1]\n\n[^1]: c\n"),
        figure=lambda _name: ('/f/"><b>', 1, 1),
        class_for=lambda _block: '"><b>',
        words=html.Words(address='"><b>', footnotes="<b>", done='"<b>', back='"<b>'),
        marks=[html.Mark(0, 2, '"><b>', '"><b>', "<b>", 1, '"><b>')],
        id_prefix='"><b>',
    )
    assert not [element for element in elements(page) if element.tag == "b"]


# Text and positions


@given(markdown)
@example(FULL)
@settings(deadline=None)
def test_the_text_of_each_block_is_what_the_tree_says(text: str) -> None:
    document = tree.parse(text)
    assert_text(document, html.render(document, figure=picture, numbers=True))


# What a page looks like


@pytest.mark.parametrize(
    ("text", "html_of_it"),
    [
        ("# Titel\n", '<h2 id="h-titel" data-start="0" data-end="7">Titel</h2>\n'),
        ("a  \nb\nc\n", "a<br>\nb c"),
        ("*a* **b** ~~c~~ `d`\n", "<em>a</em> <strong>b</strong> <s>c</s> <code>d</code>"),
        ("[a](https://b.example)\n", '<a href="https://b.example" rel="noopener noreferrer">a</a>'),
        ("[a](/b 'c')\n", '<a href="/b" title="c">a</a>'),
        ("[a](mailto:b@c.example)\n", '<a href="mailto:b@c.example">a</a>'),
        ("# Ziel\n\n[a](#ziel) [b](#anders)\n", '<a href="#h-ziel">a</a> <a href="#anders">b</a>'),
        ("3. a\n", '<ol start="3">\n<li id='),
        ("> a\n", "<blockquote>\n<p "),
        ("---\n", "<hr>\n"),
        ("```py x\na\n\nb\n```\n", '<code class="language-py">a\n\nb</code>'),
        ("```<b>\na\n```\n", "<code>a</code>"),
        ("![A](b.png){width=63%}\n", 'alt="A" width="640" height="480" class="w-60" loading="lazy"'),
        ("![A](b.png){width=100%}\n", 'height="480" loading="lazy"'),
        ("![A](x.png)\n", '<span class="missing" data-skip>[Bild fehlt: A]</span>'),
        ("![](x.png)\n", "[Bild fehlt: x.png]"),
        ('![A](b.png "Eins")\n', '<figcaption id="fig-1"><b data-skip>Abbildung 1. </b>Eins</figcaption>'),
        ("- [x] a\n", '<input type="checkbox" data-skip disabled checked aria-label="Erledigt"> '),
        ("- [ ] a\n", '<input type="checkbox" data-skip disabled aria-label="Offen"> '),
        ("|a|\n|-|\n|b|\n\n: T\n", 'role="region" aria-labelledby="tab-1" tabindex="0"'),
        ("|a|\n|-|\n|b|\n\n: T\n", '<b data-skip>Tabelle 1. </b>T</caption>'),
        ("|a|b|\n|-|-|\n", 'aria-label="Tabelle: a, b"'),
        ("|a|\n|-:|\n|1|\n", '<td class="num" data-start="10" data-end="11">1</td>'),
        ("|a|\n|-|\n", '<th scope="col" data-start="1" data-end="2">a</th>'),
        ("||b|\n|-|-|\n", "<td data-start="),
        ("> [!HINWEIS]\n> a\n", '<div role="note" data-start="0" data-end="16" class="guidance">'),
        ("a\n: b\n", "<dl>\n<dt id="),
    ],
)  # fmt: skip
def test_what_is_written_for(text: str, html_of_it: str) -> None:
    assert html_of_it in shown(text)


def test_a_paragraph_has_an_address() -> None:
    page = shown("Wort\n\nWort\n")
    first, second = [element for element in elements(page) if element.tag == "p"]
    assert first.get("id", "").startswith("p-")
    assert second.get("id") == first.get("id", "") + "-2"
    assert (first.get("data-start"), first.get("data-end")) == ("0", "4")
    assert f'<a class="para" data-skip href="#{first.get("id")}" aria-label="Adresse dieses Absatzes">¶</a></p>' in page


def test_the_address_of_a_paragraph_outlives_changes_elsewhere() -> None:
    (before,) = [e.get("id") for e in elements(shown("Der *eine* Satz.\n")) if e.tag == "p"]
    after = [e.get("id") for e in elements(shown("# Neu\n\nDavor.\n\nDer eine Satz.\n")) if e.tag == "p"]
    assert before in after


def test_pictures_have_no_style_and_captions_count_alone() -> None:
    page = shown('![a](b.png)\n\n![a](b.png "Eins")\n\n![a](c.png "Zwei")\n')
    assert "style=" not in page
    assert "Abbildung 1. </b>Eins" in page
    assert "Abbildung 2. </b>Zwei" in page


def test_tables_without_caption_have_different_names() -> None:
    page = shown("|a|\n|-|\n\n|a|\n|-|\n")
    assert 'aria-label="Tabelle: a"' in page
    assert 'aria-label="Tabelle: a (2)"' in page


def test_footnotes_stand_at_the_end_with_a_way_back_for_each_mention() -> None:
    page = shown("a[^x] b[^x]\n\n[^x]: Note\n")
    assert '<sup class="fnref" data-skip><a href="#fn-1" id="fnref-1" aria-label="Fußnote 1">1</a></sup>' in page
    assert 'id="fnref-1-2"' in page
    assert (
        '<section class="footnotes" aria-labelledby="fn-heading"><h2 id="fn-heading" data-skip>Anmerkungen</h2>' in page
    )
    assert '<a href="#fnref-1" aria-label="Zurück zur Textstelle der Fußnote 1">↑</a>' in page
    assert '<a href="#fnref-1-2" aria-label="Zurück zur 2. Textstelle der Fußnote 1">↑</a></span></p>' in page


def test_text_in_brackets_with_a_footnote_is_no_link() -> None:
    page = shown("[a[^1]](/x)\n\n[^1]: b\n")
    assert 'href="/x"' not in page
    assert 'id="fnref-1"' in page


def test_guidance_can_be_left_out_with_its_footnotes() -> None:
    text = "> [!HINWEIS]\n> Bitte kurz[^h].\n\nText[^t].\n\n[^h]: Nur Hinweis\n\n[^t]: Zum Text\n"
    assert "Hinweis</p>" in shown(text)
    assert 'aria-label="Fußnote 2">2</a>' in shown(text)
    page = shown(text, guidance=False)
    assert "kurz" not in page
    assert "Nur Hinweis" not in page
    assert 'aria-label="Fußnote 1">1</a>' in page
    assert '<li id="fn-1"' in page


@given(markdown)
@settings(deadline=None)
def test_leaving_guidance_out_shows_what_is_published(text: str) -> None:
    document = tree.parse(text)
    if len(tree.guidance_spans(document)) == 0:
        assert html.render(document, guidance=False) == html.render(document)
    assert 'class="guidance"' not in html.render(document, guidance=False)


def test_addresses_and_classes_are_put_where_they_belong() -> None:
    text = "# A\n\nb\n\n- c\n\n|d|\n|-|\n\n```\ne\n```\n\n![f](g.png)\n\nh\n: i[^1]\n\n[^1]: j\n"
    page = shown(text, class_for=lambda block: "is-new" if block.kind == "paragraph" else "")
    addresses = [element.get("href") for element in elements(page) if element.get("class") == "para"]
    parts = {f"#{element.get('id')}": element.tag for element in elements(page) if element.get("id")}
    assert [parts[address] for address in addresses] == ["p", "li", "div", "pre", "figure", "dt", "dd"]
    assert 'class="para"' not in shown(text, addresses=False)
    assert page.count('class="is-new"') == 2


def test_the_words_can_be_english() -> None:
    words = html.Words(address="Link to this paragraph", footnote="Note {number}", figure="Figure")
    page = shown('a[^1]\n\n![b](c.png "D")\n\n[^1]: e\n', words=words)
    assert 'aria-label="Link to this paragraph"' in page
    assert 'aria-label="Note 1"' in page
    assert "<b data-skip>Figure 1. </b>" in page


def test_two_documents_stand_on_one_page() -> None:
    page = shown(FULL, id_prefix="alt-") + shown(FULL, id_prefix="neu-")
    idents = Counter(element.get("id") for element in elements(page) if element.get("id"))
    assert set(idents.values()) == {1}


def test_the_outline_has_sections_and_subsections() -> None:
    document = tree.parse("# A *b*\n\n## C\n\n### D\n\n## E\n\n# F\n\n> # G\n")
    assert html.outline(document) == (
        html.Section("h-a-b", "1", "A b", (html.Section("h-c", "1.1", "C"), html.Section("h-e", "1.2", "E"))),
        html.Section("h-f", "2", "F"),
    )
    page = html.render(document, numbers=True)
    assert '<span class="no" data-skip>1.2</span>E</h3>' in page
    assert '<h4 id="h-d" data-start="15" data-end="20">D</h4>' in page


# Speed

PARAGRAPH = (
    "Die Zahl der Verfahren hat sich in **sechs Jahren** mehr als verdoppelt[^1], die Zahl der Stellen, die sie "
    "betreuen, dagegen *kaum*. Mehr dazu im [Bericht](https://bericht.example/2026), den das Netzwerk herausgibt, "
    "und in den Unterlagen der Arbeitsgruppe. Beteiligung beginnt, bevor die erste Vorlage geschrieben ist.\n\n"
)


def paper(size: int) -> str:
    text = "".join(f"## Abschnitt {n}\n\n{PARAGRAPH * 4}- ein Punkt\n- noch ein Punkt\n\n" for n in range(size // 1200))
    return text + "|a|b|\n|-|-|\n" + "|Stadt|12|\n" * 20 + "\n\n[^1]: Umfrage des Netzwerks.\n"


def seconds(text: str) -> float:
    spent = []
    for _ in range(3):
        started = time.process_time()
        html.render(tree.parse(text), figure=picture)
        spent.append(time.process_time() - started)
    return min(spent)


def test_a_paper_of_60_kilobytes_is_shown_in_time() -> None:
    assert seconds(paper(60_000)) < 5 * 0.040


def test_time_grows_with_the_length_of_the_text() -> None:
    assert seconds(paper(480_000)) < 8 * 1.6 * seconds(paper(60_000))
