"""The check of an update: honest ones pass whole, everything else is refused before the CRDT sees it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.papers.browsers import Browser
from workspace.config import Settings, using
from workspace.papers.checking import Gap
from workspace.papers.document import Document, Kept, Loaded, first_state
from workspace.papers.known import Checked
from workspace.papers.updates import ROOT_BYTES, Refused, deletes_bytes, number_bytes, read_update

TEXT = "Für 😀 Bürgerinnen. "
SEED = 0
ME, OTHER = 7, 8


def document(text: str = TEXT) -> Document:
    """A paper's document without a database."""
    with using(Settings(environment="test")):
        made = Document(1)
    state, mark = first_state(text, epoch=0)
    made.replay(Loaded(1, 1, 0, state, (), Kept(1, 0, mark)))
    return made


def browser_of(document: Document, client: int | None = None) -> Browser:
    browser = Browser(client)
    browser.hear(document.missing(b"\0"))
    return browser


def take(document: Document, update: bytes, member: int = ME) -> Checked:
    checked = document.checking().check(update, member)
    if not checked.is_empty:
        document.apply([checked])
    return checked


def inserted(text: bytes, *, client: int = 5000, clock: int = 0, origin: tuple[int, int] | None = (SEED, 2)) -> bytes:
    """An update that inserts these bytes behind a unit."""
    place = b"\x04" + ROOT_BYTES if origin is None else b"\x84" + number_bytes(origin[0]) + number_bytes(origin[1])
    head = b"\1\1" + number_bytes(client) + number_bytes(clock)
    return head + place + number_bytes(len(text)) + text + b"\0"


