"""The fields of a model that the proxy keeps in its database, and of a credential that models share."""

from typing import Any, Self

from pydantic import Field, model_validator

from litellm_admin.fields.amounts import Name
from litellm_admin.fields.base import ObjectFields

_OWN_INFO = frozenset({"id", "db_model"})


class ModelFields(ObjectFields):
    """A deployment in LiteLLM's words, without its id. The proxy reads os.environ/NAME in litellm_params."""

    model_name: Name | None = None
    """The name that callers say; several deployments of one name share the calls."""
    litellm_params: dict[str, Any] | None = None
    """The provider's model in `model`, and how it is called."""
    model_info: dict[str, Any] | None = None
    """What is known of the model: `mode`, costs, `access_groups`."""

    @model_validator(mode="after")
    def _id_is_the_stacks(self) -> Self:
        if held := sorted(_OWN_INFO & (self.model_info or {}).keys()):
            raise ValueError(f"model_info holds {', '.join(held)}, which the stack sets: leave it out")
        return self


class CredentialFields(ObjectFields):
    """A credential that models name in litellm_params.litellm_credential_name, without its name."""

    credential_values: dict[str, Any] | None = Field(default=None, min_length=1)
    """What is laid over the litellm_params of the models: api_key, api_base ... The proxy reads no os.environ/ here."""
    credential_info: dict[str, Any] | None = None
    """What is known of it: custom_llm_provider, description."""
