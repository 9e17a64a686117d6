"""Messages as bytes: what is read back, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.live import protocol
from workspace.live.protocol import Kind, Malformed, Reader


@given(st.integers(0, protocol.LARGEST_NUMBER))
def test_numbers_are_read_as_they_were_written(value: int) -> None:
    reader = Reader(protocol.number(value))
    assert reader.number() == value
    reader.end()


def test_numbers_that_javascript_cannot_count_are_refused() -> None:
    with pytest.raises(Malformed):
        Reader(protocol.number(protocol.LARGEST_NUMBER + 1)).number()
    with pytest.raises(Malformed):
        Reader(b"\x80" * 9).number()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (protocol.state_vector(b"\0"), Kind.STATE_VECTOR),
        (protocol.missing(b"\0\0"), Kind.MISSING),
        (protocol.update(b"\0\0"), Kind.UPDATE),
        (protocol.presence([]), Kind.PRESENCE),
        (b"\3", Kind.WHO_IS_HERE),
    ],
)
def test_what_a_client_may_send_is_told_apart(message: bytes, kind: Kind) -> None:
    assert protocol.read(message)[0] == kind


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0",
        b"\0\3\0",  # a kind of sync message that is none
        b"\0\2",  # no content
        b"\0\2\5abc",  # ends within it
        b"\0\2\3abcd",  # something follows
        b"\2\0",  # y-protocols' refusal, which only servers send
        protocol.stored(1, 1),
        protocol.refusal("x", {}),
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x80",
    ],
)
def test_anything_else_is_malformed(message: bytes) -> None:
    with pytest.raises(Malformed):
        protocol.read(message)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_more_than_be_refused(message: bytes) -> None:
    try:
        kind, content = protocol.read(message)
    except Malformed:
        return
    assert isinstance(kind, Kind)
    assert len(content) <= len(message)


def test_what_is_stored_names_count_and_time() -> None:
    reader = Reader(protocol.stored(300, 1_796_000_000_000))
    assert [reader.number() for _ in range(3)] == [protocol.STORED, 300, 1_796_000_000_000]
    reader.end()
