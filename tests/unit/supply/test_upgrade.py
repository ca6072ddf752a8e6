"""What `make upgrade-database` does to the state: the old volume stays, whatever the stack says of it."""

from __future__ import annotations

from typing import Any

from supply.pulumi import _unwrapped
from supply.upgrade import kept

VOLUME = {"type": "docker:index/volume:Volume", "protect": True, "outputs": {"name": "gateway-prod-database"}}


def test_the_databases_volumes_are_kept_and_nothing_else_is_changed() -> None:
    others: list[dict[str, Any]] = [
        {"type": "docker:index/volume:Volume", "protect": True, "outputs": {"name": "gateway-prod-databases"}},
        {"type": "docker:index/container:Container", "outputs": {"name": "gateway-prod-database"}},
        {"type": "pulumi:pulumi:Stack"},
    ]
    exported = {"version": 3, "deployment": {"manifest": {}, "resources": [VOLUME, *others]}}
    changed = {**VOLUME, "protect": False, "retainOnDelete": True}
    assert kept(exported, "gateway-prod-database") == {
        "version": 3,
        "deployment": {"manifest": {}, "resources": [changed, *others]},
    }


def test_secrets_of_an_exported_state_are_unwrapped_at_any_depth() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"a secret"'}
    exported = {"inputs": {"environment": {**secret, "plaintext": '{"A": 1}'}, "keys": [secret], "name": "x"}}
    assert _unwrapped(exported) == {"inputs": {"environment": {"A": 1}, "keys": ["a secret"], "name": "x"}}
