"""Models that the proxy's own settings name: fallbacks, aliases, groups, routers. Each has to be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.model_names import ModelNames, model_names
from config.places import Place, places
from config.problems import Problem
from config.reading import mapping

KINDS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
SECTIONS = ("router_settings", "litellm_settings")
"""Both take fallbacks: the router's own, and what it takes where it has none (litellm/router.py)."""

EVERY = "*"
"""Stands for every model that has no fallback of its own."""

ROUTERS = (
    "auto_router_default_model",
    "auto_router_embedding_model",
    "complexity_router_default_model",
    "adaptive_router_default_model",
    "quality_router_default_model",
    "silent_model",
)
"""Parameters of a model that name other models."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report models that are named and not there: an error where a request would be sent to one."""
    names = model_names(values)
    for place in places(values):
        if place.section in SECTIONS:
            for kind in KINDS:
                yield from _fallbacks(f"{place.path}.{kind}", place.values.get(kind), names)
            yield from _missing(f"{place.path}.default_fallbacks", place.values.get("default_fallbacks"), names)
        if place.section == "router_settings":
            yield from _aliases(place, names)
            yield from _groups(place, names)
        if place.section == "litellm_params":
            for word in ROUTERS:
                yield from _missing(f"{place.path}.{word}", place.values.get(word), names)


def _fallbacks(path: str, listed: Any, names: ModelNames) -> Iterator[Problem]:
    if listed is None:
        return
    if not isinstance(listed, list):
        yield Problem(path=path, message="write a list of mappings: `- {model: [fallback, ...]}`")
        return
    for index, entry in enumerate(listed):
        if not isinstance(entry, Mapping) or len(entry) != 1:
            # validate_fallbacks in litellm/router.py raises an error for these while the proxy starts.
            yield Problem(path=f"{path}[{index}]", message="write one model with its fallbacks: `{model: [fallback]}`")
            continue
        [(model, targets)] = entry.items()
        if model != EVERY:
            yield from _unused(f"{path}[{index}].{model}", str(model), names)
        yield from _missing(f"{path}[{index}].{model}", targets, names)


def _missing(path: str, named: Any, names: ModelNames) -> Iterator[Problem]:
    """Report models that requests would be sent to."""
    if isinstance(named, str):
        if not names.answer(named):
            yield Problem(path=path, message=names.missing(named), severity=names.severity)
    elif isinstance(named, list):
        for index, entry in enumerate(named):
            # A fallback may bring parameters of its own beside its model.
            model = entry.get("model") if isinstance(entry, Mapping) else entry
            yield from _missing(f"{path}[{index}]", model if isinstance(model, str) else None, names)


def _unused(path: str, model: str, names: ModelNames) -> Iterator[Problem]:
    """Warn of settings for a model that nobody can ask for."""
    if not names.answer(model):
        yield Problem(path=path, message=f"never used: {names.missing(model)}", severity="warning")


def _aliases(router: Place, names: ModelNames) -> Iterator[Problem]:
    for alias, target in mapping(router.values, "model_group_alias").items():
        path = f"{router.path}.model_group_alias.{alias}"
        yield from _missing(path, target.get("model") if isinstance(target, Mapping) else target, names)
        if alias in names.deployed and target != alias:
            message = f"an alias of the name of a model: no request reaches {alias!r} in model_list any more"
            yield Problem(path=path, message=message, severity="warning")


def _groups(router: Place, names: ModelNames) -> Iterator[Problem]:
    for setting in ("model_group_retry_policy", "model_group_affinity_config"):
        for model in mapping(router.values, setting):
            yield from _unused(f"{router.path}.{setting}.{model}", str(model), names)
    groups = router.values.get("routing_groups")
    for index, group in enumerate(groups if isinstance(groups, list) else ()):
        listed = group.get("models") if isinstance(group, Mapping) else None
        for position, model in enumerate(listed if isinstance(listed, list) else ()):
            yield from _unused(f"{router.path}.routing_groups[{index}].models[{position}]", str(model), names)
