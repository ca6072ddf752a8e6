"""Virtual keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import VirtualKeyProvider
from litellm_admin.resources.args import Json, Limits, LoginArgs, Strings, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class VirtualKeyArgs(LoginArgs):
    """A virtual key: its alias (unique on the proxy), and the fields of `fields.virtual_key.KeyFields`.

    key: its value. adopt: instead of a value, take over the key that has this alias already; it stays as its users
    know it. grace: the value replaces an earlier one of the key with this alias (with adopt: whoever made it), which
    stays valid for so long: `24h`, or `0s` to cut it off at once.
    """

    key_alias: Input[str]
    key: Input[str] | None = None
    adopt: Input[bool] | None = None
    grace: Input[str] | None = None
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

    Outputs: key (secret; not known for an adopted one), key_alias, expires (ISO 8601, None without a duration).
    """

    key: Output[str]
    key_alias: Output[str]
    expires: Output[str | None]

    def __init__(self, resource_name: str, args: VirtualKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(
                VirtualKeyProvider(),
                resource_name,
                {**args.props(), "expires": None},
                with_secrets(opts, "key", "token"),
            )