def test_what_an_honest_editor_sends_passes_unchanged() -> None:
    server, emil = document(), Browser()
    emil.hear(server.missing(b"\0"))
    for update in (emil.type(4, "viele 👩‍🌾 "), emil.delete(0, 3), emil.type(len(emil.text), "Ende\n")):
        assert take(server, update).update == update
    assert server.text == emil.text


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "malformed"),
    "no delete set": (b"\0", "malformed"),
    "more behind it": (b"\0\0\0", "malformed"),
    "a count beyond the data": (b"\xff\xff\xff\xff\x0f\0", "malformed"),
    "a number without end": (b"\x80" * 12, "malformed"),
    "an empty string": (inserted(b""), "malformed"),
    "no UTF-8": (inserted(b"\xff\xfe"), "malformed"),
    "a lone surrogate": (inserted(b"\xed\xa0\xbd"), "malformed"),
    "a line end of Windows": (inserted(b"a\r\nb"), "carriage_return"),
    "a client beyond 32 bits": (inserted(b"a", client=1 << 32), "malformed"),
    "another root": (b"\1\1\x88\x27\0\x04\1\4evil\1a\0", "malformed"),
    "a nested parent": (b"\1\1\x88\x27\0\x04\0\1\2\1a\0", "malformed"),
    "bold": (b"\1\1\x88\x27\0\x86" + b"\0\2\4bold\4true\0", "malformed"),
    "an embedded thing": (b"\1\1\x88\x27\0\x85\0\2\2{}\0", "malformed"),
    "a map entry": (b"\1\1\x88\x27\0\x24" + ROOT_BYTES + b"\1k\1a\0", "malformed"),
    "the server's own client": (inserted(b"a", client=3), "foreign_client"),
    "in the middle of a pair": (inserted(b"a", origin=(SEED, 4)), "half_character"),
    "half a pair deleted": (b"\0" + deletes_bytes({SEED: [(4, 5)]})[0:], "half_character"),
    "an empty range": (b"\0\1\0\1\4\0", "malformed"),
    "two delete sets of one client": (b"\0\2\0\1\0\1\x80\0\1\1\1", "malformed"),
    "a clock beyond 31 bits": (inserted(b"a", clock=(1 << 31) - 1), "malformed"),
    "two sections of one client": (b"\2" + inserted(b"a")[1:-1] + inserted(b"a")[1:], "malformed"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_editor_sends_is_refused(what: str) -> None:
    update, code = REFUSED[what]
    server = document()
    with pytest.raises(Refused, match=code):
        server.checking().check(update, ME)
    assert server.text == TEXT


WAITING = {
    "behind what is not there": inserted(b"a", origin=(SEED, 100)),
    "behind a stranger": inserted(b"a", origin=(9999, 0)),
    "behind itself": inserted(b"a", origin=(5000, 0)),
    "later than it should be": inserted(b"a", clock=3),
    "deleting what is not there": b"\0" + deletes_bytes({9999: [(0, 1)]}),
    "deleting beyond the end": b"\0" + deletes_bytes({SEED: [(3, 400)]}),
}


@pytest.mark.parametrize("what", WAITING)
def test_what_rests_on_something_missing_waits(what: str) -> None:
    with pytest.raises(Gap):
        document().checking().check(WAITING[what], ME)


def test_a_circle_of_clients_is_a_gap_and_a_chain_is_none() -> None:
    def section(client: int, origin: tuple[int, int]) -> bytes:
        return inserted(b"a", client=client, origin=origin)[1:-1]

    circle = b"\2" + section(5000, (5001, 0)) + section(5001, (5000, 0)) + b"\0"
    with pytest.raises(Gap):
        document().checking().check(circle, ME)
    count = 60
    chain = [section(5000 + at, (5001 + at, 0) if at < count - 1 else (SEED, 2)) for at in range(count)]
    assert take(document(), number_bytes(count) + b"".join(chain) + b"\0").inserted == count


def test_what_is_known_is_not_written_again() -> None:
    server, emil = document(), Browser(5000)
    emil.hear(server.missing(b"\0"))
    first, second = emil.type(0, "eins "), emil.delete(6, 9)
    take(server, first)
    take(server, second)
    for known in (first, second, emil.doc.get_update()):
        assert take(server, known).is_empty
    third = emil.type(0, "drei ")
    sent = emil.doc.get_update()
    checked = server.checking().check(sent, ME)
    assert checked.update == third
    assert len(sent) > 3 * len(third)
    part = read_update(checked.update)
    assert ([section.client for section in part.sections], part.deletes) == ([5000], [])


def test_what_was_deleted_long_ago_is_passed_over_and_what_is_new_among_it_is_found() -> None:
    """Whoever comes back sends all that was ever deleted, a megabyte in an old paper."""
    server = document("ab " * 400)
    emil = browser_of(server, 5000)
    for at in range(300):
        take(server, emil.delete(2 * at, 2 * at + 1))
    late = browser_of(server, 6000)
    sent = late.doc.get_update()
    seed = [section.client for section in read_update(sent).sections if section.client < 1024]
    known = read_update(sent, deleted=server.known.deleted_bytes)
    assert (known.is_read_wholly, known.deletes) == (False, [])
    new = late.delete(700, 702)
    assert take(server, late.doc.get_update()).update == new
    assert len(seed) == 2
    assert server.text == late.text


def test_retyping_and_sending_again_never_fill_a_paper() -> None:
    server, emil = document(), Browser()
    emil.hear(server.missing(b"\0"))
    page = "Ein Absatz, der immer wieder neu geschrieben wird. " * 1800
    for _ in range(50):
        update = emil.type(0, page)
        for _again in range(3):
            take(server, update)
        take(server, emil.delete(0, len(page)))
    assert server.known.units == len(TEXT.encode("utf-16-le")) // 2
    assert take(server, emil.type(0, "x" * 900_000)).inserted == 900_000
    with pytest.raises(Refused, match="text_too_large"):
        server.checking().check(emil.type(0, "y" * 200_000), ME)
    assert take(server, browser_of(server).delete(0, 500_000)).deleted == 500_000


def test_other_members_clients_are_foreign_until_the_end() -> None:
    server = document()
    emil, clara = browser_of(server, 5000), browser_of(server, 6000)
    update = emil.type(0, "a")
    checking = server.checking()
    row = [checking.check(update, ME)]
    with pytest.raises(Refused, match="foreign_client"):
        checking.check(emil.type(1, "b"), OTHER)
    clara.hear(update)
    row.append(checking.check(clara.type(1, "c"), OTHER))
    server.apply(row)
    assert server.text.startswith("ac")
    assert server.known.owners[5000] == ME
    assert server.known.owners[6000] == OTHER


def test_a_state_vector_never_gives_half_a_character() -> None:
    server = document("a😀b")
    emil = Browser()
    emil.hear(server.missing(b"\1\0\2"))  # has one unit and half of the next
    emil.hear(server.missing(b"\0"))
    assert emil.text == "a😀b"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "thousands of pieces": lambda: b"\1" + number_bytes(6000) + number_bytes(5000) + b"\0"
    + b"".join(b"\x84\0" + number_bytes(at % 9) + b"\1a" for at in range(6000)) + b"\0",
    "thousands of clients": lambda: number_bytes(200)
    + b"".join(inserted(b"a", client=5000 + at)[1:-1] for at in range(200)) + b"\0",
    "pieces that look for their place": lambda: b"\1" + number_bytes(4500) + number_bytes(5000) + b"\0"
    + b"\x84\0\2\1a" * 4500 + b"\0",
    "thousands of emoji apart": lambda: inserted("😀a".encode() * 6000),
    "tens of thousands of ranges": lambda: b"\0" + deletes_bytes({9999: [(2 * at, 2 * at + 1) for at in range(21000)]}),
    "clients that delete nothing": lambda: b"\0" + deletes_bytes({9000 + at: [] for at in range(21000)}),
    "neighbours that only the CRDT can place": lambda: b"\1" + number_bytes(400) + number_bytes(5000) + b"\0"
    + b"\x84\0\2\1a" * 200
    + b"".join(b"\xc4" + number_bytes(5000) + number_bytes(at) + b"\0\3\1b" for at in range(200)) + b"\0",
    "more than a megabyte": lambda: inserted(b"a" * 1_048_576),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_would_stop_everybody_is_refused(what: str) -> None:
    with pytest.raises(Refused, match=r"too_many|too_large"):
        document().checking().check(HOSTILE[what](), ME)


def cuts(places: Iterable[int], *, piece: int = 5000, client: int = 6000) -> bytes:
    """An update that types a letter at each of these places of one client's piece."""
    structs = [
        b"\xc4" + b"".join(number_bytes(n) for n in (piece, at - 1, piece, at)) + b"\1x" for at in places
    ]  # fmt: skip
    return b"\1" + number_bytes(len(structs)) + number_bytes(client) + b"\0" + b"".join(structs) + b"\0"


def test_a_long_piece_may_be_cut_from_the_front_and_not_often_from_behind() -> None:
    """As replacing a word everywhere does, in a text that was pasted; from behind it takes a hundred times as long."""
    server, places = document(), range(900, 450_000, 900)
    take(server, inserted("ü".encode() * 450_000, client=5000))
    with pytest.raises(Refused, match="too_many_parts"):
        server.checking().check(cuts(reversed(places)), ME)
    chance = random.Random(1)
    anywhere = chance.sample(range(1, 449_998), 2000)
    assert take(server, cuts(anywhere, client=7000)).inserted == len(anywhere)
    assert take(server, cuts(places)).inserted == len(places)


def test_a_piece_is_not_cut_often_from_behind_in_the_update_that_brings_it() -> None:
    server, places = document(), range(900, 450_000, 900)
    piece = inserted("ü".encode() * 450_000, client=5000)[1:-1]
    for order, is_taken in ((places, True), (reversed(places), False)):
        update = b"\2" + piece + cuts(order)[1:]
        if is_taken:
            assert server.checking().check(update, ME).inserted == 450_000 + len(places)
        else:
            with pytest.raises(Refused, match="too_many_parts"):
                server.checking().check(update, ME)


def test_what_is_deleted_from_behind_is_written_from_the_front() -> None:
    server, emil = document("Ein Satz mit Wörtern. " * 40), Browser(5000)
    emil.hear(server.missing(b"\0"))
    spans = [(at, at + 2) for at in range(0, 400, 8)]
    checked = take(server, b"\0" + deletes_bytes({SEED: spans[::-1]}))
    assert checked.update == b"\0" + deletes_bytes({SEED: spans})
    emil.hear(checked.update)
    assert server.text == emil.text


def mutated(update: bytes, chance: random.Random) -> bytes:
    """The update with a few bytes changed, taken out or put in."""
    data = bytearray(update)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at, act = chance.randrange(len(data) or 1), chance.random()
        if not data or act > 0.9:
            data[at:at] = bytes((chance.choice((0, 1, 10, 0x80, 0xFF)),)) * chance.choice((1, 2, 5))
        elif act < 0.6:
            data[at] = (data[at] + chance.choice((-2, -1, 1, 2, chance.randrange(256)))) % 256
        elif act < 0.75:
            data[at] = chance.choice((0, 1, 4, 0x44, 0x7F, 0x80, 0x84, 0xC4, 0x08, 0x28, 0xFF))
        else:
            del data[at : at + chance.choice((1, 2, 3, len(data)))]
    return bytes(data)


def talk_of(chance: random.Random) -> Iterator[bytes]:
    """What three honest editors send."""
    editors = [browser_of(document(), client) for client in chance.sample((1024, 2000, 2**31 + 5, 2**32 - 1), 3)]
    for _ in range(40):
        editor = chance.choice(editors)
        yield editor.act(chance)
        if chance.random() < 0.4:
            one, other = chance.sample(editors, 2)
            one.hear(other.doc.get_update(one.doc.get_state()))


def run_mutations(seeds: range) -> int:
    """Mutated and honest updates by turns. Returns: how many of the mutated ones were taken."""
    taken = 0
    for seed in seeds:
        chance = random.Random(seed)
        server = document()
        for update in talk_of(chance):
            for given in (mutated(update, chance), update):
                try:
                    checked = take(server, given)
                except (Refused, Gap):
                    continue
                taken += given != update and not checked.is_empty
        server.snapshot()  # check and CRDT agree about every unit
        assert len(server.text.encode("utf-16-le")) // 2 == server.known.units
        again = Browser()
        again.hear(server.missing(b"\0"))
        assert again.text == server.text
    return taken


def test_mutated_updates_never_reach_the_crdt_in_a_way_that_harms_it() -> None:
    assert run_mutations(range(40)) > 40


@pytest.mark.long
def test_mutated_updates_at_length() -> None:
    assert run_mutations(range(100, 1600)) > 1000


def test_garbage_is_refused() -> None:
    chance, server = random.Random(5), document()
    for _ in range(2000):
        data = chance.randbytes(chance.randrange(60))
        try:
            take(server, data)
        except (Refused, Gap):
            continue
    server.snapshot()


def test_an_update_cut_short_anywhere_is_refused() -> None:
    server = document()
    update = browser_of(server).type(0, "Wörter 😀 mit allem")
    for length in range(len(update)):
        with pytest.raises((Refused, Gap)):
            server.checking().check(update[:length], ME)
    assert not take(server, update).is_empty


def between(text: str, client: int, left: int, right: int, *, seed: int = SEED) -> bytes:
    """An update that inserts between two units of the text that the log began with."""
    sides = b"".join(number_bytes(clock) for clock in (seed, left, seed, right))
    data = text.encode()
    return b"\1\1" + number_bytes(client) + b"\0\xc4" + sides + number_bytes(len(data)) + data + b"\0"


def test_neighbours_that_no_editor_can_have_are_refused() -> None:
    """The text would be another one for whoever comes later."""
    for left in range(6):
        for right in range(6):
            server = document("abcdef")
            if right == left + 1:
                assert not take(server, between("X", 5000, left, right)).is_empty
                continue
            with pytest.raises(Refused, match="malformed"):
                server.checking().check(between("X", 5000, left, right), ME)


def test_neighbours_are_looked_for_in_the_crdt_where_two_typed_at_one_place() -> None:
    server = document("ab")
    emil, clara = browser_of(server, 5000), browser_of(server, 6000)
    take(server, emil.type(1, "eee"))
    take(server, clara.type(1, "ccc"), OTHER)
    late = browser_of(server, 7000)
    at = max(late.text.index("eee"), late.text.index("ccc"))
    honest = late.type(at, "-")
    assert not take(server, honest).is_empty
    assert server.text == late.text
    crossed = bytearray(honest.replace(number_bytes(7000), number_bytes(8000)))
    sides = [number_bytes(5000), number_bytes(6000)]
    first, second = sorted(sides, key=crossed.find)
    swapped = bytes(crossed).replace(first, b"??", 1).replace(second, first, 1).replace(b"??", second, 1)
    with pytest.raises((Refused, Gap)):
        server.checking().check(swapped, ME)
