"""The fields of a budget."""

from typing import Any, ClassVar

from litellm_admin.fields.amounts import Dollars, Limit
from litellm_admin.fields.base import SpendLimits


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
