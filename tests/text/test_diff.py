"""Differences: whole words, natural islands, moves, split paragraphs, keys."""

from __future__ import annotations

import pytest

from tests.text.changes import check, marked, side_of
from workspace.text.diff import compare, compare_words, pair_blocks

PARAGRAPHS = [
    "Die Stadt legt jedes Jahr offen, welche Vorhaben zur Beteiligung anstehen.",
    "Wer ausgelost wird, bekommt frei und eine Entschädigung von 1.000,50 Euro.",
    "Beteiligungsbeauftragte sind im Stab der Bürgermeisterin angesiedelt.",
    "Der Beirat tagt öffentlich und schreibt ein Protokoll in Leichter Sprache.",
    "Ergebnisse gehen binnen vier Wochen mit einer Begründung an alle zurück.",
]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("Text\n", "Text\n", "Text\n"),
        ("", "Neu.\n", "{Neu.\n}"),
        ("Alt.\n", "", "[Alt.\n]"),
        ("Die alte Regel gilt.\n", "Die neue Regel gilt.\n", "Die [alte]{neue} Regel gilt.\n"),
        ("Die Bürger stimmen ab.\n", "Die Bürger*innen stimmen ab.\n", "Die [Bürger]{Bürger*innen} stimmen ab.\n"),
        ("Es kostet 1.000,50 €.\n", "Es kostet 1.000,60 €.\n", "Es kostet [1.000,50]{1.000,60} €.\n"),
        ("Für 👩‍🌾 Bürger\n", "Für 👨‍🌾 Bürger\n", "Für [👩‍🌾]{👨‍🌾} Bürger\n"),
        (
            "Siehe https://a.example/x?y=1, bitte.\n",
            "Siehe https://a.example/x?y=2, bitte.\n",
            "Siehe [https://a.example/x?y=1]{https://a.example/x?y=2}, bitte.\n",
        ),
        ("Das ist **wichtig** hier.\n", "Das ist wichtig hier.\n", "Das ist [**]wichtig[**] hier.\n"),
        ("Er sagte „ja“.\n", "Er sagte „nein“.\n", "Er sagte „[ja]{nein}“.\n"),
        ("Die Straße\n", "Die Strasse\n", "Die [Straße]{Strasse}\n"),
        # a lone letter at the end of a word is overlooked, and read aloud as a letter: words stay whole
        (
            "Alle Beteiligungsbeauftragte helfen.\n",
            "Alle Beteiligungsbeauftragten helfen.\n",
            "Alle [Beteiligungsbeauftragte]{Beteiligungsbeauftragten} helfen.\n",
        ),
        ("## 3. Ziele\n", "## 4. Ziele\n", "## [3]{4}. Ziele\n"),
        ("- 7a. Baudenkmal\n", "- 7b. Baudenkmal\n", "- [7a]{7b}. Baudenkmal\n"),
        ("| Rat | ja |\n", "| Rat | nein |\n", "| Rat | [ja]{nein} |\n"),
        ("So ist es belegt[^1].\n", "So ist es belegt[^2].\n", "So ist es belegt[^[1]{2}].\n"),
        (
            "Beteiligungsbeauftragte helfen dem Rat.\n",
            "Beteiligungsbüros helfen dem Rat.\n",
            "[Beteiligungsbeauftragte]{Beteiligungsbüros} helfen dem Rat.\n",
        ),
    ],
)
def test_whole_words_change(old: str, new: str, expected: str) -> None:
    difference = compare(old, new)
    assert marked(difference.ops) == expected
    check(difference)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # a whole sentence, not the end of one and the beginning of the next
        (
            "Der Rat tagt im Mai. Der Rat tagt öffentlich.\n",
            "Der Rat tagt im Mai. Der Rat tagt im Juni. Der Rat tagt öffentlich.\n",
            "Der Rat tagt im Mai. {Der Rat tagt im Juni. }Der Rat tagt öffentlich.\n",
        ),
        # a clause goes with its comma
        ("Er kam, sah, siegte\n", "Er kam, sah, lachte, siegte\n", "Er kam, sah, {lachte, }siegte\n"),
        # one rewritten passage, no confetti of stop words
        (
            "Wir planen die Anlage an der Schule im Herbst.\n",
            "Wir errichten die Brücke an der Mühle im Herbst.\n",
            "Wir [planen die Anlage an der Schule]{errichten die Brücke an der Mühle} im Herbst.\n",
        ),
        # two small signs stay two small signs
        ("dass er der Chef kommt\n", "dass er, der Chef, kommt\n", "dass er{,} der Chef{,} kommt\n"),
    ],
)
def test_readers_see_natural_islands(old: str, new: str, expected: str) -> None:
    assert marked(compare(old, new).ops) == expected


