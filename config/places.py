"""Where LiteLLM's sections are in a stack config: those of `proxy`, and those of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.reading import mapping

SETTINGS = ("general_settings", "litellm_settings", "router_settings")
"""The sections of config.yaml whose names LiteLLM knows one by one."""

OF_A_MODEL = ("litellm_params", "model_info")


class Place(NamedTuple):
    """A section of a stack config: what kind it is, where it stands, and what stands in it."""

    section: str
    path: str
    values: Mapping[str, Any]


def places(values: Mapping[str, Any]) -> Iterator[Place]:
    """Go through LiteLLM's sections."""
    proxy = mapping(values, "proxy")
    for section in SETTINGS:
        yield Place(section, f"proxy.{section}", mapping(proxy, section))
    yield Place(
        "cache_params", "proxy.litellm_settings.cache_params", mapping(proxy, "litellm_settings", "cache_params")
    )
    for model in models(values):
        yield model
        for section in OF_A_MODEL:
            yield Place(section, f"{model.path}.{section}", mapping(model.values, section))


def models(values: Mapping[str, Any]) -> Iterator[Place]:
    """Go through the models: those of config.yaml, and those that the proxy keeps in its database."""
    listed = mapping(values, "proxy").get("model_list")
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, Mapping):
            yield Place("model", f"proxy.model_list[{index}]", entry)
    for name, entry in mapping(values, "access", "models").items():
        if isinstance(entry, Mapping):
            # Its own words are checked with the other objects in `access`.
            yield Place("stored model", f"access.models.{name}", entry)


def declared_keys(access: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Go through what is declared of virtual keys, with its path: each key, and what all keys of a group share."""
    for alias, key in mapping(access, "keys").items():
        yield f"access.keys.{alias}", mapping(key)
    for name, team in mapping(access, "teams").items():
        for alias, key in mapping(team, "keys").items():
            yield f"access.teams.{name}.keys.{alias}", mapping(key)
    for name, group in mapping(access, "keyGroups").items():
        yield f"access.keyGroups.{name}.fields", mapping(group, "fields")
        for alias, key in mapping(group, "keys").items():
            yield f"access.keyGroups.{name}.keys.{alias}", mapping(key)
