"""The credential that the other resources log in with."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provisioner import ProvisionerProvider
from litellm_admin.resources.args import Args, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class ProvisionerArgs(Args):
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
        with brief_trace():
            super().__init__(
                ProvisionerProvider(),
                resource_name,
                # Given and not computed, so that a preview knows it: a changed master key would otherwise seem to
                # change the login of every other resource.
                {**args.props(), "token": Output.secret(args.key)},
                with_secrets(opts, "key", "master_key", "token"),
            )
        self.token = _known_ahead(args.key, by=self)


def _known_ahead(key: Input[str], *, by: Provisioner) -> Output[str]:
    """Return the key as an output of the resource that registers it, known before it is registered.

    So hundreds of resources that log in with it get their inputs ready while it is being registered, and are registered
    after it all the same.
    """
    secret = Output.secret(key)
    return Output({by}, cast("Awaitable[str]", secret.future()), secret.is_known(), secret.is_secret())
