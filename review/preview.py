"""What `pulumi preview --json` prints, as far as a report needs it.

Source: display.PreviewDigest in pulumi/pkg/display/json.go (3.253), and apitype.PolicyEvent in pulumi/sdk/go for what
`supply/review.py` adds to it, because that document leaves the policy pack's findings out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from review.secrecy import masked


class Part(BaseModel):
    """A part of the document: frozen, and open to what later versions add."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True)


def _masked(value: object) -> object:
    return masked(value) if value is not None else {}


Properties = Annotated[Mapping[str, Any], BeforeValidator(_masked)]
"""Properties of a resource; what is secret in them is masked before anything else sees it."""


class State(Part):
    """A resource before or after the update."""

    inputs: Properties = Field(default_factory=dict)
    outputs: Properties = Field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    property_dependencies: Mapping[str, list[str] | None] = Field(default_factory=dict)
    """Input: URNs of the resources that its value comes from."""


class Step(Part):
    """One step of the plan."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    diff_reasons: tuple[str, ...] = ()
    replace_reasons: tuple[str, ...] = ()


class Diagnostic(Part):
    """A message of the engine, the program or a provider."""

    urn: str = ""
    message: str = ""
    severity: str = ""


class Finding(Part):
    """A finding of the policy pack. enforcement_level: advisory, mandatory or remediate."""

    policy_name: str
    policy_pack_name: str = ""
    enforcement_level: str
    resource_urn: str = ""
    message: str = ""


class Preview(Part):
    """The whole document. policy_events: None where no policy pack was run."""

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    policy_events: tuple[Finding, ...] | None = None
