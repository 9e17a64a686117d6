"""The rendered difference: both sides can always be read out of it, and it says rightly what happened."""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.text.page_tree import Side, content, read, read_as_browser, take_side, tidy, words
from workspace.text.html import render
from workspace.text.normal import normalize
from workspace.text.redline import Counts, Redline, Section, redline
from workspace.text.redline_views import Look, changes_only, column, side_by_side, whole
from workspace.text.redline_words import Person, Words
from workspace.text.tree import parse


def figure(name: str) -> tuple[str, int, int]:
    return f"/files/{name}", 400, 300


LOOK = Look(figure=figure, has_numbers=False)

PAPER = """## Anlass

Wer Menschen um ihre Meinung bittet, verspricht etwas. Das Versprechen heißt: Die Meinung kommt an.[^1]

Es fehlt also nicht an Methoden. Es fehlt an Verlässlichkeit, und die entsteht durch Zuständigkeiten.

## Was wir vorschlagen

Jede Kommune antwortet **binnen acht Wochen**. Die Antwort ist öffentlich und nennt [Gründe](https://netz.example/a).

- Ein Beteiligungsblatt vor jedem Verfahren
- Ein fester Ansatz im Haushalt der Kommune

| Kommune | Verfahren |
|---|---:|
| Lindenbrück | 12 |
| Seestedt | 7 |

: Verfahren im Jahr

![Ein Ablauf in vier Schritten](ablauf.png){caption="Der Ablauf"}

## Grenzen

Dieses Papier ersetzt keine Satzung.

[^1]: So steht es in der Hauptsatzung.
"""


def compared(old: str, new: str) -> Redline:
    return redline(parse(old), parse(new))


def reading(text: str) -> list[tuple[str, ...]]:
    """What the reading page shows."""
    return tidy(content(read(render(parse(text), figure=figure))))


def check_sides(old: str, new: str) -> str:
    """Both pages can be read out of the difference, and browsers build the tree that was written. Gives the HTML."""
    html = whole(compared(old, new), LOOK)
    sides: list[tuple[Side, str]] = [("old", old), ("new", new)]
    for side, text in sides:
        assert tidy(content(take_side(read(html), side))) == reading(text), side
    assert tidy(content(read_as_browser(html))) == tidy(content(read(html)))
    return html


# -- both sides ----------------------------------------------------------------------------------------

