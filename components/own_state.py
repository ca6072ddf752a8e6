"""What the state of this stack records, known to the program before it registers anything.

Pulumi gives a program its state only resource by resource, as each is registered. A function of the engine itself
returns the outputs of all resources in a stack's state (`readStackResourceOutputs`, builtins.go of pulumi/pkg): for
each backend, without a plugin, with secrets in clear, and for this stack as for any other. All that it leaves in a new
state is the engine's own provider.

An id in a file of the checkout would be no alternative: two users may share a checkout, and one user may have two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from components.secrets import owner_of
from engine.ownership import Recorded, RecordedVolume
from engine.swarm.volume import NODE_VOLUME
from engine.volume import OF_PULUMI_DOCKER, VOLUME

READ = "pulumi:pulumi:readStackResourceOutputs"
SEED = "secrets-seed"
"""The resource with the first seed (components/secrets.py): the owner is derived from it."""
SELF_MANAGED = "organization"
"""The organization of every stack in a backend without any; such a backend may not know the long form of a name."""


def read() -> Recorded:
    """Return the owner and the volumes that the state records, as it was before this run."""
    organization, stack = pulumi.get_organization(), pulumi.get_stack()
    name = stack if organization == SELF_MANAGED else f"{organization}/{pulumi.get_project()}/{stack}"
    answer = pulumi.runtime.invoke(READ, {"stackName": name}).value or {}
    return recorded(answer.get("outputs") or {})


def recorded(resources: Mapping[str, Any]) -> Recorded:
    """Return what the `resources` of a state say: `type` and `outputs` by URN."""
    owner, volumes = None, {}
    for urn, resource in resources.items():
        kind, outputs = resource["type"], resource.get("outputs") or {}
        if urn.endswith(f"::{SEED}") and outputs.get("result"):
            owner = owner_of(outputs["result"])
        if kind in (VOLUME, OF_PULUMI_DOCKER, NODE_VOLUME) and outputs.get("name"):
            volumes[outputs["name"]] = RecordedVolume(
                owner=outputs.get("owner"), created=str(outputs.get("created") or "")
            )
    return Recorded(owner=owner, volumes=volumes)
