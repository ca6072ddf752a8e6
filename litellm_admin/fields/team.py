"""The fields of a team, and of a user's membership in it."""

from typing import Any, ClassVar, Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from litellm_admin.fields.amounts import Count, Dollars, Duration, Flag, Limit, Name, Route
from litellm_admin.fields.base import BudgetWindow, ObjectFields, ObjectPermission, SpendLimits, no_field_in_metadata


class TeamFields(SpendLimits):
    """A team, without its id: limits that its keys and its members share."""

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
            "team_member_key_duration",
        }
    )
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        "max_parallel_requests": "is not taken by the proxy for a team: set it on the team's keys",
        "organization_id": "belongs to LiteLLM's organizations, which this stack does not manage",
    }
    EXACT_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"budget_duration", "max_budget", "rpm_limit", "team_member_permissions", "tpm_limit"}
    )
    METADATA_BACKED: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_passthrough_routes",
            "allowed_vector_store_indexes",
            "default_estimated_output_tokens",
            "default_estimated_output_tokens_per_model",
            "denied_passthrough_routes",
            "disable_global_guardrails",
            "enforced_batch_output_expires_after",
            "enforced_file_expires_after",
            "guardrails",
            "mcp_rpm_limit",
            "model_rpm_limit",
            "model_tpm_limit",
            "policies",
            "prompts",
            "rpm_limit_type",
            "tags",
            "team_member_key_duration",
            "tpm_limit_type",
        }
    )
    """Fields that the proxy keeps inside the team's metadata."""
    MEMBER_BUDGET: ClassVar[dict[str, str]] = {
        "team_member_budget": "max_budget",
        "team_member_budget_duration": "budget_duration",
        "team_member_rpm_limit": "rpm_limit",
        "team_member_tpm_limit": "tpm_limit",
    }
    """Fields that the proxy keeps in a budget of its own making, with their names there."""

    team_alias: Name | None = None
    """A readable name; several teams may have the same."""
    models: tuple[str, ...] | None = None
    """Names from model_list that the team's keys may use; none: all of them."""
    model_aliases: dict[str, str] | None = None
    """Model name that the caller says: model name that is meant."""
    soft_budget: Dollars | None = None
    """US dollars after which the proxy alerts, and goes on; less than max_budget."""
    budget_limits: tuple[BudgetWindow, ...] | None = None
    """Budgets over several spans that hold at the same time."""
    tpd_limit: Limit | None = None
    """Tokens per day, charged by batch submissions."""
    model_rpm_limit: dict[str, Limit] | None = None
    """Model: requests per minute."""
    model_tpm_limit: dict[str, Limit] | None = None
    """Model: tokens per minute."""
    mcp_rpm_limit: dict[str, Limit] | None = None
    """MCP server: requests per minute."""
    rpm_limit_type: Literal["guaranteed_throughput", "best_effort_throughput"] | None = None
    tpm_limit_type: Literal["guaranteed_throughput", "best_effort_throughput"] | None = None
    default_estimated_output_tokens: Count | None = None
    """Tokens to reserve for an answer whose length the request does not bound."""
    default_estimated_output_tokens_per_model: dict[str, Count] | None = None
    enforced_batch_output_expires_after: dict[str, Any] | None = None
    enforced_file_expires_after: dict[str, Any] | None = None
    team_member_budget: Dollars | None = None
    """US dollars that each member may spend who has no budget of their own."""
    team_member_budget_duration: Duration | None = None
    """After this time a member's spend counts from zero again; none: never."""
    team_member_rpm_limit: Limit | None = None
    """Requests per minute of each member who has no limit of their own."""
    team_member_tpm_limit: Limit | None = None
    """Tokens per minute of each member who has no limit of their own."""
    team_member_permissions: tuple[Route, ...] | None = None
    """Routes that members may call to manage the team's keys, as in /key/generate."""
    default_team_member_models: tuple[str, ...] | None = None
    """Models that a new member may use; none: the team's."""
    metadata: dict[str, Any] | None = None
    """Anything, for reports; it replaces what the team holds."""
    router_settings: dict[str, Any] | None = None
    """Router settings for this team only."""
    object_permission: ObjectPermission | None = None
    """MCP servers, vector stores, agents and tools that the team's keys may use."""
    access_group_ids: tuple[Name, ...] | None = None
    """Access groups of the proxy that the team belongs to."""
    allowed_vector_store_indexes: tuple[dict[str, Any], ...] | None = None
    """Indexes, each with index_name and index_permissions."""
    blocked: Flag | None = None
    """Refuse every request with the team's keys until this is false again."""

    organization_id: None = None
    tags: tuple[str, ...] | None = None
    guardrails: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    prompts: tuple[str, ...] | None = None
    disable_global_guardrails: Flag | None = None
    allowed_passthrough_routes: tuple[str, ...] | None = None
    denied_passthrough_routes: tuple[str, ...] | None = None
    model_max_budget: dict[str, Any] | None = None
    team_member_key_duration: Duration | None = None

    @field_validator("metadata")
    @classmethod
    def _no_field_in_metadata(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return no_field_in_metadata(value, cls.METADATA_BACKED, of="team")

    @model_validator(mode="after")
    def _soft_below_hard(self) -> Self:
        if self.soft_budget is not None and self.max_budget is not None and self.soft_budget >= self.max_budget:
            raise ValueError("soft_budget has to be lower than max_budget")
        return self


class TeamMemberFields(ObjectFields):
    """A user's place in a team, without the two ids. What is not set here holds as the team says for all members."""

    role: Literal["user", "admin"] = "user"
    """`admin` may manage the team and its members, with a licence only."""
    max_budget_in_team: Dollars | None = None
    """US dollars that the user may spend within the team."""
    budget_duration: Duration | None = None
    """After this time the member's spend counts from zero again."""
    rpm_limit: Limit | None = None
    """Requests per minute within the team."""
    tpm_limit: Limit | None = None
    """Tokens per minute within the team."""
    allowed_models: tuple[str, ...] | None = None
    """Models of the team that the user may use; none: all of them."""

    @field_validator("role")
    @classmethod
    def _team_admins_need_a_licence(cls, value: str, info: ValidationInfo) -> str:
        if value == "admin" and not (info.context or {}).get("licensed"):
            raise ValueError("'admin' of a team is for LiteLLM Enterprise only: write 'user', or declare the licence")
        return value