EDITS = [
    ("words", "acht Wochen", "sechs Wochen"),
    ("a sentence", "Es fehlt also nicht an Methoden. ", ""),
    ("a heading", "## Grenzen", "## Grenzen und offene Fragen"),
    ("a heading's level", "## Grenzen", "### Grenzen"),
    ("an item", "- Ein fester Ansatz im Haushalt der Kommune\n", ""),
    ("an item's words", "vor jedem Verfahren", "vor jedem größeren Verfahren"),
    ("a nested item", "- Ein fester Ansatz", "  - höchstens eine Seite\n- Ein fester Ansatz"),
    ("a task", "- Ein fester Ansatz", "- [x] Ein fester Ansatz"),
    ("a numbered list", "- Ein Beteiligungsblatt", "1. Ein Beteiligungsblatt"),
    ("a row", "| Seestedt | 7 |\n", "| Seestedt | 7 |\n| Auenfels | 3 |\n"),
    ("a row that goes", "| Seestedt | 7 |\n", ""),
    ("a cell", "| 12 |", "| 13 |"),
    ("a caption of a table", ": Verfahren im Jahr", ": Verfahren in einem Jahr"),
    ("a caption that goes", "\n: Verfahren im Jahr\n", ""),
    ("a caption of a figure", "Der Ablauf", "Der Ablauf in Schritten"),
    ("another picture", "ablauf.png", "plan.png"),
    ("an alternative text", "Ein Ablauf in vier Schritten", "Vier Schritte"),
    ("a footnote's words", "in der Hauptsatzung", "in der Satzung der Stadt"),
    ("a footnote that goes", "kommt an.[^1]", "kommt an."),
    ("a second footnote", "Satzung.\n\n[^1]:", "Satzung.[^b]\n\n[^b]: Noch eine.\n\n[^1]:"),
    ("formatting", "**binnen acht Wochen**", "binnen acht Wochen"),
    ("part of the formatting", "**binnen acht Wochen**", "binnen **acht** Wochen"),
    ("a link's target", "netz.example/a", "netz.example/b"),
    ("a quote", "Dieses Papier ersetzt", "> Dieses Papier ersetzt"),
    ("code", "Dieses Papier ersetzt keine Satzung.", "```\nDieses Papier\n  ersetzt keine Satzung.\n```"),
    ("a line break", "etwas. Das", "etwas.\\\nDas"),
    ("a rule", "## Grenzen", "---\n\n## Grenzen"),
    ("definitions", "Dieses Papier", "Frist\n: Acht Wochen\n\nDieses Papier"),
    ("guidance", "Dieses Papier", "> [!HINWEIS]\n> Hier steht, was fehlt.\n\nDieses Papier"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_a_change_shows_both_sides(old: str, new: str) -> None:
    assert old in PAPER
    changed = PAPER.replace(old, new)
    for before, after in ((PAPER, changed), (changed, PAPER)):
        check_sides(before, after)
        assert not compared(before, after).counts.is_empty


def test_nothing_changed_says_so_and_marks_nothing() -> None:
    html = check_sides(PAPER, PAPER)
    assert compared(PAPER, PAPER).counts == Counts()
    assert "<ins" not in html
    assert "<del" not in html


def test_another_way_to_write_the_same_is_no_change() -> None:
    assert compared("*a* b\n\n- c\n", "_a_ b\n\n* c\n").counts.is_empty


def test_an_added_column_keeps_the_table_whole() -> None:
    old = "| A | B |\n|---|---|\n| eins eins | zwei zwei |\n| drei drei | vier vier |\n"
    new = "| A | Neu | B |\n|---|---|---|\n| eins eins | x | zwei zwei |\n| drei drei | y | vier vier |\n"
    html = check_sides(old, new)
    assert html.count("<table>") == 1
    check_sides(new, old)
    check_sides(new, old + "| fünf | sechs |\n")


@pytest.mark.parametrize("new", ["", PAPER])
@pytest.mark.parametrize("old", ["", PAPER])
def test_empty_texts_are_compared_too(old: str, new: str) -> None:
    check_sides(old, new)


WORDS = st.sampled_from(
    [
        *("die", "Kommune", "antwortet", "öffentlich", "binnen", "acht", "Wochen", "Straße.", "Ende!", "1.000,50"),
        *("**laut**", "*leise*", "`Code`", "~~nie~~", "[Gründe](https://a.example/x)", "![Bild](a.png)", "x\\\ny"),
        *("Frist[^1]", "Rat[^2]", "👩\u200d🌾", "&amp;", "<b>"),
    ]
)
LINES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
CELLS = st.lists(WORDS.filter(lambda word: "\n" not in word), min_size=1, max_size=3).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=4))
    rule = ["|" + "---|" * width]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], *rule, *lines[1:]]) + draw(st.sampled_from(["", "\n\n: Die Zahlen"]))


