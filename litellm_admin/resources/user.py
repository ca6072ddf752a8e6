"""Users of the proxy."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import UserProvider
from litellm_admin.resources.args import Json, LoginArgs, Strings, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class UserArgs(LoginArgs):
    """A user: their id, and the fields of `fields.user.UserFields`.

    adopt: take over a user of this id that somebody else made.
    """

    user_id: Input[str]
    user_email: Input[str] | None = None
    user_alias: Input[str] | None = None
    user_role: Input[str] | None = None
    models: Strings | None = None
    max_budget: Input[float] | None = None
    budget_duration: Input[str] | None = None
    rpm_limit: Input[int] | None = None
    tpm_limit: Input[int] | None = None
    object_permission: Json | None = None
    metadata: Json | None = None
    model_max_budget: Json | None = None
    adopt: Input[bool] | None = None


class User(dynamic.Resource, module="litellm", name="User"):
    """A user who logs in, owns keys and is a member of teams. One with keys that the stack does not own stays."""

    user_id: Output[str]

    def __init__(self, resource_name: str, args: UserArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(UserProvider(), resource_name, args.props(), with_secrets(opts, "token"))
