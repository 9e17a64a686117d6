"""Which items of two lists belong together, and texts as strings of tokens."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from tests.text.changes import odd_pairs
from workspace.text import alignment
from workspace.text.alignment import equal_items, equal_runs, equal_words, heaviest_chain, runs_of, spaces
from workspace.text.coding import Blocks, Vocabulary, coded, only_words
from workspace.text.longest import common_end, common_length, walk
from workspace.text.tokens import PARAGRAPH_BREAK, blocks, is_word, token_key, tokens

lists = st.lists(st.integers(0, 6), max_size=60)


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


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 9)), max_size=8))
def test_no_chain_is_heavier(found: list[tuple[int, int, int]]) -> None:
    order = sorted({(i, j): weight for i, j, weight in found}.items(), key=lambda each: (each[0][0], -each[0][1]))
    pairs, weights = [pair for pair, _ in order], [float(weight) for _, weight in order]
    chain = heaviest_chain(pairs, weights)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(chain))
    best = [0.0] * len(pairs)
    for k, (i, j) in enumerate(pairs):
        best[k] = weights[k] + max((best[m] for m in range(k) if pairs[m][0] < i and pairs[m][1] < j), default=0.0)
    assert sum(weights[pairs.index(pair)] for pair in chain) == max(best, default=0.0)


@given(lists, lists)
@settings(deadline=None)
def test_pairs_are_equal_and_increase(old: list[int], new: list[int]) -> None:
    words, is_exact = equal_words(old, new)
    assert is_exact
    assert len(words) == LCSseq.similarity(old, new)
    for pairs in (words, equal_items(old, new)):
        assert all(old[i] == new[j] for i, j in pairs)
        assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
        assert [(i + k, j + k) for i, j, length in runs_of(pairs) for k in range(length)] == pairs
        covered = sum(end - start for start, end, _, _ in spaces(pairs, len(old), len(new)))
        assert covered + len(pairs) == len(old)


@given(st.text("abc", max_size=200), st.text("abc", max_size=200))
@settings(deadline=None)
def test_common_ends_are_found_whole(old: str, new: str) -> None:
    head = common_length(old, new)
    assert old[:head] == new[:head]
    assert old[head : head + 1] != new[head : head + 1] or head == min(len(old), len(new))
    most = min(len(old), len(new)) - head
    foot = common_end(old, new, most)
    assert old[len(old) - foot :] == new[len(new) - foot :]
    assert foot == most or old[-foot - 1] != new[-foot - 1]


def test_what_is_too_long_for_an_exact_answer_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(8)
    old = "".join(chance.choices("abcdefgh", k=9_000))
    places = set(chance.sample(range(9_000), 100))
    new = "".join("z" if at in places else sign for at, sign in enumerate(old))
    runs = walk(old, new)
    assert all(old[i : i + length] == new[j : j + length] for i, j, length in runs)
    assert sum(length for _, _, length in runs) >= 8_850
    monkeypatch.setattr(alignment, "EXACT_CELLS", 1_000)
    found, is_exact = equal_runs(old, new)
    assert not is_exact
    assert sum(length for _, _, length in found) >= 8_850


def test_more_items_than_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "CHARACTERS", 10)
    pairs, _ = equal_words(list(range(30)), list(range(5, 40)))
    assert pairs == [(at, at - 5) for at in range(5, 10)]


@given(odd_pairs())
@settings(deadline=None)
def test_texts_as_strings_of_tokens(texts: tuple[str, str]) -> None:
    vocabulary = Vocabulary()
    for side, text in enumerate(texts):
        whole = coded(text, vocabulary, side)
        assert list(zip(whole.starts, whole.ends, strict=True)) == tokens(text)
        read = [vocabulary.tokens[code] for code in whole.codes]
        assert read == [token_key(text[start:end]) for start, end in tokens(text)]
        assert [vocabulary.tokens[code] for code in only_words(whole.codes)] == list(filter(is_word, read))


@given(odd_pairs(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_blocks_are_read_piece_by_piece(texts: tuple[str, str], chance: random.Random) -> None:
    text = texts[0]
    parts = blocks(text)
    vocabulary = Vocabulary()
    side = Blocks(parts, vocabulary, 0, text)
    for at in chance.sample(range(len(parts)), len(parts)):
        expected = [token_key(parts[at][start:end]) for start, end in tokens(parts[at])]
        if expected[-1:] == [PARAGRAPH_BREAK]:
            expected.pop()
        assert [vocabulary.tokens[code] for code in side.codes(at)] == expected
        start, end = side.visible(at)
        assert text[start:end] == parts[at].strip() == side.blocks[at]
    chosen = sorted(chance.sample(range(len(parts)), chance.randint(0, len(parts))))
    passage = side.passage(chosen)
    assert all(0 < at < len(passage.codes) for at in passage.seams)
    joined = "".join(text[start:end] for start, end in zip(passage.starts, passage.ends, strict=True))
    assert "".join(joined.split()) == "".join("".join(parts[at].split()) for at in chosen)
    places = passage.sentences(side.spans(chosen))
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, len(passage.codes))
