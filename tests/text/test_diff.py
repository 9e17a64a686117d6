"""Differences: exact, canonical, whole words, moves, and bounded for every input."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from rapidfuzz.distance import LCSseq

from tests.text.changes import changed_papers
from workspace.text.alignment import equal_items, equal_words, heaviest_chain
from workspace.text.diff import Difference, Op, compare, compare_words, pair_blocks
from workspace.text.normal import normalize
from workspace.text.tokens import blocks, is_word, token_key, tokens

PARAGRAPHS = [
    "Die Stadt legt jedes Jahr offen, welche Vorhaben zur Beteiligung anstehen.",
    "Wer ausgelost wird, bekommt frei und eine Entschädigung von 1.000,50 Euro.",
    "Beteiligungsbeauftragte sind im Stab der Bürgermeisterin angesiedelt.",
    "Der Beirat tagt öffentlich und schreibt ein Protokoll in Leichter Sprache.",
    "Ergebnisse gehen binnen vier Wochen mit einer Begründung an alle zurück.",
]


def marked(ops: Sequence[Op]) -> str:
    """A difference in one line: [deleted]{inserted}."""
    return "".join({-1: f"[{text}]", 0: text, 1: f"{{{text}}}"}[kind] for kind, text in ops)


def check(difference: Difference) -> None:
    """What holds for every difference."""
    old, new, ops = difference.old, difference.new, difference.ops
    assert "".join(text for kind, text in ops if kind <= 0) == old
    assert "".join(text for kind, text in ops if kind >= 0) == new
    assert all(text for _, text in ops)
    assert all(before[0] != after[0] and (before[0], after[0]) != (1, -1) for before, after in pairwise(ops)), (
        "deletion first, neighbours merged"
    )
    check_words_whole(old, ops, -1)
    check_words_whole(new, ops, 1)
    deleted, inserted = changed_places(ops, -1), changed_places(ops, 1)
    for move in difference.moves:
        assert set(range(move.old_start, move.old_end)) <= deleted
        assert set(range(move.new_start, move.new_end)) <= inserted


def check_words_whole(text: str, ops: Sequence[Op], side: int) -> None:
    at, borders = 0, set()
    for kind, piece in ops:
        if kind in (0, side):
            borders.add(at)
            at += len(piece)
    for start, end in tokens(text):
        if is_word(text[start:end]):
            assert borders.isdisjoint(range(start + 1, end)), text[start:end]


def changed_places(ops: Sequence[Op], side: int) -> set[int]:
    at = 0
    places: set[int] = set()
    for kind, piece in ops:
        if kind in (0, side):
            if kind:
                places.update(range(at, at + len(piece)))
            at += len(piece)
    return places


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


@given(changed_papers())
@settings(deadline=None, max_examples=400)
def test_every_difference_is_exact_and_canonical(texts: tuple[str, str]) -> None:
    old, new = texts
    for for_readers in (True, False):
        difference = compare(old, new, for_readers=for_readers)
        check(difference)
        assert difference == compare(old, new, for_readers=for_readers)
        assert not difference.is_coarse


@given(changed_papers())
@settings(deadline=None, max_examples=200)
def test_words_of_one_passage(texts: tuple[str, str]) -> None:
    old, new = texts
    for for_readers in (True, False):
        ops = compare_words(old, new, for_readers=for_readers)
        check(Difference(old, new, tuple(ops), (), is_coarse=False))
    keyed = compare_words(old, new, old_keys=[0] * len(tokens(old)), new_keys=[0] * len(tokens(new)))
    assert "".join(text for kind, text in keyed if kind <= 0) == old
    assert "".join(text for kind, text in keyed if kind >= 0) == new


@given(changed_papers())
@settings(deadline=None, max_examples=200)
def test_pairs_of_blocks_increase(texts: tuple[str, str]) -> None:
    old, new = blocks(texts[0]), blocks(texts[1])
    pairs = pair_blocks(old, new)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    for i, j, similarity in pairs:
        assert 0 < similarity <= 1
        assert old[i].strip() == new[j].strip() or similarity < 1.0 or _keys(old[i]) == _keys(new[j])


def _keys(text: str) -> list[str]:
    return [token_key(text[start:end]) for start, end in tokens(text.strip())]


def test_alignments_are_as_long_as_possible() -> None:
    chance = random.Random(3)
    for size, kinds in ((5, 3), (30, 5), (90, 12), (90, 60)):
        old = [chance.randrange(kinds) for _ in range(size)]
        new = [chance.randrange(kinds) for _ in range(size)]
        pairs, is_exact = equal_words(old, new)
        assert is_exact
        assert len(pairs) == LCSseq.similarity(old, new)
        assert all(old[i] == new[j] for i, j in pairs + equal_items(old, new))


def test_the_heaviest_chain_wins() -> None:
    assert heaviest_chain([(0, 2), (1, 0), (2, 1)], [5.0, 2.0, 2.0]) == [(0, 2)]
    assert heaviest_chain([(0, 2), (1, 0), (2, 1)], [3.0, 2.0, 2.0]) == [(1, 0), (2, 1)]
    assert heaviest_chain([], []) == []


def test_the_same_answer_in_every_process() -> None:
    """Hashes of strings differ from process to process; differences do not."""
    chance = random.Random(11)
    old = "\n\n".join(" ".join(chance.choices(PARAGRAPHS, k=3)) for _ in range(12)) + "\n"
    new = "\n\n".join(" ".join(chance.choices(PARAGRAPHS, k=3)) for _ in range(12)) + "\n"
    program = (
        "import json, sys; from workspace.text.diff import compare; d = compare(*json.load(sys.stdin));"
        " print(json.dumps([d.ops, [str(m) for m in d.moves]]))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps([old, new]),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def _prose(seed: int, size: int) -> str:
    chance = random.Random(seed)
    stock = ["".join(chance.choices("abcdefghilmnoprstuü", k=chance.randint(2, 11))) for _ in range(6000)]
    out: list[str] = []
    while size > 0:
        text = " ".join(" ".join(chance.choices(stock, k=chance.randint(6, 18))).capitalize() + "." for _ in range(5))
        out.append(text)
        size -= len(text)
    return "\n\n".join(out) + "\n"


def _shuffled(parts: list[str], joint: str) -> str:
    parts = list(parts)
    random.Random(4).shuffle(parts)
    return joint.join(parts) + "\n"


def hostile(name: str, scale: int) -> tuple[str, str]:
    """Inputs that break engines; scale 100 is a text of about 1 MB."""
    line, lines = "Eine gleiche Zeile", 1000 * scale
    rows = [[str(random.Random(k).randrange(10_000)) for _ in range(6)] for k in range(200 * scale)]
    if name == "unrelated":
        return _prose(1, 10_000 * scale), _prose(2, 10_000 * scale)
    if name == "one line":
        words = _prose(3, 10_000 * scale).split()
        changed = [f"neu{k}" if k % 500 == 7 else word for k, word in enumerate(words)]
        return " ".join(words) + "\n", " ".join(changed) + "\n"
    if name == "one word":
        return "ab" * (4000 * scale) + "\n", ("ab" * 1000 + "z") * (4 * scale) + "\n"
    if name.startswith("equal "):
        mark, end = {"lines": ("", "\n"), "items": ("- ", ".\n"), "paragraphs": ("", ".\n\n")}[name.split()[1]]
        old = (mark + line + end) * lines
        if name.endswith("front"):
            return old, mark + line.replace("gleiche", "andere") + end + old
        return old, "".join(
            mark + (line.replace("gleiche", "andere") if k % 10 == 3 else line) + end for k in range(lines)
        )
    if name == "paragraphs shuffled":
        text = _prose(1, 10_000 * scale)
        return text, _shuffled(text.strip().split("\n\n"), "\n\n")
    if name == "words shuffled":
        text = _prose(1, 2_000 * scale)
        return text, _shuffled(text.split(), " ")
    if name == "ab":
        return "ab " * (5000 * scale) + "\n", "ba " * (5000 * scale) + "\n"
    if name == "table":
        wider = [[*row[:3], str(k), *row[3:]] for k, row in enumerate(rows)]
        old, new = ("".join(f"| {' | '.join(row)} |\n" for row in table) for table in (rows, wider))
        return old, new
    if name == "numbers":
        return "".join(f"{k} " for k in range(1500 * scale)), "".join(f"{k + 1} " for k in range(1500 * scale))
    if name == "items renumbered":
        count = 800 * scale
        return "".join(f"{k}. Punkt\n" for k in range(count)), "".join(f"{k + 1}. Punkt\n" for k in range(count))
    depth = 50 * scale
    return "> " * depth + "tief\n", "".join("> " * k + "tief\n" for k in range(1, min(depth, 400)))


HOSTILE = [
    *("unrelated", "one line", "one word", "equal lines front", "equal items front", "equal paragraphs front"),
    *("equal lines tenth", "equal items tenth", "equal paragraphs tenth", "paragraphs shuffled", "words shuffled"),
    *("ab", "table", "numbers", "items renumbered", "nested"),
]
SHOWN_AT_MOST = {"one line": 0.02, "equal lines": 0.10, "equal items": 0.10, "equal paragraphs": 0.10, "table": 0.20}


def shown(difference: Difference) -> float:
    """Share of the visible characters of both texts that are shown as changed."""
    changed = sum(len("".join(text.split())) for kind, text in difference.ops if kind)
    return changed / len("".join((difference.old + difference.new).split()))


def _bounded_share(name: str) -> float:
    return next((most for start, most in SHOWN_AT_MOST.items() if name.startswith(start)), 1.0)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inputs_small(name: str) -> None:
    old, new = hostile(name, 4)
    begin = time.process_time()
    difference = compare(old, new)
    assert time.process_time() - begin < 2.5
    assert "".join(text for kind, text in difference.ops if kind <= 0) == old
    assert "".join(text for kind, text in difference.ops if kind >= 0) == new
    assert shown(difference) <= _bounded_share(name)


MEASURE = """
import json, resource, sys, time
from tests.text.test_diff import hostile, shown
from workspace.text.diff import compare
old, new = hostile(sys.argv[1], int(sys.argv[2]))
compare("a", "b")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.process_time()
difference = compare(old, new)
seconds = time.process_time() - begin
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert "".join(text for kind, text in difference.ops if kind <= 0) == old
assert "".join(text for kind, text in difference.ops if kind >= 0) == new
print(json.dumps([seconds, grown / 1024, shown(difference)]))
"""


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_inputs_as_large_as_a_paper(name: str) -> None:
    """5 s and 200 MB for a text of 1 MB; a slow machine gets five times as long."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, name, "100"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seconds, grown, share = json.loads(done.stdout)
    assert seconds < 25
    assert grown < 250
    assert share <= _bounded_share(name)


if CORPUS := os.environ.get("CORPUS"):

    @pytest.mark.long
    @pytest.mark.parametrize("history", sorted(path.parent for path in Path(CORPUS).glob("*/meta.json")), ids=str)
    def test_real_histories(history: Path) -> None:
        texts = [normalize(path.read_text("utf-8")) for path in sorted(history.glob("r*.md"))]
        for old, new in [*pairwise(texts[:: max(1, len(texts) // 8)]), (texts[0], texts[-1])]:
            for for_readers in (True, False):
                check(compare(old, new, for_readers=for_readers))
