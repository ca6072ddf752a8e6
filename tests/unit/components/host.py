"""A host that the program meets under Pulumi's mocks, which have neither an engine nor the callbacks of hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from components import proxy
from engine import capacity, container, ownership, preflight, single_host


@contextmanager
def fresh_host() -> Iterator[None]:
    """Answer for a host with two CPUs on which nothing of the stack is; tests/e2e asks a real one."""
    with pytest.MonkeyPatch.context() as patch:
        for check in ("check", "check_data"):
            patch.setattr(preflight, check, lambda **_: None)
        patch.setattr(preflight, "check_images", lambda _references: None)
        patch.setattr(ownership, "check", lambda **_: None)
        patch.setattr(capacity, "cpus", lambda: 2)
        patch.setattr(proxy, "variables", lambda _image: {"PYTHONPATH": "/image"})
        for module in (container, single_host):
            patch.setattr(module, "removed_before_create", lambda *_: None)
        for question in ("is_of_the_provider", "volume_exists"):
            patch.setattr(single_host, question, lambda _name: False)
        yield
