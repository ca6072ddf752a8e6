"""What the objects of a LiteLLM proxy hold, in LiteLLM's own words, as far as a stack declares it.

The same models check the stack's settings and the inputs of the resources. Every field is optional: a field that is
not named is not managed, and the proxy's own default holds. LiteLLM 1.106.2's request models (litellm/proxy/_types.py)
and the effect of each field on an open-source proxy are where the fields come from.
"""

from typing import Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from litellm_admin.amounts import Count, Dollars, Duration, Flag, Limit, Name, Route

_BLOCK_BY_BUDGET: Final = (
    "is stored but not enforced by the open-source proxy: name a budget with max_budget 0 in budget_id instead"
)
_LIMIT_BY_BUDGET: Final = (
    "would be written into a budget that others may share, or that nothing deletes: declare a budget and name it in "
    "budget_id"
)


class ObjectFields(BaseModel):
    """What every object shares: nothing but its own fields, and reasons for those that it does not take."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    ENTERPRISE_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Fields that the proxy takes with a licence only."""
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {}
    """Fields of LiteLLM's API that do not do what they promise, each with what to write instead."""

    @field_validator("*", mode="before")
    @classmethod
    def _usable(cls, value: object, info: ValidationInfo) -> object:
        name = info.field_name or ""
        if value is None:
            return value
        if name in cls.REFUSED_FIELDS:
            raise ValueError(cls.REFUSED_FIELDS[name])
        if name in cls.ENTERPRISE_FIELDS and not (info.context or {}).get("licensed"):
            raise ValueError("is for LiteLLM Enterprise only: leave it out, or declare the proxy's licence")
        return value

    @classmethod
    def managed(cls) -> frozenset[str]:
        """Name the fields that can be declared, given a licence where one is needed."""
        return frozenset(cls.model_fields) - frozenset(cls.REFUSED_FIELDS)

    def declared(self) -> dict[str, Any]:
        """Return the fields that are set, as JSON values; what is None counts as not set."""
        return self.model_dump(mode="json", exclude_none=True)


class BudgetWindow(BaseModel):
    """One of several budgets of a key that hold at the same time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_budget: Dollars
    budget_duration: Duration


class SpendLimits(ObjectFields):
    """The limits that keys, teams and users have in common."""

    max_budget: Dollars | None = None
    """US dollars that may be spent per budget_duration, or ever, if there is none."""
    budget_duration: Duration | None = None
    """After this time the spend counts from zero again, at calendar boundaries in UTC."""
    rpm_limit: Limit | None = None
    """Requests per minute."""
    tpm_limit: Limit | None = None
    """Tokens per minute."""
    max_parallel_requests: Count | None = None
    """Requests at the same time."""


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
    METADATA_BACKED: ClassVar[frozenset[str]] = frozenset(
        {
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
    """The budget of each end user who comes with this key and has none of their own."""
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
        hidden = sorted((value or {}).keys() & cls.METADATA_BACKED)
        if hidden:
            raise ValueError(f"holds {', '.join(hidden)}: write that as a field of the key, outside of metadata")
        return value

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.budget_id is not None and self.max_budget is not None:
            raise ValueError("max_budget and budget_id exclude each other: the key's own limit would silently win")
        return self


class BudgetFields(SpendLimits):
    """A budget that keys and customers are attached to by its id."""

    ENTERPRISE_FIELDS: ClassVar[frozenset[str]] = frozenset({"model_max_budget"})
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        "allowed_models": "is taken and not stored by the proxy: name the models in the key or the customer",
    }

    soft_budget: Dollars | None = None
    """US dollars after which the proxy alerts, and goes on."""
    tpd_limit: Limit | None = None
    """Tokens per day, charged by batch submissions."""
    model_max_budget: dict[str, Any] | None = None
    allowed_models: None = None


class CustomerFields(ObjectFields):
    """An end user of the applications behind the gateway, without their id."""

    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        "blocked": _BLOCK_BY_BUDGET,
        "max_budget": _LIMIT_BY_BUDGET,
        "budget_duration": _LIMIT_BY_BUDGET,
        "rpm_limit": _LIMIT_BY_BUDGET,
        "tpm_limit": _LIMIT_BY_BUDGET,
        "max_parallel_requests": _LIMIT_BY_BUDGET,
    }

    alias: Name | None = None
    """A readable name."""
    budget_id: Name | None = None
    """The budget that limits the customer."""
    models: tuple[str, ...] | None = None
    """Names from model_list that the customer may use; none: all of them."""
    default_model: Name | None = None
    """The model that answers where allowed_model_region has no equivalent."""
    allowed_model_region: Literal["eu", "us"] | None = None

    blocked: None = None
    max_budget: None = None
    budget_duration: None = None
    rpm_limit: None = None
    tpm_limit: None = None
    max_parallel_requests: None = None
