"""How the layers share a host: the end-to-end tests in one process, everything else in another, each in order."""

from __future__ import annotations

from pathlib import Path

import pytest

E2E = Path(__file__).with_name("e2e")
MAKE = E2E / "test_make.py"
"""It has a stack of its own, and balances the two processes."""


# First: pytest-xdist reads the marks in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-xdist (`--dist loadgroup`) which tests share fixtures and have to stay in order."""
    for item in items:
        shared = item.path.is_relative_to(E2E) and item.path != MAKE
        item.add_marker(pytest.mark.xdist_group("e2e" if shared else "others"))
