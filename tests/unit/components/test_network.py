"""Whose resource a stack's network is."""

from __future__ import annotations

import pulumi
import pytest
from pulumi.runtime import mocks

from components.network import Network, NetworkArgs
from config import settings
from engine import single_host
from engine.identity import Identity
from tests.unit.components.host import fresh_host
from tests.unit.components.test_program import Recorder


@pytest.mark.parametrize(
    ("is_of_the_provider", "kind"),
    [(False, "pulumi-python:dynamic/engine:Network"), (True, "docker:index/network:Network")],
)
def test_a_network_that_the_provider_made_stays_with_it(
    is_of_the_provider: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="p", stack="unit", preview=False)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK leaves it untyped
    def declare() -> None:
        identity = Identity(project="p", stack="unit", owner="somebody", key="key")
        given = settings.load({}, encrypted=[], project="p")
        Network("network", NetworkArgs(identity=identity, settings=given))

    with fresh_host():
        monkeypatch.setattr(single_host, "is_of_the_provider", lambda _name: is_of_the_provider)
        declare()
    made = recorder.resources["network-bridge"]
    assert (made.typ, made.inputs["name"]) == (kind, "p-unit-network")
