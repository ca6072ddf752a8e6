"""Customers, whom LiteLLM also calls end users."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import CustomerProvider
from litellm_admin.resources.args import LoginArgs, Strings, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class CustomerArgs(LoginArgs):
    """An end user: the id that applications send as `user`, and the fields of `fields.customer.CustomerFields`."""

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
        with brief_trace():
            super().__init__(CustomerProvider(), resource_name, args.props(), with_secrets(opts, "token"))
