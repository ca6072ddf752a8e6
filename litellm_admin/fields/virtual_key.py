"""The fields of a virtual key."""

from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator, model_validator

from litellm_admin.fields.amounts import Count, Duration, Flag, Limit, Name, Route
from litellm_admin.fields.base import BudgetWindow, ObjectPermission, SpendLimits, no_field_in_metadata


class KeyFields(SpendLimits):
    """A virtual key, without its value and its alias."""

    ENTERPRISE_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_passthrough_routes",
            "denied_passthrough_routes",
            "disable_global_guardrails",
            "guardrails",
            "model_max_budget",
            "policies",
            "prompts",
            "tags",
        }
    )
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        "soft_budget": "leaves a hidden budget behind on the proxy: declare a budget with soft_budget and name it in "
        "budget_id",
        "key_type": "sets allowed_routes once and is never compared again: write allowed_routes instead",
    }
    EXACT_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {
            "budget_duration",
            "duration",
            "max_budget",
            "max_parallel_requests",
            "models",
            "object_permission",
            "rpm_limit",
            "tpm_limit",
            "user_id",
        }
    )
    INITIAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"metadata"})
    METADATA_BACKED: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_vector_store_indexes",
            "default_estimated_output_tokens",
            "default_estimated_output_tokens_per_model",
            "disable_global_guardrails",
            "enable_prompt_caching",
            "end_user_budget_id",
            "enforced_params",
            "guardrails",
            "mcp_rpm_limit",
            "model_rpm_limit",
            "model_tpm_limit",
            "policies",
            "prompts",
            "rpm_limit_type",
            "tag_rpm_limit",
            "tags",
            "throttle_on_budget_exceeded",
            "tpm_limit_type",
            "allowed_passthrough_routes",
            "denied_passthrough_routes",
        }
    )
    """Fields that the proxy keeps inside the key's metadata."""

    models: tuple[str, ...] | None = None
    """Names from model_list that the key may use; none: all of them."""
    aliases: dict[str, str] | None = None
    """Model name that the caller says: model name that is meant."""
    budget_id: Name | None = None
    """The budget that limits the key, instead of limits of its own."""
    budget_limits: tuple[BudgetWindow, ...] | None = None
    """Budgets over several spans that hold at the same time."""
    budget_fallbacks: dict[str, tuple[str, ...]] | None = None
    """Model: models to use instead when its budget is spent."""
    end_user_budget_id: Name | None = None
    """The budget of each end user who comes with this key and has none of their own; LiteLLM never resets it."""
    throttle_on_budget_exceeded: Flag | None = None
    """Slow down instead of refusing when the budget is spent."""
    tpd_limit: Limit | None = None
    """Tokens per day, charged by batch submissions."""
    model_rpm_limit: dict[str, Limit] | None = None
    """Model: requests per minute."""
    model_tpm_limit: dict[str, Limit] | None = None
    """Model: tokens per minute."""
    mcp_rpm_limit: dict[str, Limit] | None = None
    """MCP server: requests per minute."""
    tag_rpm_limit: dict[str, Limit] | None = None
    """Request tag: requests per minute."""
    rpm_limit_type: Literal["guaranteed_throughput", "best_effort_throughput", "dynamic"] | None = None
    tpm_limit_type: Literal["guaranteed_throughput", "best_effort_throughput", "dynamic"] | None = None
    default_estimated_output_tokens: Count | None = None
    """Tokens to reserve for an answer whose length the request does not bound."""
    default_estimated_output_tokens_per_model: dict[str, Count] | None = None
    allowed_routes: tuple[Route, ...] | None = None
    """Paths or groups of routes that the key may call; none: what its owner's role may."""
    allowed_cache_controls: tuple[str, ...] | None = None
    enforced_params: tuple[str, ...] | None = None
    """Parameters that each request must carry, as in `user` or `metadata.generation_name`."""
    enable_prompt_caching: Flag | None = None
    metadata: dict[str, Any] | None = None
    """Anything, for reports; it replaces what the key holds."""
    config: dict[str, Any] | None = None
    permissions: dict[str, Any] | None = None
    router_settings: dict[str, Any] | None = None
    """Router settings for this key only."""
    object_permission: ObjectPermission | None = None
    """MCP servers, vector stores, agents and tools that the key may use."""
    access_group_ids: tuple[Name, ...] | None = None
    """Access groups of the proxy that the key belongs to."""
    allowed_vector_store_indexes: tuple[dict[str, Any], ...] | None = None
    """Indexes, each with index_name and index_permissions."""
    agent_id: Name | None = None
    """The agent that the key belongs to."""
    blocked: Flag | None = None
    """Refuse every request until this is false again."""
    duration: Duration | None = None
    """The key expires this long after it was created or the field last changed."""
    user_id: Name | None = None
    """The user who owns the key; with an admin as owner the key is an admin key."""
    team_id: Name | None = None
    """The team that the key belongs to; another team means another key."""

    soft_budget: None = None
    key_type: None = None
    tags: tuple[str, ...] | None = None
    guardrails: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    prompts: tuple[str, ...] | None = None
    disable_global_guardrails: Flag | None = None
    allowed_passthrough_routes: tuple[str, ...] | None = None
    denied_passthrough_routes: tuple[str, ...] | None = None
    model_max_budget: dict[str, Any] | None = None

    @field_validator("metadata")
    @classmethod
    def _no_field_in_metadata(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return no_field_in_metadata(value, cls.METADATA_BACKED, of="key")

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.budget_id is not None and self.max_budget is not None:
            raise ValueError("max_budget and budget_id exclude each other: the key's own limit would silently win")
        return self
