"""Whatever is compared: both pages can be read out of the difference, browsers build what was written."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from tests.text.page_tree import read
from tests.text.redline_changes import mixed_pairs, torn_pairs
from tests.text.test_redline import LOOK, check_sides, compared
from workspace.text.redline_views import changes_only, column, side_by_side

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
@given(mixed_pairs())
def test_what_moved_can_be_put_back(pair: tuple[str, str]) -> None:
    check_sides(*pair)
    check_sides(pair[1], pair[0])


@settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
@given(torn_pairs())
def test_torn_markup_gives_both_sides(pair: tuple[str, str]) -> None:
    check_sides(*pair)


@settings(max_examples=40, deadline=None, suppress_health_check=_SLOW)
@given(mixed_pairs())
def test_every_view_has_each_address_once_and_every_link_in_it_leads_somewhere(pair: tuple[str, str]) -> None:
    found = compared(*pair)
    for html in (column(found, LOOK), changes_only(found, LOOK), side_by_side(found, "alt", "neu", LOOK)):
        addresses = re.findall(r' id="([^"]*)"', html)
        assert len(addresses) == len(set(addresses))
        assert {f"c{number}" for number in range(1, found.total + 1)} <= set(addresses)
        assert set(re.findall(r'href="#([cm]\d[^"]*)"', html)) <= set(addresses)
        read(html)
