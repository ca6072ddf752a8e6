"""The Pulumi resources over the admin API: what a stack declares on a LiteLLM proxy.

They need nothing else of this repository:

    from litellm_admin.resources import Budget, BudgetArgs, Provisioner, ProvisionerArgs, VirtualKey, VirtualKeyArgs

    login = Provisioner("login", ProvisionerArgs(url=url, master_key=master_key, key=provisioner_key))
    daily = Budget("daily", BudgetArgs(url=url, token=login.token, budget_id="daily", max_budget=5))
    VirtualKey(
        "chat-app",
        VirtualKeyArgs(url=url, token=login.token, key=key, key_alias="chat-app", budget_id=daily.budget_id),
    )

`key` and `provisioner_key` are values of your own: `keys.derive_key` makes them from one random seed. What each field
means, its unit and its bounds stand in `models`. Preview checks them; an error names the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import BudgetProvider, CustomerProvider, VirtualKeyProvider
from litellm_admin.provisioner import ProvisionerProvider

_SECRET = ("token", "key", "master_key")

Strings = Input[Sequence[Input[str]]]
Limits = Input[Mapping[str, Input[int]]]
Json = Input[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class _Args:
    """The inputs of a resource; what is None is not managed."""

    def props(self) -> dict[str, Input[Any]]:
        """Return the inputs that are set, with the secrets among them marked."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: Output.secret(value) if name in _SECRET else value
            for name, value in named.items()
            if value is not None
        }


def _with_secrets(opts: pulumi.ResourceOptions | None, *outputs: str) -> pulumi.ResourceOptions:
    # The engine keeps an output secret only where the input of that name was one.
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=list(outputs)))


@dataclass(frozen=True, kw_only=True)
class LoginArgs(_Args):
    """How a resource reaches the proxy.

    url: the gateway's address. token: an admin key, best `Provisioner.token`. licensed: the proxy has an Enterprise
    licence, so enterprise fields may be declared.
    """

    url: Input[str]
    token: Input[str]
    licensed: Input[bool] | None = None


@dataclass(frozen=True, kw_only=True)
class VirtualKeyArgs(LoginArgs):
    """A virtual key: its value, its alias (unique on the proxy), and the fields of `models.KeyFields`."""

    key: Input[str]
    key_alias: Input[str]
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

    Outputs: key (secret), key_alias, expires (ISO 8601, None without a duration).
    """

    key: Output[str]
    key_alias: Output[str]
    expires: Output[str | None]

    def __init__(self, resource_name: str, args: VirtualKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(
            VirtualKeyProvider(), resource_name, {**args.props(), "expires": None}, _with_secrets(opts, "key", "token")
        )


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
        super().__init__(BudgetProvider(), resource_name, args.props(), _with_secrets(opts, "token"))


@dataclass(frozen=True, kw_only=True)
class CustomerArgs(LoginArgs):
    """An end user: the id that applications send as `user`, and the fields of `models.CustomerFields`."""

    user_id: Input[str]
    alias: Input[str] | None = None
    budget_id: Input[str] | None = None
    models: Strings | None = None
    default_model: Input[str] | None = None
    allowed_model_region: Input[str] | None = None


class Customer(dynamic.Resource, module="litellm", name="Customer"):
    """An end user of the applications behind the proxy."""

    user_id: Output[str]

    def __init__(self, resource_name: str, args: CustomerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(CustomerProvider(), resource_name, args.props(), _with_secrets(opts, "token"))


@dataclass(frozen=True, kw_only=True)
class ProvisionerArgs(_Args):
    """The credential that the other resources log in with.

    url: the gateway's address. master_key: used for this resource alone. key: the credential's value, chosen by the
    stack. user_id: the proxy's admin user that owns it, made for it. key_alias: the start of the key's alias; the
    start of the key's hash is added, so that a new key can be registered beside the old one.
    """

    url: Input[str]
    master_key: Input[str]
    key: Input[str]
    user_id: Input[str] = "litellm-stack-provisioner"
    key_alias: Input[str] = "litellm-stack-provisioner"


class Provisioner(dynamic.Resource, module="litellm", name="Provisioner"):
    """An admin user and a key for it that may manage keys, budgets and customers, and call nothing else.

    Resources that log in with `token` are created after it and deleted before it, and do not notice that the master
    key changes. It limits accidents and gives an audit trail; whoever holds it can make a full admin key.
    """

    token: Output[str]
    user_id: Output[str]

    def __init__(self, resource_name: str, args: ProvisionerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(
            ProvisionerProvider(),
            resource_name,
            # Given and not computed, so that a preview knows it: a changed master key would otherwise seem to change
            # the login of every other resource.
            {**args.props(), "token": Output.secret(args.key)},
            _with_secrets(opts, "key", "master_key", "token"),
        )