BLOCKS = st.one_of(
    LINES,
    LINES,
    st.tuples(st.integers(1, 4), CELLS).map(lambda it: "#" * it[0] + " " + it[1]),
    st.lists(LINES, min_size=1, max_size=4).map(lambda it: "\n".join("- " + x.replace("\n", "\n  ") for x in it)),
    st.lists(CELLS, min_size=1, max_size=3).map(lambda it: "\n\n".join(f"{n}. {x}" for n, x in enumerate(it, 3))),
    st.lists(CELLS, min_size=1, max_size=3).map(lambda it: "\n".join("- [x] " + x + "\n  - [ ] y" for x in it)),
    st.lists(LINES, min_size=1, max_size=2).map(lambda it: "\n".join("> " + x.replace("\n", "\n> ") for x in it)),
    tables(),
    LINES.map(lambda it: "```\n" + it + "\n\n  ok\n```"),
    CELLS.map(lambda it: "![Alt](b.png){caption=\"" + it.replace('"', "").replace("\\", "") + "\"}"),
    st.tuples(CELLS, CELLS).map(lambda it: f"{it[0]}\n: {it[1]}"),
    st.sampled_from(["---", "[^1]: Eine Note mit **Gewicht**.", "[^2]: Noch eine.\n\n    Mit zwei Absätzen."]),
)  # fmt: skip
TEXTS = st.lists(BLOCKS, max_size=7)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """A text and what became of it: blocks left, taken out, put in, moved, words changed."""
    old = draw(TEXTS)
    new = list(old)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(new) - 1)))
        step = draw(st.sampled_from(["out", "in", "move", "word", "split"]))
        if step == "in" or not new:
            new.insert(at, draw(BLOCKS))
        elif step == "out":
            del new[at]
        elif step == "move":
            new.insert(draw(st.integers(0, len(new))), new.pop(at))
        elif step == "word":
            new[at] = new[at].replace(" ", " " + draw(WORDS) + " ", draw(st.integers(1, 2)))
        else:
            new[at] = new[at].replace(" ", "\n\n", 1)
    return normalize("\n\n".join(old) + "\n"), normalize("\n\n".join(new) + "\n")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pairs())
def test_both_sides_stand_in_every_difference(pair: tuple[str, str]) -> None:
    check_sides(*pair)
    check_sides(pair[1], pair[0])


MARKUP = st.text(alphabet="ab .*_`[]()!#>-|~:^\\\n1<&", max_size=60).map(normalize)


@settings(max_examples=150, deadline=None)
@given(MARKUP, MARKUP)
@example("a\n\n\n\n|a|\n|-|\n", "|a|\n|-|\n|b|\n")
def test_any_signs_give_both_sides(old: str, new: str) -> None:
    check_sides(old, new)


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_each_address_stands_once_on_every_view(pair: tuple[str, str]) -> None:
    found = compared(*pair)
    assert column(found, LOOK) == column(compared(*pair), LOOK)  # and the same texts give the same difference
    for html in (column(found, LOOK), changes_only(found, LOOK), side_by_side(found, "alt", "neu", LOOK)):
        addresses = [part.split('"', 1)[0] for part in html.split(' id="')[1:]]
        assert len(addresses) == len(set(addresses))
        assert [f"c{number + 1}" for number in range(found.total)] == [
            address for address in sorted(addresses, key=_number) if address[0] == "c"
        ]
        read(html)


def _number(address: str) -> int:
    return int(address[1:]) if address[1:].isdigit() else 0


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_the_columns_of_the_synopsis_hold_their_texts(pair: tuple[str, str]) -> None:
    html = side_by_side(compared(*pair), "alt", "neu", LOOK)
    assert "<del" not in "".join(part.split("</td>")[0] for part in html.split('<td class="new">')[1:])
    assert "<ins" not in "".join(part.split("</td>")[0] for part in html.split('<td class="old">')[1:])


# -- what is said ----------------------------------------------------------------------------------------


def test_kinds_of_change_are_counted_apart() -> None:
    new = (
        PAPER.replace("acht Wochen**", "sechs Wochen**")
        .replace("Dieses Papier ersetzt keine Satzung.", "")
        .replace("## Grenzen", "Das kommt neu dazu, ganz am Ende.\n\n## Grenzen")
        .replace("a fester", "x")
    )
    assert compared(PAPER, new).counts == Counts(changed=1, inserted=1, deleted=1)


