"""h18: which containers `make logs` shows, and which components it names if a stack has none of the one asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from supply import logs
from supply.errors import SupplyError

STACK = "litellm-stack/dev"
CONTAINERS = {"litellm-stack-dev-edge": "edge", "litellm-stack-dev-prometheus": "prometheus"}
SERVICES = ("litellm-stack-dev-proxy",)


@pytest.fixture(params=[False, True], ids=["docker", "swarm"])
def swarm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Answer as the Docker CLI does for one stack."""

    def answer(command: Sequence[str], **_: str) -> str:
        wanted = [word.rpartition("=")[2] for word in command if word.startswith(f"label={logs.COMPONENT_LABEL}")]
        if "info" in command:
            return str(request.param).lower()
        if "service" in command:
            return "\n".join(name for name in SERVICES if not wanted or name.endswith(wanted[0]))
        lines = [
            {"Names": name, "Labels": f"{logs.STACK_LABEL}={STACK},{logs.COMPONENT_LABEL}={component},other"}
            for name, component in CONTAINERS.items()
            if not wanted or component in wanted
        ]
        return "\n".join(map(json.dumps, lines))

    monkeypatch.setattr(logs, "capture", answer)
    return bool(request.param)


def test_all_or_one_component_is_shown(swarm: bool) -> None:
    assert [source.label for source in logs.sources(STACK, component="edge")] == ["edge"]
    shown = [source.label for source in logs.sources(STACK, component=None)]
    assert shown == (["edge", "prometheus", "proxy"] if swarm else ["edge", "prometheus"])


def test_h18_a_component_that_the_stack_does_not_have_is_answered_with_those_that_it_has(swarm: bool) -> None:
    with pytest.raises(SupplyError, match="has no container of component 'monitoring'") as caught:
        logs.sources(STACK, component="monitoring")
    assert caught.value.mend == f"It has: edge, prometheus{', proxy' if swarm else ''}."
