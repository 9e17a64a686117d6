"""How much one connection may ask for."""

from __future__ import annotations

from workspace.live.limits import Rates
from workspace.live.protocol import Kind


def test_a_held_key_and_pasting_again_and_again_are_far_within() -> None:
    rates = Rates(0)
    for press in range(30 * 600):
        assert rates.take(Kind.UPDATE, 30, press / 30), "ten minutes of one key"
        assert rates.take(Kind.PRESENCE, 200, press / 30)
    for paste in range(10):
        assert rates.take(Kind.UPDATE, 1_000_000, 601 + paste / 2)


def test_a_thousand_messages_a_second_are_too_many_within_a_second() -> None:
    for kind in Kind:
        rates = Rates(0)
        assert not all(rates.take(kind, 20, n / 1000) for n in range(1000)), kind


def test_more_bytes_than_any_line_of_writing_has_are_too_many() -> None:
    rates = Rates(0)
    assert not all(rates.take(Kind.UPDATE, 1_000_000, n / 10) for n in range(20))


def test_one_kind_does_not_use_up_another() -> None:
    rates = Rates(0)
    while rates.take(Kind.STATE_VECTOR, 10, 0):
        pass
    assert rates.take(Kind.UPDATE, 10, 0)
    assert rates.take(Kind.STATE_VECTOR, 10, 10), "and after a while all is well again"
