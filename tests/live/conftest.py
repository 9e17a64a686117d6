"""A server with sockets for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.serving import Served, serving
from tests.people import People
from workspace.config import Settings


@pytest.fixture
def served(settings: Settings, people: People) -> Iterator[Served]:
    """The people of tests/people.py, served."""
    with serving(settings) as found:
        yield found
