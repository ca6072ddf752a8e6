"""Who may use the gateway: virtual keys, budgets and customers on the proxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import pulumi

from components.edge import Edge
from components.network import Network
from components.secrets import Secrets
from config import litellm
from config.access import RESERVED
from config.proxy import model_names
from config.settings import Settings
from litellm_admin.resources import (
    Budget,
    BudgetArgs,
    Customer,
    CustomerArgs,
    Provisioner,
    ProvisionerArgs,
    VirtualKey,
    VirtualKeyArgs,
)


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What the objects stand on."""

    settings: Settings
    secrets: Secrets
    network: Network
    edge: Edge


class _Login(TypedDict):
    url: str
    token: pulumi.Output[str]
    licensed: bool


class Access(pulumi.ComponentResource):
    """The declared objects, and a key for Prometheus that reads metrics and nothing else."""

    virtual_keys: dict[str, pulumi.Output[str]]
    key_models: dict[str, list[str]]
    metrics_key: pulumi.Output[str]

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Access", name, {}, opts)
        self._name, self._args = name, args
        # When the whole stack goes there is nobody to call: the objects go with the database, or stay in a database
        # that is kept, with their spend, and are found again by the next `up`.
        self._child = pulumi.ResourceOptions(parent=self, deleted_with=args.network.network)
        provisioner = Provisioner(
            f"{name}-provisioner",
            ProvisionerArgs(
                url=args.settings.effective_admin_url,
                master_key=args.secrets.master_key,
                key=args.secrets.derive("provisioner"),
            ),
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[args.edge.cutover])),
        )
        self._login = _Login(
            url=args.settings.effective_admin_url, token=provisioner.token, licensed=args.settings.licensed
        )
        budgets = self._budgets()
        self._customers(budgets)
        self.virtual_keys = self._virtual_keys(budgets)
        every_model = model_names(args.settings.proxy)
        self.key_models = {
            alias: list(fields.models or every_model) for alias, fields in args.settings.access.keys.items()
        }
        self.metrics_key = self._metrics_key()
        self.register_outputs({})

    def _budgets(self) -> dict[str, Budget]:
        declared = {budget: fields.declared() for budget, fields in self._args.settings.access.budgets.items()}
        if end_user_budget := litellm.end_user_budget(self._args.settings):
            declared[litellm.END_USER_BUDGET_ID] = end_user_budget.declared()
        return {
            budget: Budget(
                f"{self._name}-budget-{budget}", BudgetArgs(**self._login, budget_id=budget, **fields), self._child
            )
            for budget, fields in declared.items()
        }

    def _customers(self, budgets: dict[str, Budget]) -> None:
        for customer, fields in self._args.settings.access.customers.items():
            declared = _with_budgets(fields.declared(), budgets)
            args = CustomerArgs(**self._login, user_id=customer, **declared)
            Customer(f"{self._name}-customer-{customer}", args, self._child)

    def _virtual_keys(self, budgets: dict[str, Budget]) -> dict[str, pulumi.Output[str]]:
        values = {}
        for alias, fields in self._args.settings.access.keys.items():
            value = self._args.secrets.derive(f"virtual/{alias}")
            declared = _with_budgets(fields.declared(), budgets)
            args = VirtualKeyArgs(**self._login, key=value, key_alias=alias, **declared)
            values[alias] = VirtualKey(f"{self._name}-key-{alias}", args, self._child).key
        return values

    def _metrics_key(self) -> pulumi.Output[str]:
        args = VirtualKeyArgs(
            **self._login,
            key=self._args.secrets.derive("metrics"),
            key_alias=f"{RESERVED}metrics",
            allowed_routes=["/metrics"],
        )
        return VirtualKey(f"{self._name}-metrics-key", args, self._child).key


def _with_budgets(declared: dict[str, Any], budgets: dict[str, Budget]) -> dict[str, Any]:
    """Replace ids of budgets by the budgets' outputs, so that a budget outlives what is attached to it."""
    references = {name: declared[name] for name in ("budget_id", "end_user_budget_id") if name in declared}
    return {**declared, **{name: budgets[str(budget)].budget_id for name, budget in references.items()}}
