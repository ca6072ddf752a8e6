"""The names of models that a stack config declares: what a client may ask for, and what a key may be limited to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.places import models
from config.problems import Severity
from config.reading import mapping

SPECIAL = frozenset({"all-proxy-models", "all-team-models", "no-default-models"})
"""Words that LiteLLM takes in place of a model (SpecialModelNames in litellm/proxy/_types.py)."""


@dataclass(frozen=True, kw_only=True)
class ModelNames:
    """What there is to refer to.

    deployed: names of models, patterns such as `openai/*` among them. ids: of single deployments, which a request may
    ask for too. aliases: other names for models. groups: access groups, for keys only. others: whether the proxy's
    database may hold models that the config does not know.
    """

    deployed: tuple[str, ...]
    ids: tuple[str, ...]
    aliases: tuple[str, ...]
    groups: tuple[str, ...]
    others: bool

    def answer(self, name: str) -> bool:
        """Tell whether a client that asks for `name` gets a model."""
        return name in self.aliases or name in self.ids or any(matches(name, deployed) for deployed in self.deployed)

    def permit(self, name: str) -> bool:
        """Tell whether a key or a team may be limited to `name`: a model, a pattern of models, or an access group."""
        if name in SPECIAL or name in self.groups or self.answer(name):
            return True
        return "*" in name and any(matches(deployed, name) for deployed in (*self.deployed, *self.aliases))

    def missing(self, name: str) -> str:
        """Say that there is no such model, and which there are."""
        have = ", ".join(dict.fromkeys((*self.deployed, *self.aliases, *self.groups)))
        return f"no model {name!r} in model_list ({f'have: {have}' if have else 'there is none'})"

    @property
    def severity(self) -> Severity:
        """How bad a missing model is: it may be in the database, where that may hold more."""
        return "warning" if self.others else "error"


def model_names(values: Mapping[str, Any]) -> ModelNames:
    """Return the names that a stack config, not yet validated, declares."""
    proxy = mapping(values, "proxy")
    declared = [model.values for model in models(values)]
    return ModelNames(
        deployed=_texts(entry.get("model_name") for entry in declared),
        ids=tuple(
            str(info["id"]) for entry in declared if (info := mapping(entry, "model_info")).get("id") is not None
        ),
        aliases=_texts((*mapping(proxy, "router_settings", "model_group_alias"), *_of_teams(declared))),
        groups=_texts(group for entry in declared for group in _listed(mapping(entry, "model_info"), "access_groups")),
        others=mapping(proxy, "general_settings").get("store_model_in_db") is True
        or str(mapping(values, "environment").get("STORE_MODEL_IN_DB")).lower() == "true",
    )


def _of_teams(declared: list[Mapping[str, Any]]) -> Iterator[Any]:
    for entry in declared:
        yield mapping(entry, "model_info").get("team_public_model_name")


def _listed(values: Mapping[str, Any], name: str) -> list[Any]:
    listed = values.get(name)
    return listed if isinstance(listed, list) else []


def _texts(names: Iterator[Any] | tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def matches(name: str, pattern: str) -> bool:
    """Tell whether `name` is `pattern`, in which each `*` stands for any text."""
    return name == pattern or ("*" in pattern and bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name)))
