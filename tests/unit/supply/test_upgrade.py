"""What `make upgrade-database` does to the state: the old volume stays, whatever the stack says of it."""

from __future__ import annotations

from typing import Any

import pytest

from supply.pulumi import _unwrapped
from supply.upgrade import kept

KINDS = ("docker:index/volume:Volume", "pulumi-python:dynamic/engine:NodeVolume")


@pytest.mark.parametrize("kind", KINDS)
def test_the_databases_volumes_are_kept_and_nothing_else_is_changed(kind: str) -> None:
    volume = {"type": kind, "protect": True, "outputs": {"name": "gateway-prod-database"}}
    others: list[dict[str, Any]] = [
        {"type": "docker:index/volume:Volume", "protect": True, "outputs": {"name": "gateway-prod-databases"}},
        {"type": "docker:index/container:Container", "outputs": {"name": "gateway-prod-database"}},
        {"type": "pulumi:pulumi:Stack"},
    ]
    exported = {"version": 3, "deployment": {"manifest": {}, "resources": [volume, *others]}}
    changed = {**volume, "protect": False, "retainOnDelete": True}
    assert kept(exported, "gateway-prod-database") == {
        "version": 3,
        "deployment": {"manifest": {}, "resources": [changed, *others]},
    }


def test_secrets_of_an_exported_state_are_unwrapped_at_any_depth() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"a secret"'}
    exported = {"inputs": {"environment": {**secret, "plaintext": '{"A": 1}'}, "keys": [secret], "name": "x"}}
    assert _unwrapped(exported) == {"inputs": {"environment": {"A": 1}, "keys": ["a secret"], "name": "x"}}
