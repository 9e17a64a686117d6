"""What a difference says: moves, splits, columns, ticks and forms, counted as a person would count them."""

from __future__ import annotations

import pytest

from tests.text.test_redline import LOOK, check_sides, compared
from workspace.text.redline import Counts, Section
from workspace.text.redline_views import column, side_by_side

OLD = """# Ausgangslage

Wer Menschen um ihre Meinung bittet, verspricht etwas. Die Meinung kommt an. Sie wird gelesen, und am Ende wird
gesagt, was aus ihr geworden ist. Das gilt auch dann, wenn die Antwort unbequem ist und niemandem gefällt.

Die Frist beträgt **acht Wochen**. Siehe [Grenzen](#grenzen) und [Satzung](https://netz.example/a).

Der erste Teil der Regel steht hier. Er gilt für alle Verfahren der Kommune.

Der zweite Teil der Regel folgt sogleich. Er gilt nur für Verfahren mit Losverfahren.

1. Ein Beteiligungsblatt liegt vor jedem Verfahren öffentlich aus.
2. Ein fester Ansatz im Haushalt sichert die Verfahren für fünf Jahre.
3. Die Verwaltung antwortet binnen acht Wochen auf jeden Vorschlag.
4. Der Rat berät das Ergebnis in öffentlicher Sitzung.

- [ ] Plan schreiben
- [x] Rat fragen

| Kommune | Verfahren | Stellen |
|---|---:|---:|
| Lindenbrück an der Aue | 12 | 2 |
| Seestedt und Umgebung | 7 | 1 |
| Auenfels mit den Ortsteilen | 3 | 1 |

## Grenzen

Dieses Papier ersetzt keine Satzung.[^1]

**Offene Fragen und ihre Antworten**

- Erstens kostet ein gutes Verfahren Geld und Zeit.
- Zweitens braucht es Menschen, die zuständig sind.

```python
x = 1
y = 2
print(x + y)
```

Begriff
: Eine Erklärung dazu, was der Begriff in der Kommune bedeutet.

Frist
: Acht Wochen ab dem letzten Tag des Verfahrens.

Noch ein Satz mit Fußnote.[^2]

[^1]: So steht es in der Hauptsatzung.

[^2]: Beschluss des Rates vom 14. März 2024.
"""
STEPS = [
    # two paragraphs out of one, and a word: one changed
    (" Sie wird gelesen, und", "\n\nSie wird gelesen, und"),
    ("niemandem gefällt", "kaum jemandem gefällt"),
    # only the form: no bold, another target, a heading that is gone by its name
    ("**acht Wochen**", "acht Wochen"),
    ("netz.example/a", "netz.example/b"),
    # one paragraph out of two: one changed
    ("Kommune.\n\nDer zweite", "Kommune. Der zweite"),
    # a list: one moved to the top, one reworded, one gone, one new
    ("3. Die Verwaltung antwortet binnen acht Wochen auf jeden Vorschlag.\n", ""),
    ("1. Ein Bet", "1. Die Verwaltung antwortet binnen acht Wochen auf jeden Vorschlag.\n2. Ein Bet"),
    ("2. Ein fester", "3. Ein fester"),
    ("für fünf Jahre", "für sechs Jahre"),
    ("4. Der Rat berät das Ergebnis in öffentlicher Sitzung.", "4. Neu ist ein Bericht."),
    # a tick: one changed
    ("- [ ] Plan", "- [x] Plan"),
    # a table: a column more is one change, a cell is one, a row moved
    ("| Auenfels mit den Ortsteilen | 3 | 1 |\n", ""),
    ("|---|---:|---:|\n", "|---|---:|---:|---:|\n| Auenfels mit den Ortsteilen | 3 | 4000 | 1 |\n"),
    ("| Verfahren | Stellen |", "| Verfahren | Einwohner | Stellen |"),
    ("| 12 | 2 |", "| 12 | 9000 | 2 |"),
    ("| 7 | 1 |", "| 8 | 7000 | 1 |"),
    # a heading with more words is one changed; one made of a paragraph, and a numbered list, are forms
    ("## Grenzen", "## Grenzen des Papiers"),
    ("**Offene Fragen und ihre Antworten**", "### Offene Fragen und ihre Antworten"),
    ("- Erstens", "1. Erstens"),
    ("- Zweitens", "2. Zweitens"),
    # code: one changed
    ("y = 2\n", "y = 3\nz = 4\n"),
    # a term with what it means moved: one
    ("Frist\n: Acht Wochen ab dem letzten Tag des Verfahrens.\n\n", ""),
    ("Begriff\n: Eine", "Frist\n: Acht Wochen ab dem letzten Tag des Verfahrens.\n\nBegriff\n: Eine"),
    # a footnote with more words: one changed
    ("in der Hauptsatzung", "in der Hauptsatzung der Stadt"),
]


def after_all_steps() -> str:
    text = OLD
    for old, new in STEPS:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_what_a_person_would_count() -> None:
    found = compared(OLD, after_all_steps())
    assert found.counts == Counts(changed=9, inserted=1, moved=3, deleted=1, formatted=3)
    assert found.total == 17
    check_sides(OLD, after_all_steps())
    check_sides(after_all_steps(), OLD)


