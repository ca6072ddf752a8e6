"""Many objects on the proxy at once: without a write of the whole state after each.

The file backend rewrites its state around every step, which makes 500 new keys cost four times what the proxy needs for
them. PULUMI_SKIP_CHECKPOINTS writes it once, at the end, at the price that a killed run leaves no record of what it
did. The objects on the proxy can afford that: the next run finds its own and goes on. So can Prometheus, which restarts
with the alerts of new budgets: the next run looks first, finds it gone, and removes what stands in the way of another.
Nothing else can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from supply.console import Console
from supply.pulumi import Pulumi

SKIP_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true"}
MANY = 200
"""Objects from which on the writes cost more than a look at the plan (`make bench`)."""

_OBJECTS = "pulumi-python:dynamic/litellm:"
_LOGIN = f"{_OBJECTS}Provisioner"
BROUGHT_ALONG = frozenset({"monitoring-rules", "monitoring-prometheus", "monitoring-healthy"})
"""The resources of components/monitoring.py that change with the budgets of objects."""

_NOTHING = frozenset({"same", "read", "refresh"})
_SMALLEST_DECLARATION = 20
"""Characters that a declared object takes at least in the stack's file."""


def prepared(pulumi: Pulumi, *, project: str, console: Console) -> Pulumi:
    """Return the command line for an `up` of the changes that are due."""
    file = pulumi.checkout / f"Pulumi.{pulumi.stack}.yaml"
    recorded = [resource for resource in pulumi.resources() if _is_object(resource)] if _may_be_many(file) else []
    if not recorded or abs(_declared(pulumi, project) - len(recorded)) < MANY:
        return pulumi
    with console.step("Many changed objects") as step:
        plan = json.loads(pulumi.ask("preview", "--json", what="Looking at what is to change"))
        alone = is_about_objects_alone(plan.get("steps") or ())
        step.outcome = "alone: the state is written at the end" if alone else "beside others: recorded one by one"
    return replace(pulumi, environment={**pulumi.environment, **SKIP_CHECKPOINTS}) if alone else pulumi


def _may_be_many(file: Path) -> bool:
    return file.stat().st_size >= MANY * _SMALLEST_DECLARATION


def _is_object(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("type")).startswith(_OBJECTS)


def is_about_objects_alone(steps: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the steps of a plan change objects on the proxy, many of them, and no more than what comes with them.

    The login is not one of them.
    """
    changed = [_type(step) for step in steps if step.get("op") not in _NOTHING and _name(step) not in BROUGHT_ALONG]
    return len(changed) >= MANY and all(kind.startswith(_OBJECTS) and kind != _LOGIN for kind in changed)


def _name(step: Mapping[str, Any]) -> str:
    return str(step.get("urn")).rpartition("::")[2]


def _type(step: Mapping[str, Any]) -> str:
    state = step.get("newState") or step.get("oldState") or {}
    return str(state.get("type"))


def _declared(pulumi: Pulumi, project: str) -> int:
    """Count the objects in the stack's `access` section."""
    shown = pulumi.ask("config", "--json", "--show-secrets", what=f"Reading the config of stack {pulumi.stack}")
    section = json.loads(shown).get(f"{project}:access", {}).get("objectValue") or {}
    teams = section.get("teams") or {}
    nested = sum(len(team.get(kind) or {}) for team in teams.values() if team for kind in ("keys", "members"))
    return sum(len(objects or {}) for objects in section.values()) + nested
