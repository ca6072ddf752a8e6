"""When a deployment that fails is left alone for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.problems import Problem
from config.reading import mapping

UNSET = 3
"""LiteLLM's default, taken for not set (_is_allowed_fails_set_on_router in router_utils/cooldown_handlers.py)."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report a number of allowed failures that does not count."""
    if mapping(values, "proxy", "router_settings").get("allowed_fails") == UNSET:
        message = (
            f"LiteLLM takes {UNSET}, its own default, for not set, and leaves a deployment only when more than half of"
            f" at least 5 requests a minute fail: write {UNSET - 1} or {UNSET + 1}"
        )
        yield Problem(path="proxy.router_settings.allowed_fails", message=message, severity="warning")
