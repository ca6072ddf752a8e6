"""For which names of models LiteLLM knows a price: its cost map, which the proxy reads from its own package."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from vocabulary.source import Source

COST_MAP = "model_prices_and_context_window_backup.json"
PROVIDERS = "types/utils.py"
NOT_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
"""Entries of the cost map that document it, or that derive abilities of unknown models; neither holds a price."""


def document(source: Source, version: str) -> str:
    """Return the content of config/litellm_prices.json: names by provider, with and without a price."""
    priced: defaultdict[str, list[str]] = defaultdict(list)
    unpriced: defaultdict[str, list[str]] = defaultdict(list)
    for name, entry in source.mapping(COST_MAP).items():
        if name not in NOT_MODELS:
            (priced if _has_price(entry) else unpriced)[entry.get("litellm_provider") or ""].append(name)
    providers = source.values(PROVIDERS, "LlmProviders") | source.keys("llms/openai_like/providers.json")
    content = {"litellm": version, "providers": providers, "priced": _sorted(priced), "unpriced": _sorted(unpriced)}
    return json.dumps(content, indent=1, sort_keys=True, default=sorted) + "\n"


def _has_price(entry: Mapping[str, Any]) -> bool:
    """Tell whether any price is given; 0 is one."""
    return any(value is not None and ("cost" in name or name == "tiered_pricing") for name, value in entry.items())


def _sorted(names: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {provider: sorted(listed) for provider, listed in names.items()}
