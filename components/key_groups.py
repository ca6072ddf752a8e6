"""Groups of virtual keys: what the settings of a group are to its resource."""

from __future__ import annotations

from typing import Any

from config.access import KeyGroupSettings, MemberSettings
from config.settings import Settings


def shared_fields(settings: Settings, group: KeyGroupSettings) -> dict[str, Any]:
    """Return what all keys of a group hold, with the number of their values and the grace of those before."""
    return {**group.fields.fields(), **_value_words(settings, group.fields)}


def own_fields(settings: Settings, group: KeyGroupSettings) -> dict[str, dict[str, Any]]:
    """Return what each key of a group holds beside that, by alias."""
    return {alias: _own(settings, group, own) for alias, own in group.keys.items()}


def _own(settings: Settings, group: KeyGroupSettings, own: MemberSettings) -> dict[str, Any]:
    said = own.fields()
    if own.model_fields_set & {"rotation", "grace"}:
        said |= _value_words(settings, own.over(group.fields))
    return said


def _value_words(settings: Settings, key: MemberSettings) -> dict[str, Any]:
    rotation = settings.rotation
    number = settings.key_rotation(key)
    rotated = number > 1 or rotation.number(rotation.seed) > 1
    return {"rotation": number, "grace": key.grace or rotation.grace} if rotated else {}
