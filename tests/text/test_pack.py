"""Storing revisions: small, exact, any one at once, and damage has a name."""

from __future__ import annotations

import doctest
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workspace.text import pack
from workspace.text.normal import normalize

CORPUS = os.environ.get("CORPUS")
SENTENCES = (
    "Die Kommune legt jedes Jahr eine Vorhabenliste vor.",
    "Beteiligungsbeauftragte beraten die Fachämter früh und verbindlich.",
    "Der Beirat besteht aus zwölf ausgelosten Personen.",
    "Über die Mittel entscheidet der Rat der Stadt.",
)


def history(count: int, seed: int = 1, sentences: int = 240) -> list[str]:
    """A text (12 KB) that changes by a few words from revision to revision."""
    chance = random.Random(seed)
    words = (" ".join(SENTENCES) + " ").split(" ") * (sentences // len(SENTENCES))
    texts = []
    for number in range(count):
        place = chance.randrange(len(words))
        words[place : place + chance.randrange(3)] = [f"Fassung{number}"] * chance.randrange(1, 3)
        texts.append(normalize(" ".join(words)))
    return texts


def stored(texts: list[str]) -> dict[int, bytes]:
    rows = {}
    for number, text in enumerate(texts, 1):
        base = pack.base_number(number)
        rows[number] = pack.encode(text, texts[base - 1] if base else None)
    return rows


def chain(number: int) -> list[int]:
    """All revisions that are read for this one."""
    out = [number]
    while (base := pack.base_number(out[-1])) is not None:
        out.append(base)
    return out


def read_or_name(number: int, rows: dict[int, bytes]) -> str | tuple[int, int]:
    """The text, or which row is damaged and which was asked for."""
    try:
        return pack.read(number, rows.__getitem__)
    except pack.DamagedRevision as damage:
        return damage.number, damage.reading


@pytest.mark.parametrize(
    ("number", "base"),
    [(1, None), (2, 1), (16, 15), (17, 1), (18, 17), (33, 17), (257, 1), (273, 257), (4097, None), (4098, 4097)],
)
def test_the_digits_of_a_number_name_its_dictionary(number: int, base: int | None) -> None:
    assert pack.base_number(number) == base


def test_no_revision_needs_more_than_45_differences() -> None:
    longest = max(len(chain(number)) - 1 for number in range(1, 10_001))
    assert longest == pack.LONGEST_CHAIN == 45


@pytest.mark.parametrize("number", [0, -1])
def test_revisions_count_from_one(number: int) -> None:
    with pytest.raises(ValueError, match="count from 1"):
        pack.base_number(number)
    with pytest.raises(ValueError, match="count from 1"):
        pack.read(number, lambda _: b"")


def test_300_revisions_come_back_in_any_order() -> None:
    texts = history(300)
    rows = stored(texts)
    order = list(range(1, 301))
    random.Random(7).shuffle(order)
    for number in order:
        assert pack.read(number, rows.__getitem__) == texts[number - 1]


def test_a_revision_of_a_long_history_is_small() -> None:
    texts = history(300)
    rows = stored(texts)
    assert sum(map(len, rows.values())) / 300 < len(texts[0].encode()) / 100


def test_a_long_text_sees_all_of_its_dictionary() -> None:
    chance = random.Random(3)
    old = normalize(" ".join(str(chance.random()) for _ in range(52_000)))
    new = old[len(old) // 2 :].rstrip("\n") + " neu " + old[: len(old) // 2]
    assert len(old) > 900_000
    row = pack.encode(new, old)
    assert len(row) < 2_000
    assert pack.decode(row, old) == new


@given(st.text(max_size=200).map(normalize), st.one_of(st.none(), st.text(max_size=200).map(normalize)))
def test_what_is_packed_is_what_is_unpacked(text: str, dictionary: str | None) -> None:
    assert pack.decode(pack.encode(text, dictionary), dictionary) == text


@given(st.text(max_size=80).map(normalize), st.binary(max_size=60))
def test_foreign_bytes_are_refused(text: str, data: bytes) -> None:
    row = pack.encode(text, None)
    if data != row:
        with pytest.raises(ValueError, match=r"row|decode"):
            pack.decode(data, text)


def test_too_large_a_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = pack.encode("ä" * 600, None)
    monkeypatch.setattr(pack, "LARGEST_TEXT", 1_000)
    with pytest.raises(ValueError, match="too large"):
        pack.encode("ä" * 600, None)
    with pytest.raises(ValueError, match="not a row"):
        pack.decode(row, None)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_row_is_named_and_hurts_only_what_depends_on_it(data: st.DataObject) -> None:
    texts = history(40, seed=5, sentences=8)
    rows = stored(texts)
    damaged = data.draw(st.integers(1, 40))
    place = data.draw(st.integers(0, len(rows[damaged]) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    broken = bytearray(rows[damaged])
    broken[place] ^= bit
    rows[damaged] = bytes(broken)
    hurt = []
    for number in range(1, 41):
        found = read_or_name(number, rows)
        if isinstance(found, str):
            # A changed bit may leave the text as it is; a text is never wrong.
            assert found == texts[number - 1]
        else:
            assert found == (damaged, number)
            hurt.append(number)
    assert not hurt or hurt == sorted([damaged, *pack.dependents(damaged, 40)])


def test_dependents_are_those_whose_reading_passes_through() -> None:
    for number in (1, 16, 17, 33, 257, 300, 4097):
        through = [other for other in range(1, 4_400) if number in chain(other)[1:]]
        assert list(pack.dependents(number, 4_399)) == through


def test_a_missing_row_is_named() -> None:
    rows = stored(history(20))
    del rows[5]
    with pytest.raises(pack.DamagedRevision, match="revision 5 is damaged; revision 9 needs it"):
        pack.read(9, rows.__getitem__)
    assert pack.read(4, rows.__getitem__)
    assert pack.read(17, rows.__getitem__)


def test_a_row_that_is_whole_but_of_another_text_is_found_by_its_hash() -> None:
    texts = history(20)
    rows = stored(texts)
    hashes = {number: pack.text_hash(text) for number, text in enumerate(texts, 1)}
    assert pack.read(9, rows.__getitem__, hashes.__getitem__) == texts[8]
    rows[6] = pack.encode(texts[5][::-1], texts[4])
    with pytest.raises(pack.DamagedRevision) as caught:
        pack.read(9, rows.__getitem__, hashes.__getitem__)
    assert caught.value.number in (6, 7)


def test_a_swapped_text_at_the_end_of_the_chain_is_found_by_its_hash() -> None:
    texts = history(4)
    rows = stored(texts)
    rows[4] = pack.encode("Ein anderer Text.\n", texts[2])
    hashes = {number: pack.text_hash(text) for number, text in enumerate(texts, 1)}
    with pytest.raises(pack.DamagedRevision) as caught:
        pack.read(4, rows.__getitem__, hashes.__getitem__)
    assert caught.value.number == 4


def test_a_row_may_stand_alone_where_its_number_gives_a_dictionary() -> None:
    """A sealed revision's row goes away; the next ones are written again without it."""
    texts = history(20)
    rows = stored(texts)
    rows[6] = pack.encode(texts[5], None)
    del rows[5]
    assert not pack.needs_dictionary(rows[6])
    assert pack.read(9, rows.__getitem__) == texts[8]


def test_a_difference_without_its_dictionary_is_refused() -> None:
    texts = history(2)
    with pytest.raises(ValueError, match="dictionary is missing"):
        pack.decode(pack.encode(texts[1], texts[0]), None)
    with pytest.raises(pack.DamagedRevision):
        pack.read(1, {1: pack.encode(texts[1], texts[0])}.__getitem__)


def test_the_hash_is_sha256_of_utf8() -> None:
    assert pack.text_hash("Für\n") == "0e1306e694581b46e5b7ec45d6e961a2670c9bc2eb902f25ea9bd1cacd0a6280"


def test_the_examples_are_true() -> None:
    assert doctest.testmod(pack) == (0, 1)


if CORPUS:

    @pytest.mark.long
    @pytest.mark.parametrize("folder", sorted(Path(CORPUS).glob("*/meta.json")), ids=lambda p: p.parent.name)
    def test_real_histories_come_back(folder: Path) -> None:
        names = [revision["file"] for revision in json.loads(folder.read_text())["revisions"]]
        texts = [normalize((folder.parent / name).read_text(encoding="utf-8")) for name in names]
        rows = stored(texts)
        assert [pack.read(number, rows.__getitem__) for number in rows] == texts
        assert sum(map(len, rows.values())) < sum(len(text.encode()) for text in texts) / 5
