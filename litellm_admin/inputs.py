"""What a resource is given: how to reach the proxy, which object, and the object's fields."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from litellm_admin.fields.amounts import Flag, Grace, Name, whole_numbers
from litellm_admin.fields.budget import BudgetFields
from litellm_admin.fields.customer import CustomerFields
from litellm_admin.fields.model import CredentialFields, ModelFields
from litellm_admin.fields.team import TeamFields, TeamMemberFields
from litellm_admin.fields.user import UserFields
from litellm_admin.fields.virtual_key import KeyFields

_SHORTEST_KEY = 16  # MINIMUM_CUSTOM_KEY_LENGTH in litellm/constants.py


def _key_value(value: str) -> str:
    # The messages must not repeat the value.
    if not value.startswith("sk-") or len(value) < _SHORTEST_KEY or not value.isascii() or not value.isprintable():
        raise ValueError(f"is no key that LiteLLM takes: it starts with sk- and has {_SHORTEST_KEY} characters or more")
    return value


KeyValue = Annotated[str, AfterValidator(_key_value)]
"""The value of a key, chosen by the stack."""

Position = Annotated[str, Field(pattern=r"^[1-9][0-9]*\.[1-9][0-9]*$")]
"""The numbers that count for a key's value and for the seed, as in 2.1 (litellm_admin/adoption.py)."""

Url = Annotated[str, Field(pattern=r"^https?://[^\s/@?#]+(/[^\s@?#]*)?$")]
"""The gateway's address, as in http://127.0.0.1:4000; without a password, because messages show it."""

Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
"""A span of time."""

Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]+$")]
"""An admin key."""


class Inputs(BaseModel):
    """How a resource reaches the proxy; none of it is sent as a field of the object."""

    # A message must not repeat an input: the token is one.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    LOCAL: ClassVar[frozenset[str]] = frozenset(
        {"url", "token", "adopt", "licensed", "settle", "grace", "own_key", "rotation", "start"}
    )

    url: Url
    token: Token
    licensed: Flag | None = None
    """The proxy has an Enterprise licence."""

    @classmethod
    def fields_of(cls, props: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object's identity and fields with the types that the proxy expects, without what is not set."""
        known = {name: value for name, value in props.items() if name in cls.model_fields}
        checked = cls.model_validate(known, context={"licensed": props.get("licensed")})
        fields: dict[str, Any] = whole_numbers(
            checked.model_dump(mode="json", exclude_none=True, exclude=set(cls.LOCAL))
        )
        return fields


class VirtualKeyInputs(Inputs, KeyFields):
    """The inputs of a virtual key."""

    key: KeyValue | None = None
    key_alias: Name
    adopt: Flag | None = None
    """Take over the key that has this alias on the proxy, with the value that its users know and the stack does not."""
    grace: Grace | None = None
    """The value replaces another one, which stays valid for so long; that of an adopted key does when it is rotated."""
    own_key: KeyValue | None = None
    """The value that an adopted key gets when its rotation is raised."""
    rotation: Position | None = None
    """The position in the rotation of an adopted key."""
    start: Position | None = None
    """The position at which the key was adopted."""


class BudgetInputs(Inputs, BudgetFields):
    """The inputs of a budget."""

    budget_id: Name
    adopt: Flag | None = None
    """Take over a budget of this id that the stack did not make."""


class CustomerInputs(Inputs, CustomerFields):
    """The inputs of a customer."""

    user_id: Name


class TeamInputs(Inputs, TeamFields):
    """The inputs of a team."""

    team_id: Name
    adopt: Flag | None = None
    """Take over a team of this id that the stack did not make."""


class TeamMemberInputs(Inputs, TeamMemberFields):
    """The inputs of a membership."""

    team_id: Name
    user_id: Name


class UserInputs(Inputs, UserFields):
    """The inputs of a user."""

    user_id: Name
    adopt: Flag | None = None
    """Take over a user of this id that the stack did not make."""


class ModelInputs(Inputs, ModelFields):
    """The inputs of a model in the proxy's database."""

    model_id: Name
    model_name: Name
    litellm_params: dict[str, Any]
    settle: Seconds | None = None
    """Seconds until all replicas know of a change."""


class CredentialInputs(Inputs, CredentialFields):
    """The inputs of a credential."""

    credential_name: Name
    credential_values: dict[str, Any] = Field(min_length=1)
    adopt: Flag | None = None
    """Take over a credential of this name that the stack did not make."""
    settle: Seconds | None = None
    """Seconds until all replicas know of a change."""


class ProvisionerInputs(BaseModel):
    """The inputs of the provisioner credential."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Url
    master_key: Token
    key: KeyValue
    user_id: Name
    key_alias: Name
    token: KeyValue | None = None
    """The key again, under the name that the other resources take it by."""
