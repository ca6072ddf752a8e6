"""The `access` section: which virtual keys, budgets and customers there are, in LiteLLM's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from config.problems import Problem, nearest
from config.proxy import model_names
from litellm_admin.amounts import Name
from litellm_admin.models import BudgetFields, CustomerFields, KeyFields

RESERVED = "litellm-stack-"
"""Start of the names that the stack gives to keys and budgets of its own."""

SPECIAL_MODELS = frozenset({"all-proxy-models", "all-team-models", "no-default-models"})
"""Words that LiteLLM takes in place of a model (SpecialModelNames in litellm/proxy/_types.py)."""


class CustomerSettings(CustomerFields):
    """A customer; `budget` is short for `budget_id`."""

    budget_id: Name | None = Field(default=None, validation_alias=AliasChoices("budget_id", "budget"))


class AccessSettings(BaseModel):
    """Objects on the proxy: keys by alias, budgets and customers by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budgets: dict[Name, BudgetFields] = Field(default_factory=dict)
    customers: dict[Name, CustomerSettings] = Field(default_factory=dict)
    keys: dict[Name, KeyFields] = Field(default_factory=dict)


def problems(values: Mapping[str, Any]) -> list[Problem]:
    """Every reference in `access` that leads nowhere, and every name that the stack keeps for itself."""
    section = _mapping(values, "access")
    models = _usable_models(_mapping(values, "proxy"))
    budgets = _mapping(section, "budgets").keys()
    found = [
        Problem(path=f"access.{kind}.{name}", message=f"names that start with {RESERVED!r} are the stack's own")
        for kind in ("budgets", "keys")
        for name in _mapping(section, kind)
        if name.startswith(RESERVED)
    ]
    for kind in ("keys", "customers"):
        for name, fields in _mapping(section, kind).items():
            if isinstance(fields, Mapping):
                path = f"access.{kind}.{name}"
                found += [*_model_problems(path, fields, models), *_budget_problems(path, fields, budgets)]
    return found


def _model_problems(path: str, fields: Mapping[str, Any], models: list[str]) -> Iterator[Problem]:
    listed = fields.get("models")
    for index, model in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(model, str) and model not in models and model not in SPECIAL_MODELS:
            message = f"no model {model!r} in model_list (have: {', '.join(models)})"
            yield Problem(path=f"{path}.models[{index}]", message=message)


def _budget_problems(path: str, fields: Mapping[str, Any], budgets: Any) -> Iterator[Problem]:
    for word in ("budget", "budget_id", "end_user_budget_id"):
        budget = fields.get(word)
        if isinstance(budget, str) and budget not in budgets:
            message = f"no budget {budget!r} in access.budgets; {nearest(budget, budgets)}"
            yield Problem(path=f"{path}.{word}", message=message)


def _usable_models(proxy: Mapping[str, Any]) -> list[str]:
    """Names that a key may be limited to: models, their aliases, and access groups."""
    models = proxy.get("model_list")
    infos = (
        [entry.get("model_info") for entry in models if isinstance(entry, Mapping)] if isinstance(models, list) else []
    )
    groups = [info.get("access_groups") for info in infos if isinstance(info, Mapping)]
    aliases = _mapping(_mapping(proxy, "router_settings"), "model_group_alias")
    named = [name for group in groups if isinstance(group, list) for name in group]
    return [*model_names(proxy), *aliases, *dict.fromkeys(named)]


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}
