"""How tests are divided among processes: the tests of one stack stay together, the longest group is first."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

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


def group_of(nodeid: str) -> str:
    """Return the group of a test: those of one group run in one process, one after the other."""
    path = nodeid.partition("::")[0]
    if path.startswith(E2E):
        return OWN_STACKS.get(path.removeprefix(E2E).removesuffix(".py"), SHARED_STACK)
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the groups, and mark what runs on a Swarm."""
    order = {group: place for place, group in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(group_of(item.nodeid), len(order)))
    for item in items:
        if isinstance(item, pytest.Function) and "hosts" in item.fixturenames:
            item.add_marker(pytest.mark.swarm)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Divide the tests among processes by their groups.

    Its marker `xdist_group` does nothing: xdist 3.8.0 writes it into `_nodeid`, which pytest 9.2 does not read.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # tests/unit run without xdist

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, let a test that is skipped fail: it is to run there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI", "").lower() == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which is a failure in CI: {report.longrepr}"
    return report