def test_machines_keep_every_equal_word() -> None:
    old = "Wir planen die Anlage an der Schule im Herbst.\n"
    new = "Wir errichten die Brücke an der Mühle im Herbst.\n"
    assert marked(compare(old, new, for_readers=False).ops) == (
        "Wir [planen]{errichten} die [Anlage]{Brücke} an der [Schule]{Mühle} im Herbst.\n"
    )


def test_a_moved_block_is_a_whole_deletion_and_a_whole_insertion() -> None:
    old = "\n\n".join(PARAGRAPHS) + "\n"
    new = "\n\n".join([*PARAGRAPHS[1:4], PARAGRAPHS[0], PARAGRAPHS[4]]) + "\n"
    difference = compare(old, new)
    (move,) = difference.moves
    assert old[move.old_start : move.old_end].strip() == PARAGRAPHS[0]
    assert new[move.new_start : move.new_end].strip() == PARAGRAPHS[0]
    check(difference)
    changed = [(kind, text.strip()) for kind, text in difference.ops if kind]
    assert changed == [(-1, PARAGRAPHS[0]), (1, PARAGRAPHS[0])]


def test_a_moved_block_may_be_changed_a_little_but_not_replaced() -> None:
    old = "\n\n".join(PARAGRAPHS) + "\n"
    little = PARAGRAPHS[0].replace("jedes Jahr", "jährlich")
    (move,) = compare(old, "\n\n".join([*PARAGRAPHS[1:], little]) + "\n").moves
    assert old[move.old_start : move.old_end].strip() == PARAGRAPHS[0]
    other = "Die Stadt legt nie offen, was sie vorhat, und fragt auch niemanden danach."
    assert compare(old, "\n\n".join([*PARAGRAPHS[1:], other]) + "\n").moves == ()


def test_a_few_letters_elsewhere_are_no_move() -> None:
    old = "\n\n".join(["Siehe oben.", *PARAGRAPHS]) + "\n"
    new = "\n\n".join([*PARAGRAPHS, "Siehe oben."]) + "\n"
    assert compare(old, new).moves == ()


def test_a_split_paragraph_is_one_small_change() -> None:
    one = f"{PARAGRAPHS[0]} {PARAGRAPHS[1]} {PARAGRAPHS[2]} {PARAGRAPHS[3]}\n"
    two = f"{PARAGRAPHS[0]} {PARAGRAPHS[1]}\n\n{PARAGRAPHS[2]} {PARAGRAPHS[3]}\n"
    for old, new in ((one, two), (two, one)):
        difference = compare(old, new)
        check(difference)
        assert not any(text.strip() for kind, text in difference.ops if kind)


def test_pairs_increase_and_say_how_alike_they_are() -> None:
    old = ["# Ziel", *PARAGRAPHS, "---"]
    new = ["# Ziele", PARAGRAPHS[0], PARAGRAPHS[1].replace("bekommt frei und", "erhält"), "Neu.", PARAGRAPHS[3], "---"]
    pairs = pair_blocks(old, new)
    assert [(i, j) for i, j, _ in pairs] == [(0, 0), (1, 1), (2, 2), (4, 4), (6, 5)]
    alike = {i: similarity for i, _, similarity in pairs}
    assert alike[1] == alike[4] == alike[6] == 1.0
    assert 0.4 <= alike[2] < 1.0


