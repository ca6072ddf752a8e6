"""Budgets."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import BudgetProvider
from litellm_admin.resources.args import Json, LoginArgs, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class BudgetArgs(LoginArgs):
    """A budget and its id. adopt: take over a budget of this id that somebody else made."""

    budget_id: Input[str]
    max_budget: Input[float] | None = None
    soft_budget: Input[float] | None = None
    budget_duration: Input[str] | None = None
    rpm_limit: Input[int] | None = None
    tpm_limit: Input[int] | None = None
    tpd_limit: Input[int] | None = None
    max_parallel_requests: Input[int] | None = None
    model_max_budget: Json | None = None
    adopt: Input[bool] | None = None


class Budget(dynamic.Resource, module="litellm", name="Budget"):
    """A budget that keys and customers share by naming it.

    Hand on `budget_id` from here: the dependency makes the budget outlive what is attached to it, because deleting a
    budget in use lifts the limit of its users silently.
    """

    budget_id: Output[str]

    def __init__(self, resource_name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(BudgetProvider(), resource_name, args.props(), with_secrets(opts, "token"))