def test_a_moved_paragraph_is_shown_once_and_both_places_are_linked() -> None:
    moved = "Es fehlt also nicht an Methoden. Es fehlt an Verlässlichkeit, und die entsteht durch Zuständigkeiten."
    new = PAPER.replace(moved + "\n\n", "").replace("## Grenzen\n", f"## Grenzen\n\n{moved}\n")
    html = check_sides(PAPER, new)
    found = compared(PAPER, new)
    assert found.counts == Counts(moved=1, moved_to=(Section("3", "Grenzen"),))
    assert html.count("Es fehlt an Verlässlichkeit") == 1
    assert 'id="m1"' in html
    assert 'href="#c1"' in html
    assert 'href="#m1"' in html
    assert "Aus Abschnitt 1 hierher verschoben" in html
    assert "Er steht jetzt in Abschnitt 3." in html


def test_a_moved_paragraph_may_have_changed() -> None:
    moved = "Es fehlt also nicht an Methoden. Es fehlt an Verlässlichkeit, und die entsteht durch Zuständigkeiten."
    new = PAPER.replace(moved + "\n\n", "").replace("## Grenzen\n", f"## Grenzen\n\n{moved} Immer.\n")
    html = check_sides(PAPER, new)
    assert compared(PAPER, new).counts.moved == 1
    assert ", dabei geändert" in html


def test_neighbours_that_moved_together_are_one_change() -> None:
    part = "## Anlass\n\n" + PAPER.split("## Anlass\n\n")[1].split("## Was wir")[0]
    new = PAPER.replace(part, "").replace(
        "Dieses Papier ersetzt keine Satzung.\n", "Dieses Papier ersetzt keine Satzung.\n\n" + part
    )
    html = check_sides(PAPER, new)
    found = compared(PAPER, new)
    assert found.counts.moved == 2
    assert found.total == 1
    assert "Hier standen 3 Absätze" in html


def test_formatting_alone_is_named() -> None:
    new = PAPER.replace("**binnen acht Wochen**", "binnen acht Wochen")
    assert compared(PAPER, new).counts == Counts(formatted=1)
    assert "Nur Formatierung geändert: „binnen acht Wochen“" in column(compared(PAPER, new), LOOK)


def test_another_target_of_a_link_is_named_with_both_targets() -> None:
    new = PAPER.replace("netz.example/a", "netz.example/b")
    html = column(compared(PAPER, new), LOOK)
    assert compared(PAPER, new).counts == Counts(formatted=1)
    assert "Linkziel geändert: „Gründe“ führt jetzt zu https://netz.example/b, vorher zu https://netz.example/a" in html


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Ein Ablauf in vier Schritten", "Vier Schritte", "Bildbeschreibung geändert"),
        ("ablauf.png", "plan.png", "Anderes Bild: plan.png statt ablauf.png"),
        ("## Grenzen", "### Grenzen", "Ebene der Überschrift geändert: von 2 auf 3"),
        ("|---|---:|", "|---|---|", "Ausrichtung in der Tabelle geändert"),
    ],
)
def test_what_words_do_not_show_is_said(old: str, new: str, sentence: str) -> None:
    assert sentence in column(compared(PAPER, PAPER.replace(old, new)), LOOK)


def test_a_tick_is_a_change() -> None:
    found = compared("- [ ] Plan\n- [ ] Rat\n", "- [x] Plan\n- [ ] Rat\n")
    assert found.counts == Counts(changed=1)
    assert "Als erledigt abgehakt" in column(found)


def test_renumbered_footnotes_are_no_change() -> None:
    old = "Eins[^a] und zwei.\n\n[^a]: Die erste Anmerkung im Text.\n"
    new = "Eins[^7] und zwei.\n\n[^7]: Die erste Anmerkung im Text.\n"
    assert compared(old, new).counts.is_empty


def test_changes_are_spoken() -> None:
    html = column(compared(PAPER, PAPER.replace("acht", "sechs")), LOOK)
    assert '<span class="vh" data-skip>Gestrichen: </span>' in html
    assert '<span class="vh" data-skip>Eingefügt: </span>' in html
    assert "Absatz geändert." in html


