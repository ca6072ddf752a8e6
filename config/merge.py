"""Merge of LiteLLM settings: what stack config says over what `base.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADDED_LISTS = frozenset({"callbacks", "service_callback"})
"""Lists that stack config adds to. Prometheus is in each at the base, and a team that adds Langfuse keeps it."""


def merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `override` over `base`: mappings merge, null removes, every other value replaces."""
    merged = dict(base)
    for name, value in override.items():
        present = merged.get(name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(present, Mapping):
            merged[name] = merge(present, value)
        elif name in ADDED_LISTS and isinstance(present, list):
            added = value if isinstance(value, list) else [value]
            merged[name] = [*present, *(entry for entry in added if entry not in present)]
        else:
            merged[name] = value
    return merged
