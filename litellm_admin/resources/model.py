"""Models and credentials in the proxy's database."""

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import CredentialProvider, ModelProvider
from litellm_admin.resources.args import Json, LoginArgs, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class ModelArgs(LoginArgs):
    """A model: its name in the stack, and the fields of `fields.model.ModelFields`.

    litellm_params: give secrets in it as Pulumi secrets, or as os.environ/NAME. settle: seconds until all replicas
    know of a change, 35 where there are several; none for a single one.
    """

    model_id: Input[str]
    model_name: Input[str]
    litellm_params: Json
    model_info: Json | None = None
    settle: Input[float] | None = None


class Model(dynamic.Resource, module="litellm", name="Model"):
    """A deployment in the proxy's database. A change makes another one beside it, and then takes this one away."""

    model_id: Output[str]
    model_name: Output[str]

    def __init__(self, resource_name: str, args: ModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(ModelProvider(), resource_name, args.props(), with_secrets(opts, "token"))


@dataclass(frozen=True, kw_only=True)
class CredentialArgs(LoginArgs):
    """A credential: its name, and the fields of `fields.model.CredentialFields`.

    credential_values: give secrets in it as Pulumi secrets; the proxy takes os.environ/NAME literally here. adopt: take
    over a credential of this name that somebody else made. settle: as for a model.
    """

    credential_name: Input[str]
    credential_values: Json
    credential_info: Json | None = None
    adopt: Input[bool] | None = None
    settle: Input[float] | None = None


class Credential(dynamic.Resource, module="litellm", name="Credential"):
    """A credential that models name. Its values are never read back."""

    credential_name: Output[str]

    def __init__(self, resource_name: str, args: CredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(CredentialProvider(), resource_name, args.props(), with_secrets(opts, "token"))
