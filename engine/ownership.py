"""Whose a thing on the engine is: two Pulumi states may have a stack of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.api import EngineError
from engine.identity import OWNER_LABEL


def labels_of(thing: Any) -> Mapping[str, str]:
    """Return the labels of whatever docker-py returns that has some."""
    attrs = thing.attrs
    # Those of a network, a container, and whatever is a Swarm's.
    places = (attrs, attrs.get("Config", {}), attrs.get("Spec", {}))
    return next((place["Labels"] for place in places if place.get("Labels")), {})


def refuse_another_owner(thing: Any, *, owner: str) -> None:
    """Raise EngineError where `thing` has not the owner's label."""
    if labels_of(thing).get(OWNER_LABEL) != owner:
        raise EngineError(
            f"{thing.name} belongs to a stack of the same name in another Pulumi state (another user's, or one that"
            " was lost); choose another stack name, or remove that one first"
        )
