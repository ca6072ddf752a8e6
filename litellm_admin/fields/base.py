"""What the fields of every object have in common."""

from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from litellm_admin.fields.amounts import Count, Dollars, Duration, Limit

MANAGED_BY: Final = "managed_by"
"""The entry in the metadata of a team or a user that names the login which made it: the proxy keeps no other record."""


class ObjectFields(BaseModel):
    """What every object shares: nothing but its own fields, and reasons for those that it does not take."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    ENTERPRISE_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Fields that the proxy takes with a licence only."""
    REFUSED_FIELDS: ClassVar[dict[str, str]] = {}
    """Fields of LiteLLM's API that do not do what they promise, each with what to write instead."""
    EXACT_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Fields that are empty on the proxy unless they are declared. LiteLLM fills them in from its settings, such as
    default_key_generate_params, when an object is created without them."""
    INITIAL_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Fields that LiteLLM fills in likewise, and which are emptied right after the creation only."""

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


class ObjectPermission(BaseModel):
    """What may be used beside models; an empty list means no restriction, as does one that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mcp_servers: tuple[str, ...] | None = None
    mcp_access_groups: tuple[str, ...] | None = None
    mcp_toolsets: tuple[str, ...] | None = None
    mcp_tool_permissions: dict[str, tuple[str, ...]] | None = None
    """The tools of each MCP server that may be used, by its name."""
    blocked_tools: tuple[str, ...] | None = None
    vector_stores: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None
    agent_access_groups: tuple[str, ...] | None = None
    search_tools: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None


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


def no_field_in_metadata(value: dict[str, Any] | None, fields: AbstractSet[str], *, of: str) -> dict[str, Any] | None:
    """Refuse metadata with entries that the proxy takes for fields of the object, or that mark its owner."""
    held = (value or {}).keys()
    if MANAGED_BY in held:
        raise ValueError(f"holds {MANAGED_BY}, where the stack writes its own name: choose another word")
    if hidden := sorted(held & fields):
        raise ValueError(f"holds {', '.join(hidden)}: write that as a field of the {of}, outside of metadata")
    return value
