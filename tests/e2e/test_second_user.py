"""A second user on the host with the same stack name and a state of their own; the rest is in tests/campaign."""

from __future__ import annotations

from pathlib import Path

import docker

from engine.identity import OWNER_LABEL
from tests.e2e.gateway import Gateway
from tests.e2e.second_user import created, second
from tests.e2e.stack import Stack


def test_h03_the_preview_of_a_second_user_names_what_the_first_owns_and_records_nothing(
    stack: Stack, gateway: Gateway, engine: docker.DockerClient, tmp_path: Path
) -> None:
    other = second(stack, tmp_path)
    owner = engine.volumes.get(f"{stack.prefix}database").attrs["Labels"][OWNER_LABEL]
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        refused = other.run(*command)
        assert refused.returncode != 0
        for thing in ("container", "network", "volume"):
            assert f"- {thing} {stack.prefix}" in refused.stdout, refused.stdout[-3000:]
        assert f"volume {stack.prefix}database (owner {owner})" in refused.stdout
        assert "docs/lost-state.md" in refused.stdout
        assert "Traceback" not in refused.stdout
        assert created(other) == []
    other.pulumi("destroy", "--yes", "--skip-preview")
    assert gateway.chat().status_code == 200
    stack.pulumi("preview", "--expect-no-changes")