def test_other_words_can_be_given() -> None:
    english = Words(inserted="Inserted:", deleted="Deleted:", end="End")
    html = column(compared(PAPER, PAPER.replace("acht", "sechs")), Look(words=english))
    assert "Deleted: " in html
    assert "Eingefügt" not in html


def test_initials_are_shown_when_several_people_wrote() -> None:
    new = PAPER.replace("acht", "sechs").replace("ersetzt keine", "ersetzt die")
    people: dict[Hashable, Person] = {1: Person("JR", "Jana Reuter"), 2: Person("TK", "Tom Kowalik")}
    border = new.index("ersetzt")

    def by_place(start: int, end: int) -> tuple[int, ...]:
        return (1,) if start < border else (2,)

    found = redline(parse(PAPER), parse(new), authors=by_place, removers=by_place)
    html = column(found, Look(people=people))
    assert found.people == ((1, 1), (2, 1))
    assert 'title="Jana Reuter" aria-hidden="true">JR</span>' in html
    assert "Eingefügt von Tom Kowalik:" in html
    alone = redline(parse(PAPER), parse(new), authors=lambda start, end: (1,), removers=lambda start, end: (1,))
    assert "Jana Reuter" not in column(alone, Look(people=people))


def test_unchanged_stretches_are_folded_and_name_their_sections() -> None:
    html = changes_only(compared(PAPER, PAPER.replace("ersetzt keine", "ersetzt die")), LOOK)
    assert "<summary>6 unveränderte Absätze: 1 Anlass, 2 Was wir vorschlagen. <u>Zeigen</u></summary>" in html
    assert "Grenzen</h2>" in html.split("</details>")[1]
    assert "Anmerkungen. <u>Zeigen</u>" in html


def test_a_fold_right_under_its_heading_does_not_repeat_its_name() -> None:
    html = changes_only(compared(PAPER, PAPER.replace("Wer Menschen", "Wer viele Menschen")), LOOK)
    assert "<summary>1 unveränderter Absatz. <u>" not in html  # this one goes on into the next section
    new = PAPER.replace("Ein Ablauf in vier Schritten", "Vier Schritte")
    html = changes_only(compared(PAPER, new), LOOK)
    assert "<summary>3 unveränderte Absätze. <u>Zeigen</u></summary>" in html.split("Was wir vorschlagen</h2>")[1]
    assert "<summary>2 unveränderte Absätze: 1 Anlass. <u>" in html  # its heading is in the fold


def test_the_headings_above_a_kept_heading_are_kept_too() -> None:
    old = "# Teil\n\nAnfang.\n\n## Eins\n\nErster.\n\n## Zwei\n\nZweiter.\n\n### Drei\n\nDritter Absatz.\n"
    found = compared(old, old.replace("Dritter", "Vierter"))
    for html in (changes_only(found, LOOK), side_by_side(found, "alt", "neu", LOOK), column(found, LOOK)):
        shown = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
        levels = [int(level) for level in re.findall(r"<h(\d)", shown)]
        assert all(after <= before + 1 for before, after in pairwise([1, *levels]))
        assert "Zwei" in shown
    assert "Eins" in changes_only(found, LOOK).split("<details")[1].split("</details>")[0]


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("Sie tut es selten aus Absicht.", "Sie tut es und zwar selten aus Absicht.", "<ins>und zwar</ins>{ins} "),
        ("Es ist offen, ob.", "Es ist auch heute offen, ob.", "<ins>auch heute</ins>{ins} "),
        ("Es steht in dem Plan.", "Es steht indem Plan.", "<del>in dem</del><ins>indem</ins> "),
        ("Die Zahl dagegen.", "Die Zahl der Fälle ist groß, dagegen.", "<ins>der Fälle ist groß,</ins>{ins} "),
    ],
)
def test_marks_end_with_words(old: str, new: str, marked: str) -> None:
    html = re.sub(r'<span class="vh".*?</span>| class="swap"', "", check_sides(old, new))
    assert marked.replace("{ins} ", '<span data-diff="ins"> </span>') in html
    check_sides(new, old)


