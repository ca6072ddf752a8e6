"""How tests are divided among processes: the tests of one stack stay together, the longest group is first."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

SHARED_STACK = "shared stack"
E2E = "tests/e2e/"
OWN_STACKS = {
    "test_alerts": "alerts",
    "test_backup": "backup",
    "test_environments": "environments",
    "test_make": "checkout",
    "test_rotation": "rotation",
    "test_routing": "routed",
    "test_salt_rotation": "salt rotation",
    "test_shared_state": "routed",
    "test_stored_settings": "routed",
    "test_workflows": "workflows",
}
"""Groups of the end-to-end tests that do not use the shared stack, by file."""
LONGEST_FIRST = (
    SHARED_STACK,
    "checkout",
    "salt rotation",
    "environments",
    "workflows",
    "rotation",
    "backup",
    "routed",
    "alerts",
)
"""Groups in the order in which they begin. All others follow: files of a few seconds to two minutes, which fill what is
left of the processes' time."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name each test's group for pytest-xdist (`--dist loadgroup`), sort the groups, and mark what runs on a Swarm."""
    order = {group: place for place, group in enumerate(LONGEST_FIRST)}
    groups = {id(item): _group(item) for item in items}
    items.sort(key=lambda item: order.get(groups[id(item)], len(order)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups[id(item)]))
        if isinstance(item, pytest.Function) and "hosts" in item.fixturenames:
            item.add_marker(pytest.mark.swarm)


def _group(item: pytest.Item) -> str:
    path = item.nodeid.partition("::")[0]
    if path.startswith(E2E):
        return OWN_STACKS.get(item.path.stem, SHARED_STACK)
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, let a test that is skipped fail: it is to run there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI", "").lower() == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which is a failure in CI: {report.longrepr}"
    return report
