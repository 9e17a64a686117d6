"""Storing revisions: small, exact, any one at once, and damage has a name."""

from __future__ import annotations

import doctest
import json
import os
import random
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.changes import changed_papers, papers
from workspace.text import chains, pack
from workspace.text.normal import normalize

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


def read_or_name(number: int, rows: dict[int, bytes]) -> str | tuple[int, int]:
    """The text, or which row is damaged and which was asked for."""
    try:
        return pack.read(number, rows.__getitem__)
    except pack.DamagedRevision as damage:
        return damage.number, damage.reading


@pytest.mark.parametrize(
    ("number", "base"),
    [(1, None), (2, 1), (41, 40), (42, 1), (43, 42), (82, 42), (861, 859), (862, 1), (863, 862), (12_342, None)],
)
def test_the_number_of_a_revision_names_its_dictionary(number: int, base: int | None) -> None:
    assert pack.base_number(number) == base


def test_the_digits_of_a_number_name_the_dictionary_of_an_earlier_row() -> None:
    named = {2: 1, 16: 15, 17: 1, 18: 17, 33: 17, 257: 1, 273: 257, 4098: 4097}
    assert {number: pack.earlier_base_number(number) for number in named} == named
    assert pack.earlier_base_number(4097) is None


def test_no_revision_needs_more_than_40_differences() -> None:
    steps = {1: 0}
    for number in range(2, 25_000):
        base = pack.base_number(number)
        steps[number] = 0 if base is None else steps[base] + 1
        assert base is None or base < number
    assert max(steps.values()) == pack.LONGEST_CHAIN == 40
    assert [number for number in steps if not steps[number]] == [1, 12_342, 24_683]
    assert len(list(pack.chain(10_000))) == steps[10_000] + 1


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


@settings(deadline=None)
@given(changed_papers(), papers())
def test_a_changed_text_comes_back_and_only_with_its_own_dictionary(texts: tuple[str, str], other: str) -> None:
    old, new = texts
    row = pack.encode(new, old)
    assert pack.decode(row, old) == new
    try:
        assert pack.decode(row, other) == new
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is right


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


TEXTS = history(60, seed=5, sentences=8)
ROWS = stored(TEXTS)


@st.composite
def damages(draw: st.DrawFn) -> tuple[int, bytes]:
    """A revision and what damage made of its row: a changed byte, a missing end, more bytes, other bytes."""
    number = draw(st.integers(1, len(TEXTS)))
    row = bytearray(ROWS[number])
    place = draw(st.integers(0, len(row) - 1))
    kind = draw(st.sampled_from(["bit", "byte", "cut", "longer", "other"]))
    if kind == "bit":
        row[place] ^= 1 << draw(st.integers(0, 7))
    elif kind == "byte":
        row[place] = draw(st.integers(0, 255))
    elif kind == "cut":
        del row[place:]
    elif kind == "longer":
        row += draw(st.binary(min_size=1, max_size=9))
    else:
        row = bytearray(draw(st.binary(max_size=60)))
    return number, bytes(row)


@settings(max_examples=200)
@given(damages())
def test_a_damaged_row_is_named_and_hurts_only_what_depends_on_it(damage: tuple[int, bytes]) -> None:
    damaged, row = damage
    rows = {**ROWS, damaged: row}
    dependents = pack.dependents(damaged, len(TEXTS))
    hurt = []
    for number in {damaged, *dependents[:4], *dependents[-2:], max(1, damaged - 1), len(TEXTS)}:
        found = read_or_name(number, rows)
        if isinstance(found, str):
            assert found == TEXTS[number - 1]
        else:
            assert found == (damaged, number)
            hurt.append(number)
    assert set(hurt) <= {damaged, *dependents}
    assert damaged in hurt or not hurt


def test_dependents_are_those_whose_reading_passes_through() -> None:
    for number in (1, 16, 41, 42, 300, 862, 900):
        through = [other for other in range(1, 2_000) if number in list(pack.chain(other))[1:]]
        assert list(pack.dependents(number, 1_999)) == through
    assert pack.dependents(12_341, 13_000) == ()


def test_a_missing_row_is_named() -> None:
    rows = stored(history(20))
    del rows[5]
    with pytest.raises(pack.DamagedRevision, match="revision 5 is damaged; revision 9 needs it"):
        pack.read(9, rows.__getitem__)
    assert pack.read(4, rows.__getitem__)
    assert pack.read(20, stored(history(20)).__getitem__)


def test_a_row_that_is_whole_but_of_another_text_is_found_by_its_hash() -> None:
    texts = history(20)
    rows = stored(texts)
    hashes = {number: pack.text_hash(text) for number, text in enumerate(texts, 1)}
    assert pack.read(9, rows.__getitem__, hashes.__getitem__) == texts[8]
    rows[6] = pack.encode(texts[5][::-1], texts[4])
    with pytest.raises(pack.DamagedRevision) as caught:
        pack.read(9, rows.__getitem__, hashes.__getitem__)
    assert caught.value.number in (6, 7)