def test_repeated_blocks_are_paired_in_place() -> None:
    rows = ["| ja | nein |"] * 40
    changed = [f"| ja | Frage {k} |" if k % 10 == 5 else row for k, row in enumerate(rows)]
    assert [(i, j) for i, j, _ in pair_blocks(rows, changed) if i != j] == []


def test_keys_make_equal_letters_differ() -> None:
    ops = compare_words("ein fettes Wort", "ein fettes Wort", old_keys=[0, 0, 0], new_keys=[0, 1, 0])
    assert marked(ops) == "ein [fettes]{fettes} Wort"
    same = compare_words("Ein Satz. Noch einer.", "Ein Satz. Noch einer.", old_keys=range(6), new_keys=range(6))
    assert same == [(0, "Ein Satz. Noch einer.")]
    ops = compare_words("Ein Satz. Noch einer.", "Ein Satz. Noch keiner.", old_keys=[0] * 6, new_keys=[0] * 6)
    assert marked(ops) == "Ein Satz. Noch [einer]{keiner}."


@pytest.mark.parametrize(("old_keys", "new_keys"), [([0], None), (None, [0]), ([0], [0]), ([0, 0, 0], [0, 0])])
def test_keys_have_to_fit_the_tokens(old_keys: list[int] | None, new_keys: list[int] | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        compare_words("zwei Wörter", "zwei Worte", old_keys=old_keys, new_keys=new_keys)


def test_a_blank_line_in_front_of_a_rule_is_only_that() -> None:
    old = "---\ntitle: Papier\nlayout: eins\n---\n\n# Papier\n"
    new = "---\ntitle: Papier\nlayout: eins\n\n---\n\n# Papier\n"
    for one, other in ((old, new), (new, old)):
        assert not any(text.strip() for kind, text in compare(one, other).ops if kind)


def test_a_passage_that_leaves_a_changed_paragraph_is_found_in_the_next() -> None:
    old = f"{PARAGRAPHS[0]} {PARAGRAPHS[1]} {PARAGRAPHS[3]}\n"
    later = f"Das alles ist neu, und es wird hier erst einmal in Ruhe eingeleitet. {PARAGRAPHS[3]}"
    new = f"{PARAGRAPHS[0]} {PARAGRAPHS[1]}\n\n{later}\n"
    for one, other, kind in ((old, new, 1), (new, old, -1)):
        changed = [(each, text.strip()) for each, text in compare(one, other).ops if each and text.strip()]
        assert changed == [(kind, later.removesuffix(PARAGRAPHS[3]).strip())]


def test_where_the_lines_of_a_quote_break_means_little() -> None:
    old = "> Wer ausgelost wird, bekommt frei und\n> eine Entschädigung von 1.000,50 Euro für jeden Tag\n> im Rat.\n"
    new = "> Wer ausgelost wird, bekommt\n> frei und eine Entschädigung von 1.000,50 Euro für\n> jeden Tag im Rat.\n"
    words = [text for kind, text in compare(old, new).ops if kind and any(map(str.isalnum, text))]
    assert words == []


def test_a_paragraph_wrapped_anew_keeps_its_words() -> None:
    old = " ".join(PARAGRAPHS) + "\n"
    new = "\n".join(" ".join(PARAGRAPHS).split(" ")) + "\n"
    assert not any(text.strip() for kind, text in compare(old, new).ops if kind)


def test_a_move_between_changed_blocks_stays_whole() -> None:
    indented = "    " + PARAGRAPHS[1]
    old = "\n\n".join([PARAGRAPHS[0], indented, "    eins zwei", *PARAGRAPHS[2:], "# Ende"]) + "\n"
    new = "\n\n".join([PARAGRAPHS[0], "    eins drei", *PARAGRAPHS[2:], indented, "# Ende"]) + "\n"
    difference = compare(old, new)
    check(difference)
    (move,) = difference.moves
    assert old[move.old_start : move.old_end] == indented + "\n\n"
    assert side_of(difference.ops, 1) == new
