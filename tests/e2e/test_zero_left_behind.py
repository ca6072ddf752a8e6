"""The end of a stack leaves nothing. This file runs last: `z` comes after the others."""

from __future__ import annotations

from pathlib import Path

import docker

from tests.e2e.leftovers import owned
from tests.e2e.stack import Stack


def test_destroy_leaves_no_container_network_volume_or_file(stack: Stack, engine: docker.DockerClient) -> None:
    assert len(owned(engine, f"litellm-stack/{stack.name}")) == 4 + 1 + 2
    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert owned(engine, f"litellm-stack/{stack.name}") == []
    assert [path for path in Path(stack.environment["XDG_DATA_HOME"]).rglob("*") if path.is_file()] == []