def test_every_step_alone_can_be_undone() -> None:
    text = OLD
    for old, new in STEPS:
        changed = text.replace(old, new)
        check_sides(text, changed)
        check_sides(changed, text)
        text = changed


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Absatz ist jetzt in 2 Absätze geteilt",
        "2 Absätze sind jetzt einer",
        "Nur Formatierung geändert: „acht Wochen“",
        "Linkziel geändert: „Satzung“ führt jetzt zu https://netz.example/b, vorher zu https://netz.example/a",
        "Der Link „Grenzen“ führt ins Leere: Die Stelle gibt es nicht mehr",
        "Als erledigt abgehakt",
        "Neue Spalte „Einwohner“",
        "Aus einem Absatz wurde eine Überschrift",
        "Die Liste ist jetzt nummeriert",
    ],
)
def test_what_words_do_not_show_is_said_in_words(sentence: str) -> None:
    assert sentence in column(compared(OLD, after_all_steps()), LOOK)


def test_nothing_that_stayed_is_struck() -> None:
    html = column(compared(OLD, after_all_steps()), LOOK)
    struck = "".join(part.split("</del>")[0] for part in html.split("<del")[1:])
    for kept in (
        "Sie wird gelesen",
        "Der zweite Teil",
        "Verwaltung antwortet",
        "Auenfels",
        "Erstens",
        "print(x",
        "Tag",
    ):
        assert kept not in struck
        assert html.count(kept) <= 2  # the place that something left quotes its first words


def test_the_same_words_in_another_form_are_shown_once() -> None:
    html = column(compared("Die **Frist** gilt.\n", "Die Frist gilt.\n"), LOOK)
    assert '<del class="same" hidden><strong>Frist</strong></del><ins class="same">Frist</ins>' in html
    assert "Eingefügt" not in html


def test_items_say_their_own_numbers() -> None:
    old, new = "1. eins\n2. zwei\n3. drei\n", "1. eins\n2. drei\n3. vier\n"
    html = column(compared(old, new), LOOK)
    assert '<li value="2" id=' not in html.split("zwei")[0]
    assert "<li data-diff" not in html.split("eins")[0]
    numbers = [part.split(">")[0] for part in html.split("<li")[1:]]
    assert [('value="2"' in part, 'data-diff="del"' in part) for part in numbers] == [
        (False, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip


def test_items_move_from_list_to_list() -> None:
    moved = "Die Verwaltung antwortet binnen acht Wochen auf jeden Vorschlag."
    old = f"# A\n\n- eins bleibt hier stehen\n- {moved}\n\n# B\n\n- zwei bleibt hier stehen\n"
    new = f"# A\n\n- eins bleibt hier stehen\n\n# B\n\n- zwei bleibt hier stehen\n- {moved}\n"
    html = check_sides(old, new)
    assert compared(old, new).counts == Counts(moved=1, moved_to=(Section("2", "B"),))
    assert html.count(moved) == 1
    assert "Aus Abschnitt 1 hierher verschoben" in html
    assert "Jetzt in Abschnitt 2." in html
    assert side_by_side(compared(old, new), "alt", "neu", LOOK).count(moved) == 2


def test_footnotes_that_follow_their_passages_are_no_change() -> None:
    first, second = (
        "Der erste Satz hat eine Anmerkung, die lang ist[^1].",
        "Der zweite Satz hat auch eine Anmerkung[^2].",
    )
    notes = "[^1]: Anmerkung zum ersten Satz dieses Papiers.\n\n[^2]: Etwas ganz anderes, nämlich ein Beschluss.\n"
    old, new = f"{first}\n\n{second}\n\n{notes}", f"{second}\n\n{first}\n\n{notes}"
    check_sides(old, new)
    assert compared(old, new).counts == Counts(moved=1)


def test_a_column_can_go_while_another_comes() -> None:
    old = "| Ort | Jahr | Zahl |\n|---|---|---|\n| Aue | 2019 | 4 |\n| See | 2020 | 5 |\n"
    new = "| Ort | Zahl | Amt |\n|---|---|---|\n| Aue | 4 | Bau |\n| See | 5 | Rat |\n"
    html = check_sides(old, new)
    assert "Spalte „Jahr“ gestrichen" in html
    assert "Neue Spalte „Amt“" in html
    assert compared(old, new).counts == Counts(changed=1)


def test_a_link_target_is_said_in_letters_that_can_be_read() -> None:
    old = "Mehr steht im [Leitfaden](https://stadt.example/alt) der Stadt."
    html = check_sides(old, old.replace("/alt", "/f%C3%BCr-B%C3%BCrger"))
    assert "führt jetzt zu https://stadt.example/für-Bürger, vorher" in html
    for hidden in ("%E2%80%AE", "%FF", "%0A"):
        assert f"führt jetzt zu https://stadt.example/{hidden}gpj, vorher" in check_sides(
            old, old.replace("/alt", f"/{hidden}gpj")
        )
