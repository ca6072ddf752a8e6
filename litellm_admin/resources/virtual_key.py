"""Virtual keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.adoption import FIRST, is_beyond
from litellm_admin.provider import VirtualKeyProvider
from litellm_admin.resources.args import Json, Limits, LoginArgs, Strings, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class VirtualKeyArgs(LoginArgs):
    """A virtual key: its alias (unique on the proxy), and the fields of `fields.virtual_key.KeyFields`.

    key: its value. grace: the value replaces an earlier one of the key with this alias, which stays valid for so long:
    `24h`, or `0s` to refuse it at once. adopt: take over the key that has this alias already; it keeps the value that
    its users know, whatever `rotation` is at that moment (litellm_admin/adoption.py). Once `rotation` is raised the key
    gets the value in `own_key`, and its users' value stays valid for `grace`.
    """

    key_alias: Input[str]
    key: Input[str] | None = None
    adopt: Input[bool] | None = None
    grace: Input[str] | None = None
    own_key: Input[str] | None = None
    rotation: Input[str] | None = None
    models: Strings | None = None
    aliases: Input[Mapping[str, Input[str]]] | None = None
    max_budget: Input[float] | None = None
    budget_duration: Input[str] | None = None
    budget_id: Input[str] | None = None
    budget_limits: Input[Sequence[Json]] | None = None
    budget_fallbacks: Input[Mapping[str, Strings]] | None = None
    end_user_budget_id: Input[str] | None = None
    throttle_on_budget_exceeded: Input[bool] | None = None
    rpm_limit: Input[int] | None = None
    tpm_limit: Input[int] | None = None
    tpd_limit: Input[int] | None = None
    max_parallel_requests: Input[int] | None = None
    model_rpm_limit: Limits | None = None
    model_tpm_limit: Limits | None = None
    mcp_rpm_limit: Limits | None = None
    tag_rpm_limit: Limits | None = None
    rpm_limit_type: Input[str] | None = None
    tpm_limit_type: Input[str] | None = None
    default_estimated_output_tokens: Input[int] | None = None
    default_estimated_output_tokens_per_model: Limits | None = None
    allowed_routes: Strings | None = None
    allowed_cache_controls: Strings | None = None
    enforced_params: Strings | None = None
    enable_prompt_caching: Input[bool] | None = None
    metadata: Json | None = None
    config: Json | None = None
    permissions: Json | None = None
    router_settings: Json | None = None
    object_permission: Json | None = None
    access_group_ids: Strings | None = None
    allowed_vector_store_indexes: Input[Sequence[Json]] | None = None
    agent_id: Input[str] | None = None
    blocked: Input[bool] | None = None
    duration: Input[str] | None = None
    user_id: Input[str] | None = None
    team_id: Input[str] | None = None
    tags: Strings | None = None
    guardrails: Strings | None = None
    policies: Strings | None = None
    prompts: Strings | None = None
    disable_global_guardrails: Input[bool] | None = None
    allowed_passthrough_routes: Strings | None = None
    denied_passthrough_routes: Strings | None = None
    model_max_budget: Json | None = None


class VirtualKey(dynamic.Resource, module="litellm", name="VirtualKey"):
    """A virtual key of the proxy. Its id is the hash of its value, which no request names after the creation.

    Outputs: key (secret), key_alias, expires (ISO 8601, None without a duration). The value of an adopted key is
    `value_of_adopted`. Once such a key is rotated, its id is the new value's hash from the next refresh on.
    """

    key: Output[str]
    key_alias: Output[str]
    expires: Output[str | None]
    start: Output[str | None]

    def __init__(self, resource_name: str, args: VirtualKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(
                VirtualKeyProvider(),
                resource_name,
                {**args.props(), "expires": None, "start": None},
                with_secrets(opts, "key", "own_key", "token"),
            )

    def value_of_adopted(self, own_key: Output[str], *, rotation: str) -> Output[str]:
        """Return the value of an adopted key with this `own_key` and `rotation`; empty while it is its users'.

        A state that was written before there were starts has none to read in a preview.
        """
        return Output.all(_known(self.start), own_key).apply(
            lambda given: str(given[1]) if is_beyond(rotation, given[0] or FIRST) else ""
        )


def _known(output: Output[str | None]) -> Output[str | None]:
    """Return an output that is None instead of unknown."""

    async def always() -> bool:
        return True

    return Output(output.resources(), output.future(), always(), output.is_secret())