def test_a_row_that_is_whole_but_not_in_its_place_is_named() -> None:
    """Found without the hash too, by what the row knows of its text."""
    rows = stored(history(30))
    rows[12], rows[13] = rows[13], rows[12]
    for number in (12, 13, 20):
        assert read_or_name(number, rows) == (12, number)
    assert isinstance(read_or_name(11, rows), str)


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


EARLIER = {
    1: "012434a10100446965204b6f6d6d756e65206c656774206a65646573204a6168722065696e6520566f72686162656e6c697374652076"
    "6f722e0acf98cd26",
    17: "022439a5000050616c6c65207a776569650310057cc5beeece40253bc84b",
    18: "0224406d0000206f66666502004350287f14108e9f4f59",
}


def test_rows_of_earlier_versions_are_read_and_built_upon() -> None:
    rows = {number: bytes.fromhex(row) for number, row in EARLIER.items()}
    assert pack.read(1, rows.__getitem__) == "Die Kommune legt jedes Jahr eine Vorhabenliste vor.\n"
    before = pack.read(18, rows.__getitem__)
    assert before == "Die Kommune legt alle zwei Jahre eine offene Vorhabenliste vor.\n"
    rows[19] = pack.encode(before.replace("offene ", ""), before)
    assert pack.read(19, rows.__getitem__) == "Die Kommune legt alle zwei Jahre eine Vorhabenliste vor.\n"
    rows[17] = rows[17][:-5] + b"xxxxx"
    assert read_or_name(19, rows) == (17, 19)


def test_a_row_cannot_claim_more_than_a_text_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "ä" * 400, "ä" * 400 + "".join(map(str, range(600)))
    short, long = pack.encode(old + "neu", old), pack.encode(new, old)
    assert pack.decode(long, old) == new
    monkeypatch.setattr(pack, "LARGEST_TEXT", 802)
    with pytest.raises(ValueError, match="larger than any"):
        pack.decode(short, old)
    with pytest.raises(ValueError, match=r"not a row|larger than any"):
        pack.decode(long, old)


@pytest.mark.parametrize("size", [2_000, 200_000])
def test_a_bomb_is_not_unpacked(size: int) -> None:
    """A short row whose deflated part would become long."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = b"\0\0" + b"\1" + b"\0" + bomb.compress(b"x" * size) + bomb.flush()
    row = b"\x05" + zlib.crc32(rest, 5).to_bytes(4, "little") + rest
    with pytest.raises(ValueError, match="damaged row"):
        pack.decode(row, "y\n")


def test_the_hash_is_sha256_of_utf8() -> None:
    assert pack.text_hash("Für\n") == "0e1306e694581b46e5b7ec45d6e961a2670c9bc2eb902f25ea9bd1cacd0a6280"


@pytest.mark.long
@pytest.mark.parametrize("shape", ["equal lines", "one line", "unrelated"])
def test_texts_of_one_megabyte_are_stored_and_read_in_time(shape: str) -> None:
    chance = random.Random(4)
    words = [f"wort{chance.randrange(5_000)}" for _ in range(110_000)]
    old, new = {
        "equal lines": ("gleich\n" * 100_000, "gleich\n" * 60_000 + "neu\n" + "gleich\n" * 40_000),
        "one line": (" ".join(words) + "\n", " ".join([*words[:50_000], "neu", *words[50_001:]]) + "\n"),
        "unrelated": (" ".join(words) + "\n", " ".join(f"x{chance.random()}" for _ in range(55_000)) + "\n"),
    }[shape]
    began = time.process_time()
    row = pack.encode(new, old)
    assert pack.decode(row, old) == new
    assert pack.decode(pack.encode(old, None), None) == old
    assert time.process_time() - began < 5


def test_the_examples_are_true() -> None:
    assert doctest.testmod(chains) == (0, 1)


if METAS := sorted(Path(os.environ.get("CORPUS", "/dev/null")).glob("*/meta.json")):

    @pytest.mark.long
    @pytest.mark.parametrize("folder", METAS, ids=lambda meta: meta.parent.name)
    def test_real_histories_come_back(folder: Path) -> None:
        names = [revision["file"] for revision in json.loads(folder.read_text())["revisions"]]
        texts = [normalize((folder.parent / name).read_text(encoding="utf-8")) for name in names]
        rows = stored(texts)
        assert [pack.read(number, rows.__getitem__) for number in rows] == texts
        assert sum(map(len, rows.values())) < sum(len(text.encode()) for text in texts) / 5
