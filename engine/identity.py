"""How a stack's things are named and labelled on an engine that other stacks and other people use too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi

STACK_LABEL = "io.litellm-stack.stack"
COMPONENT_LABEL = "io.litellm-stack.component"
OWNER_LABEL = "io.litellm-stack.owner"
VOLUME_LABEL = "io.litellm-stack.volume"
"""On the record of a volume of a Swarm's node: the volume's name."""
SPEC_LABEL = "io.litellm-stack.spec"
"""On a service: another one for whatever else it is told, so that it shows when a Swarm took that back."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One environment: the Pulumi project and stack.

    `owner` differs between two states that have a stack of the same name, such as two users' on one engine. `key` is
    secret: names that tell one secret from another are made with it.
    """

    project: str
    stack: str
    owner: pulumi.Input[str]
    key: pulumi.Input[str]

    @property
    def label(self) -> str:
        """Value of STACK_LABEL on everything that belongs to this environment."""
        return stack_label(project=self.project, stack=self.stack)

    def name(self, thing: str) -> str:
        """Return the engine-wide name of a thing of this environment."""
        return engine_name(self.label, thing)

    def labels(self, component: str) -> dict[str, pulumi.Input[str]]:
        """Return the labels of a thing that belongs to `component`."""
        return {STACK_LABEL: self.label, COMPONENT_LABEL: component, OWNER_LABEL: self.owner}


def owned_filters(stack: str, labels: Mapping[str, str], *more: str) -> list[str]:
    """Return filters for what has the label of `stack`, the owner in `labels` if any, and the labels `more`."""
    owner = labels.get(OWNER_LABEL)
    return [f"{STACK_LABEL}={stack}", *([f"{OWNER_LABEL}={owner}"] if owner else []), *more]


def stack_label(*, project: str, stack: str) -> str:
    """Return the value of STACK_LABEL on everything that belongs to an environment."""
    return f"{project}/{stack}"


def engine_name(label: str, thing: str) -> str:
    """Return the engine-wide name of a thing of the environment with this label."""
    return f"{label.replace('/', '-')}-{thing}"
