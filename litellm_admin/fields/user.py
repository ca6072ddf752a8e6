"""The fields of a user of the proxy: somebody who logs in, owns keys and is a member of teams."""

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from litellm_admin.fields.amounts import Name
from litellm_admin.fields.base import ObjectPermission, SpendLimits, no_field_in_metadata


class UserFields(SpendLimits):
    """A user, without their id."""

    ENTERPRISE_FIELDS: ClassVar[frozenset[str]] = frozenset({"model_max_budget"})
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {
        "password": "is set by the user through an invitation link of the proxy, never by an administrator",
        "teams": "is the other side of a membership: name the user in the team's members",
        "max_parallel_requests": "can be set once and never be emptied by the proxy: set it on the user's keys",
    }
    # Models and a role that the proxy fills in cannot be emptied again: config/lint/defaults.py refuses those.
    EXACT_FIELDS: ClassVar[frozenset[str]] = frozenset({"budget_duration", "max_budget", "rpm_limit", "tpm_limit"})

    user_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    """Unique on the proxy; SSO finds the user by it."""
    user_alias: Name | None = None
    """A readable name."""
    user_role: Literal["proxy_admin", "proxy_admin_viewer", "internal_user", "internal_user_viewer"] | None = None
    """What the user may do in the admin UI; none: what LiteLLM lets a user without a role."""
    models: tuple[str, ...] | None = None
    """Names from model_list that the user's own keys may use; none: all of them."""
    object_permission: ObjectPermission | None = None
    """MCP servers, vector stores, agents and tools that the user may use."""
    metadata: dict[str, Any] | None = None
    """Anything, for reports; it replaces what the user holds."""

    password: None = None
    teams: None = None
    model_max_budget: dict[str, Any] | None = None

    @field_validator("metadata")
    @classmethod
    def _no_field_in_metadata(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return no_field_in_metadata(value, frozenset(), of="user")
