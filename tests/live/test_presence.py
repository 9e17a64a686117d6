"""Who is here: only what may be shown, only of oneself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workspace.live import presence, protocol
from workspace.live.presence import EXPIRES, GONE, KEPT_FOR_MEMBER, Presences, read_states, rebuilt
from workspace.live.protocol import Malformed

CLARA = {"id": "c1", "name": "Clara Leitung", "initials": "CL", "colour": 3}
EMIL = {"id": "e1", "name": "Emil Redaktion", "initials": "ER", "colour": 4}
POSITION = {"type": None, "tname": "content", "item": {"client": 7, "clock": 12}, "assoc": 0}


def shown(state: dict[str, Any]) -> dict[str, Any]:
    return dict(rebuilt(json.dumps(state).encode()))


def test_place_and_heading_are_kept_and_nothing_else() -> None:
    state = {
        "cursor": {"anchor": POSITION, "head": {**POSITION, "item": None, "assoc": -1}},
        "section": "2 Anlass\u202e\n<b>",
        "remarks": 3,
        "user": {"name": "Die Leitung", "color": "red;background:url(//evil)"},
        "more": [1, 2, 3],
    }
    assert shown(state) == {
        "cursor": {"anchor": POSITION, "head": {**POSITION, "item": None, "assoc": -1}},
        "section": "2 Anlass<b>",
        "remarks": 3,
    }


@pytest.mark.parametrize(
    "position",
    [
        None,
        7,
        [],
        {"item": 3},
        {"item": {"client": -1, "clock": 0}},
        {"item": {"client": 1, "clock": 2**31}},
        {"item": {"client": 2**32, "clock": 1}},
        {"item": {"client": True, "clock": 1}},
        {"item": {"client": "1", "clock": 1}},
    ],
)
def test_a_place_that_is_none_is_left_out(position: object) -> None:
    assert shown({"cursor": {"anchor": position, "head": POSITION}}) == {"cursor": None}


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b'{"section":"\xff"}',
        b'{"cursor":NaN}',
        b'{"cursor":Infinity}',
        b'{"cursor":1e999}',
        b'{"cursor":' + b"9" * 4000 + b"}",
        b'{"a":' + b"[" * 1500 + b"]" * 1500 + b"}",
        b'{"section":"' + b"x" * 5000 + b'"}',
    ],
)
def test_hostile_states_are_refused_or_empty(state: bytes) -> None:
    try:
        found = rebuilt(state)
    except Malformed:
        return
    assert found == {"cursor": None}


@pytest.mark.parametrize(
    "content",
    [
        protocol.number(presence.MOST_STATES + 1),
        protocol.states_bytes([(2**32, 0, GONE)]),
        protocol.states_bytes([(1, 2**31, GONE)]),
        protocol.states_bytes([(1, 1, GONE)]) + b"x",
        protocol.states_bytes([(1, 1, GONE)])[:-1],
    ],
)
def test_messages_that_no_client_writes_are_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_states(content)


def here(presences: Presences[str]) -> dict[int, str]:
    """Client id → the name that is shown."""
    return {client: json.loads(state)["user"]["name"] for client, _, state in presences.everybody()}


def test_the_server_says_who_it_is() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 1, b'{"user":{"name":"Cora"}}')], "socket", CLARA, at=0)
    assert here(presences) == {7: "Clara Leitung"}
    everybody, own = presences.changes()
    assert everybody == own == presences.everybody()
    assert not presences.has_changes


def test_nobody_speaks_for_others() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 1, b"{}")], "clara", CLARA, at=0)
    presences.hear([(7, 9, b'{"section":"x"}'), (7, 9, GONE)], "emil", EMIL, at=0)
    assert here(presences) == {7: "Clara Leitung"}


def test_an_echo_of_who_has_just_left_is_nobodys() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 1, b"{}")], "clara", CLARA, at=0)
    presences.leave("clara", at=1)
    presences.hear([(7, 1, b"{}")], "emil", EMIL, at=1)
    presences.hear([(7, 1, b"{}")], "claras other window", CLARA, at=1)
    assert here(presences) == {}
    presences.hear([(7, 2, b"{}")], "clara again", CLARA, at=2)
    assert here(presences) == {7: "Clara Leitung"}


def test_a_client_id_is_free_after_a_while() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 5, b"{}")], "clara", CLARA, at=0)
    presences.leave("clara", at=0)
    presences.hear([(7, 1, b"{}")], "emil", EMIL, at=KEPT_FOR_MEMBER + 1)
    assert here(presences) == {7: "Emil Redaktion"}


def test_a_member_whose_old_line_hangs_takes_over_with_news() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 3, b"{}")], "old", CLARA, at=0)
    presences.hear([(7, 3, b"{}")], "new", CLARA, at=1)
    presences.leave("new", at=1)
    assert here(presences) == {7: "Clara Leitung"}, "the same words again are an echo"
    presences.hear([(7, 4, b"{}")], "new", CLARA, at=2)
    presences.leave("old", at=2)
    assert here(presences) == {7: "Clara Leitung"}


def test_one_connection_stands_for_few_clients() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(client, 1, b"{}") for client in range(1, 20)], "clara", CLARA, at=0)
    assert len(presences.everybody()) == presence.IDS_PER_CONNECTION


def test_who_is_silent_is_taken_as_gone_and_may_come_back() -> None:
    presences: Presences[str] = Presences()
    presences.hear([(7, 1, b"{}")], "clara", CLARA, at=0)
    presences.changes()
    presences.expire(EXPIRES + 1)
    assert presences.changes()[0] == [(7, 1, GONE)]
    presences.hear([(7, 2, b"{}")], "clara", CLARA, at=EXPIRES + 2)
    assert here(presences) == {7: "Clara Leitung"}


def test_people_at_another_process_are_here_until_it_falls_silent() -> None:
    there: Presences[str] = Presences()
    there.hear([(7, 1, b"{}")], "clara", CLARA, at=0)
    presences: Presences[str] = Presences()
    presences.hear([(8, 1, b"{}")], "emil", EMIL, at=0)
    presences.hear_elsewhere(there.own(), at=0)
    assert here(presences) == {7: "Clara Leitung", 8: "Emil Redaktion"}
    everybody, own = presences.changes()
    assert {client for client, _, _ in everybody} == {7, 8}
    assert {client for client, _, _ in own} == {8}, "what another process said is not said again"
    presences.expire(EXPIRES / 2)
    assert presences.is_anybody_elsewhere
    presences.hear([(8, 2, b"{}")], "emil", EMIL, at=EXPIRES)
    presences.expire(EXPIRES + 1)
    assert here(presences) == {8: "Emil Redaktion"}


def test_a_member_who_goes_over_from_a_process_that_died_is_here_at_once() -> None:
    there: Presences[str] = Presences()
    there.hear([(7, 1, b"{}")], "clara", CLARA, at=0)
    presences: Presences[str] = Presences()
    presences.hear_elsewhere(there.own(), at=0)
    presences.hear([(7, 2, b"{}")], "emil", EMIL, at=1)
    presences.hear([(7, 2, b'{"section":"1"}')], "clara", CLARA, at=1)
    assert not presences.is_anybody_elsewhere
    assert here(presences) == {7: "Clara Leitung"}