def test_only_words_that_touch_their_replacement_are_kept_apart_by_the_style() -> None:
    assert '<del class="swap">' in check_sides("Das ist alt und gut.", "Das ist neu und gut.")
    html = check_sides("Es gibt sie (s. Abb. ) seit 2011.", "Es gibt sie (s. Abbildung) seit 2011.")
    assert '</del><span data-diff="del"> </span><ins>' in html
    assert "swap" not in html


LINKS = [
    (
        "[zero ](https://a.example/x)[deed](https://a.example/y)",
        "[nil ](https://a.example/x)[act](https://a.example/y)",
    ),
    ("Die [Lizenz Null](https://a.example/x) gilt.", "Die [Regel Eins](https://a.example/y) gilt."),
    ("Die[ ](https://a.example/x)Lizenz.", "Die[ ](https://a.example/x)Regel."),
    ("Die Lizenz[ gilt](https://a.example/x).", "Die Regel[ hilft](https://a.example/x)."),
    ("Die [Lizenz&nbsp;Null](https://a.example/x) gilt.", "Die [Regel&nbsp;Null](https://a.example/y) gilt."),
    ("Die [Lizenz&nbsp;](https://a.example/x)Null gilt.", "Die [Regel&nbsp;](https://a.example/x)Null gilt."),
]


@pytest.mark.parametrize(("old", "new"), LINKS)
def test_no_link_holds_only_a_blank(old: str, new: str) -> None:
    for before, after in ((old, new), (new, old), (old, old)):
        html = check_sides(before, after) + side_by_side(compared(before, after), "alt", "neu", LOOK)
        assert re.search(r"<a [^>]*>\s*</a>", html) is None


def test_words_whose_link_alone_changed_stay_between_changed_words() -> None:
    old = "Die Schritte werden im Kapitel [Schritt für Schritt zum Ziel](https://a.example/x) kurz erläutert."
    new = "Im Kapitel [Schritt für Schritt zum Ziel](https://a.example/y) stehen sie ausführlich beschrieben."
    html = check_sides(old, new)
    assert html.count("Schritt für Schritt zum Ziel</a></ins>") == 1
    assert '<del class="same" hidden>' in html
    assert "Linkziel geändert: „Schritt für Schritt zum Ziel“" in html
    assert compared(old, new).counts == Counts(changed=1)


def test_one_column_keeps_the_neighbours_of_a_change() -> None:
    html = column(compared(PAPER, PAPER.replace("ersetzt keine", "ersetzt die")), LOOK)
    folded = html.split("<details")[1].split("</details>")[0]
    assert "Wer Menschen" in folded


def test_section_numbers_are_shown_but_are_no_text() -> None:
    html = whole(compared(PAPER, PAPER), Look())
    assert '<span class="no" data-skip>2</span>Was wir vorschlagen' in html
    assert "2Was" not in words(read(html))


def test_a_heading_that_brings_its_number_gets_no_second() -> None:
    text = "## 1. Anlass\n\nText.\n"
    assert 'class="no"' not in whole(compared(text, text), Look())


def test_nothing_of_the_text_becomes_markup() -> None:
    evil = 'a <script>alert(1)</script> "x" & [k](https://a.example/"><script>)\n\n![<b>](x.png "t")\n'
    html = whole(compared(evil, evil.replace("alert", "prompt")), LOOK)
    assert "<script" not in html
    assert "<b>" not in html


def test_hostile_texts_end_soon_and_say_when_they_are_coarse() -> None:
    one = " ".join(f"w{number}" for number in range(12_000))
    other = " ".join(f"w{number}" if number % 3 else f"v{number}" for number in range(12_000))
    assert compared(one, other).is_coarse
    assert not compared(PAPER, PAPER.replace("acht", "sechs")).is_coarse
    check_sides("> " * 60 + "a\n", "> " * 60 + "b\n")
    check_sides("- a\n" * 300, "- a\n" * 150 + "- b\n" + "- a\n" * 150)
