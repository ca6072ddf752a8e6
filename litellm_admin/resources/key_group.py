"""Groups of virtual keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.key_group import values_of
from litellm_admin.key_group_provider import KeyGroupProvider
from litellm_admin.resources.args import Json, LoginArgs, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class KeyGroupArgs(LoginArgs):
    """A group: its name, unique on the proxy, and its keys.

    seed: secret; the values of the keys are derived from it (`keys.derive_key`, by alias and rotation). fields: what
    all keys hold, of `fields.virtual_key.KeyFields`. keys: what each holds beside that, by alias; `rotation` and
    `grace` for a new value are among it.
    """

    group: Input[str]
    seed: Input[str]
    fields: Json | None = None
    keys: Mapping[str, Mapping[str, Any]]


class KeyGroup(dynamic.Resource, module="litellm", name="KeyGroup"):
    """Virtual keys as one resource: for hundreds and thousands, where a resource for each is dear.

    `values` are the keys' values by alias (secret), known once the keys are there.
    """

    group: Output[str]
    seed: Output[str]
    keys: Output[Mapping[str, Mapping[str, Any]]]
    fields: Output[Mapping[str, Any] | None]

    def __init__(self, resource_name: str, args: KeyGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(
                KeyGroupProvider(),
                resource_name,
                {**args.props(), "fields": args.fields or {}},
                with_secrets(opts, "seed", "token"),
            )

    @property
    def values(self) -> Output[dict[str, str]]:
        """Return the keys' values by alias, a secret."""
        return Output.all(seed=self.seed, fields=self.fields, keys=self.keys).apply(values_of)
