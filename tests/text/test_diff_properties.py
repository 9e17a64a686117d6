"""What holds for every difference, whatever the two texts."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.text.changes import SENTENCES, changed_papers, check, odd_pairs, papers, side_of
from workspace.text import coding
from workspace.text.diff import Difference, compare, compare_words, pair_blocks
from workspace.text.pairing import pair_and_move
from workspace.text.tokens import blocks, token_key, tokens
from workspace.text.words import tidy

Texts = tuple[str, str]
pairs = changed_papers() | odd_pairs()


@given(pairs)
@settings(deadline=None, max_examples=400)
def test_every_difference_is_exact_and_canonical(texts: Texts) -> None:
    for old, new in (texts, texts[::-1]):
        for for_readers in (True, False):
            difference = compare(old, new, for_readers=for_readers)
            check(difference)
            assert difference == compare(old, new, for_readers=for_readers)
            assert not difference.is_coarse


@given(pairs)
@settings(deadline=None, max_examples=200)
def test_machines_keep_at_least_what_readers_see_kept(texts: Texts) -> None:
    kept = [
        sum(len("".join(text.split())) for kind, text in compare(*texts, for_readers=each).ops if not kind)
        for each in (True, False)
    ]
    assert kept[0] <= kept[1]


WRAPPED = st.lists(st.sampled_from(["Der", "Rat", "(prüft", "alles),", "heute", "1.", "–"]), min_size=1, max_size=30)
BLANKS = st.sampled_from([" ", "\n", "  ", "\n    ", " \n"])


@given(WRAPPED, st.lists(BLANKS, min_size=60, max_size=60))
@settings(deadline=None, max_examples=300)
def test_only_blanks_change_where_a_text_is_wrapped_anew(words: list[str], blanks: list[str]) -> None:
    old, new = (
        "".join(f"{word}{blank}" for word, blank in zip(words, half, strict=False)).strip()
        for half in (blanks[:30], blanks[30:])
    )
    ops = compare_words(old, new)
    assert not any(text.strip() for kind, text in ops if kind)
    assert all(side_of(ops, side) == text for side, text in ((-1, old), (1, new)))


CLAUSE = st.lists(st.sampled_from(["Rat", "prüft", "Antwort", "heute", "und", "die", ","]), max_size=16).map(" ".join)


@given(CLAUSE, CLAUSE)
@settings(deadline=None, max_examples=400)
@example("heute , Rat Antwort und , und prüft Antwort", "Antwort und prüft Antwort die prüft")
@example("Rat Antwort Antwort heute Antwort die die", ", Rat Antwort heute Antwort prüft und")
def test_no_word_stands_at_the_same_end_of_what_went_and_what_came(old: str, new: str) -> None:
    for (kind, gone), (next_kind, came) in pairwise(compare_words(old, new)):
        if (kind, next_kind) == (-1, 1) and gone.split() and came.split():
            assert gone.split()[0] != came.split()[0]
            assert gone.split()[-1] != came.split()[-1]


@given(pairs)
@settings(deadline=None, max_examples=200)
def test_moves_are_whole_blocks(texts: Texts) -> None:
    difference = compare(*texts)
    borders = []
    for text in texts:
        ends = [0]
        for block in blocks(text):
            ends.append(ends[-1] + len(block))
        borders.append(set(pairwise(ends)))
    for move in difference.moves:
        assert (move.old_start, move.old_end) in borders[0]
        assert (move.new_start, move.new_end) in borders[1]
    assert sorted(difference.moves, key=lambda move: move.old_start) == list(difference.moves)
    assert len({move.new_start for move in difference.moves}) == len(difference.moves)


@given(papers(), st.integers(0, 30))
@settings(deadline=None, max_examples=200)
def test_a_new_paragraph_is_an_insertion_and_nothing_else(text: str, place: int) -> None:
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    at = place % (len(paragraphs) + 1)
    added = "Dieser Absatz steht sonst nirgends, auch nicht ähnlich."
    old = "\n\n".join(paragraphs).strip("\n") + "\n"
    new = "\n\n".join([*paragraphs[:at], added, *paragraphs[at:]]).strip("\n") + "\n"
    for one, other, kind in ((old, new, 1), (new, old, -1)):
        changed = [(each, text.strip()) for each, text in compare(one, other).ops if each and text.strip()]
        assert changed == [(kind, added)]


@given(pairs)
@settings(deadline=None, max_examples=300)
def test_words_of_one_passage(texts: Texts) -> None:
    old, new = texts
    for for_readers in (True, False):
        ops = compare_words(old, new, for_readers=for_readers)
        check(Difference(old, new, tuple(ops), (), is_coarse=False))
        assert tidy(ops) == ops


@given(pairs, st.data())
@settings(deadline=None, max_examples=200)
def test_kept_tokens_have_the_same_keys(texts: Texts, data: st.DataObject) -> None:
    old, new = texts
    keys = [data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)) for n in map(len, map(tokens, texts))]
    ops = compare_words(old, new, old_keys=keys[0], new_keys=keys[1])
    assert (side_of(ops, -1), side_of(ops, 1)) == (old, new)
    key_at = [{start: key for (start, _), key in zip(tokens(text), each, strict=True)}
              for text, each in zip(texts, keys, strict=True)]  # fmt: skip
    i = j = 0
    for kind, text in ops:
        if not kind:
            for at in range(len(text)):
                assert (text[at].isspace() or key_at[0].get(i + at)) == (text[at].isspace() or key_at[1].get(j + at))
        i += len(text) if kind <= 0 else 0
        j += len(text) if kind >= 0 else 0


@given(pairs)
@settings(deadline=None, max_examples=200)
def test_pairs_of_blocks_increase(texts: Texts) -> None:
    old, new = blocks(texts[0]), blocks(texts[1])
    pairing = pair_and_move(old, new)
    assert pairing.in_order == pair_blocks(old, new)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairing.in_order))
    found = pairing.in_order + pairing.moved
    assert len({i for i, _, _ in found}) == len({j for _, j, _ in found}) == len(found)
    for i, j, similarity in found:
        assert 0 < similarity <= 1
        assert old[i].strip() == new[j].strip() or similarity < 1.0 or _keys(old[i]) == _keys(new[j])


def _keys(text: str) -> list[str]:
    return [token_key(text[start:end]) for start, end in tokens(text.strip())]


def test_more_different_words_than_there_are_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "CHARACTERS", coding.LONG_FROM + 3)
    old = " ".join(SENTENCES) + "\n"
    new = " ".join(SENTENCES[3:] + SENTENCES[:3]).replace("Antwort", "Entscheidung") + "\n"
    for for_readers in (True, False):
        difference = compare(old, new, for_readers=for_readers)
        check(difference)
        assert difference.is_coarse


def test_the_same_answer_in_every_process() -> None:
    """Hashes of strings differ from process to process; differences do not."""
    chance = random.Random(11)
    old, new = ("\n\n".join(" ".join(chance.choices(SENTENCES, k=3)) for _ in range(40)) + "\n" for _ in range(2))
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


if os.environ.get("CORPUS"):
    from benchmarks.text.corpus import far_pairs, near_pairs

    @pytest.mark.long
    def test_real_histories() -> None:
        pairs = [*near_pairs(), *far_pairs()]
        assert pairs
        for pair in pairs:
            for for_readers in (True, False):
                difference = compare(pair.old, pair.new, for_readers=for_readers)
                check(difference)
                assert not difference.is_coarse, pair.name
