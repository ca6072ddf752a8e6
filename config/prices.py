"""Whether LiteLLM knows what a model costs: it looks a name up in its cost map, and counts nothing if it is not there.

How it looks: get_model_info_helper and get_potential_model_names in litellm/utils.py, and completion_cost in
litellm/cost_calculator.py. `make names` reads the names that have a price; tests/integration/test_linter_live.py
compares the answers with LiteLLM's own.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.reading import mapping

ROUTED = "auto_router/"
"""Start of the `model` of an entry that only chooses among the others."""

FILE = Path(__file__).with_name("litellm_prices.json")

REPORTING = frozenset({"edenai", "litellm_proxy", "nadir", "openrouter", "perplexity", "replicate", "xai"})
"""Providers whose answers say what they cost, or which LiteLLM bills by time, whatever the model."""

BY_SIZE = {"fireworks_ai": re.compile(r"\d+b", re.IGNORECASE), "together_ai": re.compile(r"\d+[bm]", re.IGNORECASE)}
"""Providers for which LiteLLM derives a price from the number of parameters in the name of a model."""

FAMILIES = ("bedrock", "fireworks_ai", "vertex_ai")
"""Providers that LiteLLM's cost map lists under several names, which all start with one of these."""

ALSO = {
    "anthropic_text": frozenset({"anthropic"}),
    "azure_ai": frozenset({"azure", "openai"}),
    "cohere": frozenset({"cohere_chat"}),
}
"""Provider: others whose entries LiteLLM takes for its models."""

BEDROCK_ROUTES = re.compile(
    r"^(bedrock/|chat_completions/|converse/|converse_like/|invoke/|openai/|mantle/|nova-2/|nova/)"
)
BEDROCK_REGION = re.compile(r"^((global|us|eu|apac|jp|au|us-gov)\.|[a-z]{2}(-[a-z]+)+-\d/)")
VERSION = {
    "databricks": re.compile(r"-\d+$"),
    "gemini": re.compile(r"-\d+$"),
    "vertex_ai": re.compile(r"-\d+$"),
    "ft": re.compile(r"(:[^:]*){3}$"),
    "": re.compile(r"-\d{4}-\d{2}-\d{2}$"),
}
"""Ends of names that LiteLLM leaves out if it does not know the whole name, by provider."""


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The cost map of LiteLLM `version`. entries: by name in lower case, the providers that have it and if priced."""

    version: str
    providers: frozenset[str]
    entries: Mapping[str, tuple[str, bool]]

    def knows(self, model: str, *, provider: str | None = None, base_model: str | None = None) -> bool:
        """Tell whether requests to `model` cost something that LiteLLM knows.

        model: as in litellm_params, with the provider's name or without it. provider: custom_llm_provider, if it is
        set. base_model: the model that stands for it in the cost map. For a pattern such as `openai/*` the answer is
        whether the provider has any model with a price.
        """
        name, provider = self._split(model, provider)
        if provider == "huggingface":
            return False
        if provider in REPORTING or (provider in BY_SIZE and BY_SIZE[provider].search(name)):
            return True
        if "*" in name:
            return any(priced and _is_of(of, provider) for of, priced in self.entries.values())
        return any(self._has_price(candidate, provider) for candidate in (base_model, name) if candidate)

    def provider(self, model: str, provider: str | None = None) -> str | None:
        """Return the provider of a model, as far as its name or `custom_llm_provider` says."""
        return self._split(model, provider)[1]

    def _split(self, model: str, provider: str | None) -> tuple[str, str | None]:
        if provider:
            return model.removeprefix(f"{provider}/"), provider
        first, slash, rest = model.partition("/")
        if slash and first in self.providers:
            return rest, first
        return model, "openai" if model == "*" else None

    def _has_price(self, name: str, provider: str | None) -> bool:
        """Look a name up as LiteLLM does: the first entry of the provider decides, whether it has a price or not."""
        for candidate in _candidates(name, provider):
            of, priced = self.entries.get(candidate.lower(), (None, False))
            if of is not None and _is_of(of, provider):
                return priced
        return False


@functools.cache
def price_list() -> PriceList:
    """Return the prices of the version of LiteLLM that the stack is tested with."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return PriceList(
        version=content["litellm"],
        providers=frozenset(content["providers"]),
        entries={
            name.lower(): (provider, section == "priced")
            for section in ("unpriced", "priced")
            for provider, names in content[section].items()
            for name in names
        },
    )


def has_own_price(*sections: Mapping[str, Any]) -> bool:
    """Tell whether the stack config gives a price, 0 too, in a model's litellm_params or model_info."""
    return any(
        value is not None and ("cost_per" in str(name) or name == "tiered_pricing")
        for section in sections
        for name, value in section.items()
    )


def unpriced(entry: Mapping[str, Any]) -> str | None:
    """Return the model of an entry of `model_list` if no price of it is known, or None.

    Nothing is known here of an entry that only chooses among others, or takes its model from a variable.
    """
    parameters, info = mapping(entry, "litellm_params"), mapping(entry, "model_info")
    name, provider = parameters.get("model"), parameters.get("custom_llm_provider")
    if not isinstance(name, str) or name.startswith((ROUTED, "os.environ/")) or has_own_price(parameters, info):
        return None
    base = info.get("base_model") or parameters.get("base_model")
    known = price_list().knows(
        name,
        provider=provider if isinstance(provider, str) else None,
        base_model=base if isinstance(base, str) else None,
    )
    return None if known else name


def _candidates(name: str, provider: str | None) -> Iterator[str]:
    prefix = f"{provider}/" if provider else ""
    bare = name.removeprefix(prefix)
    stripped = _stripped(bare, provider)
    yield from (prefix + bare, name, bare)
    if provider and provider.startswith("bedrock"):
        inner = BEDROCK_ROUTES.sub("", bare)
        yield from (inner, BEDROCK_REGION.sub("", inner), prefix + BEDROCK_REGION.sub("", inner))
    yield from (prefix + stripped, stripped, prefix + prefix + bare)
    if provider == "vertex_ai":
        yield from (f"{bare}@latest", f"{prefix}meta/{bare}")
    # An alias in front of the name: `vertex_ai/vertex/claude-opus-5`.
    *above, last = bare.split("/")
    if prefix and above:
        yield prefix + last


def _stripped(name: str, provider: str | None) -> str:
    if provider and provider.startswith("bedrock"):
        route = BEDROCK_ROUTES.match(name)
        if route and route[0].startswith("nova"):
            return f"amazon.{route[0].removesuffix('/')}-custom"
        inner = BEDROCK_ROUTES.sub("", name)
        inner = inner.rpartition("/")[2] if "arn:" in inner else inner
        return BEDROCK_REGION.sub("", re.sub(r"(:\d+):\d+k$", r"\1", inner))
    kind = provider if provider in VERSION else "ft" if "ft:" in name else ""
    return VERSION[kind or ""].sub("", name)


def _is_of(listed: str, provider: str | None) -> bool:
    """Tell whether LiteLLM takes an entry that is listed under a provider for a model of `provider`."""
    if not provider or not listed or listed == provider or provider in ("github", "litellm_proxy", "nadir"):
        return True
    family = next((family for family in FAMILIES if provider.startswith(family)), None)
    return (family is not None and listed.startswith(family)) or listed in ALSO.get(provider, ())
