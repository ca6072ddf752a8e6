"""How a stack's things are named and labelled on an engine that other stacks and other people use too."""

from __future__ import annotations

from dataclasses import dataclass

STACK_LABEL = "io.litellm-stack.stack"
COMPONENT_LABEL = "io.litellm-stack.component"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One environment: the Pulumi project and stack."""

    project: str
    stack: str

    @property
    def label(self) -> str:
        """Value of STACK_LABEL on everything that belongs to this environment."""
        return f"{self.project}/{self.stack}"

    def name(self, thing: str) -> str:
        """Return the engine-wide name of a thing of this environment."""
        return f"{self.project}-{self.stack}-{thing}"

    def labels(self, component: str) -> dict[str, str]:
        """Return the labels of a thing that belongs to `component`."""
        return {STACK_LABEL: self.label, COMPONENT_LABEL: component}
