"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from workspace.discussion import bodies, queries, spans


@pytest.mark.parametrize("module", [bodies, queries, spans], ids=lambda module: str(module.__name__))
def test_examples(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
