"""The fields of a customer."""

from typing import ClassVar, Final, Literal

from litellm_admin.fields.amounts import Name
from litellm_admin.fields.base import ObjectFields

_BLOCK_BY_BUDGET: Final = (
    "is stored but not enforced by the open-source proxy: name a budget with max_budget 0 in budget_id instead"
)
_LIMIT_BY_BUDGET: Final = (
    "would be written into a budget that others may share, or that nothing deletes: declare a budget and name it in "
    "budget_id"
)


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
