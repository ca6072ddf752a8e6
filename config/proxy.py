"""What is checked of LiteLLM's own settings at preview: names that lead nowhere and secrets in clear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.places import SETTINGS, Place, places
from config.problems import Problem, nearest
from config.reading import is_amount, mapping
from config.secret_texts import secret_problems

SECTIONS = frozenset(
    {
        "agent_list",
        "agents",
        "assistant_settings",
        "callback_settings",
        "credential_list",
        "default_vertex_config",
        "files_settings",
        "finetune_settings",
        "general_settings",
        "guardrails",
        "litellm_settings",
        "mcp_servers",
        "mcp_tools",
        "model_list",
        "policies",
        "policy_attachments",
        "prompts",
        "router_settings",
        "sandbox_tools",
        "search_tools",
        "vector_store_registry",
        "worker_registry",
    }
)
"""Sections of config.yaml (load_config in litellm/proxy/proxy_server.py)."""

ELSEWHERE = {
    "environment_variables": "write these variables in `litellm-stack:environment`, and secret ones with"
    " `pulumi config set --secret --path secrets.NAME`",
    "include": "a replica has no other file: write the sections of those files here",
}
"""Sections that LiteLLM documents and the stack has another place for."""

STACK_ENVIRONMENT = frozenset(
    {
        "DATABASE_URL",
        "DISABLE_SCHEMA_UPDATE",
        "DRAIN_ENDPOINT_TOKEN",
        "GRACEFUL_SHUTDOWN_TIMEOUT",
        "KEEPALIVE_TIMEOUT",
        "LITELLM_MASTER_KEY",
        "LITELLM_SALT_KEY",
    }
)
"""Variables of the proxy that the stack sets by itself."""

OWNED = {
    "master_key": "the stack generates the master key; give your own with `pulumi config set --secret masterKey`",
    "salt_key": "the stack generates the salt key; give your own with `pulumi config set --secret saltKey`",
    "database_url": "the stack runs the database and hands its address to the proxy",
    "enable_drain_endpoint": "the stack drains a replica before it removes it and needs this endpoint",
    "drain_endpoint_token": "the stack generates this token",
}
"""Settings that the stack decides, in whichever section they are written, with the reason and the mend."""

KEYS = frozenset({"master_key", "salt_key"})
"""Those of them that are refused inside of a model too."""


def problems(values: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in `proxy`, `secrets` and `environment` that the shape of the settings does not show."""
    settings = values.get("proxy", {})
    if not isinstance(settings, Mapping):
        return []
    owned = list(_owned_problems(values))
    besides = {problem.path for problem in owned}
    return [
        *_section_problems(settings),
        *_model_problems(settings),
        *owned,
        *secret_problems(settings, declared_names(values), path=("proxy",), besides=besides),
        *_environment_problems(values),
        *_end_user_budget_problems(settings),
    ]


def _section_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    for name in sorted(settings.keys() - SECTIONS - OWNED.keys()):
        message = ELSEWHERE.get(name) or f"no such section of config.yaml; {nearest(name, SECTIONS)}"
        yield Problem(path=f"proxy.{name}", message=message)
    for name in SETTINGS:
        if settings.get(name) is not None and not isinstance(settings[name], Mapping):
            yield Problem(path=f"proxy.{name}", message="write a mapping: one `name: value` a line")


def model_names(settings: Mapping[str, Any]) -> list[str]:
    """Return the names that clients may ask for, in the order of `model_list`, each once."""
    models = settings.get("model_list")
    entries = models if isinstance(models, list) else []
    names = [entry.get("model_name") for entry in entries if isinstance(entry, Mapping)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _model_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    models = settings.get("model_list")
    if models is None:
        return
    if not isinstance(models, list):
        yield Problem(path="proxy.model_list", message="write a list of models: `- model_name: ...`")
        return
    for index, entry in enumerate(models):
        path = f"proxy.model_list[{index}]"
        if not isinstance(entry, Mapping):
            yield Problem(path=path, message="write a mapping with `model_name` and `litellm_params`")
            continue
        if not entry.get("model_name") or not isinstance(entry.get("model_name"), str):
            yield Problem(path=f"{path}.model_name", message="missing: the name that applications ask for")
        parameters = entry.get("litellm_params")
        if not isinstance(parameters, Mapping) or not parameters.get("model"):
            yield Problem(
                path=f"{path}.litellm_params.model", message="missing: the provider's model, such as openai/gpt-4o-mini"
            )


def _owned_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    for place in (Place("proxy", "proxy", mapping(values, "proxy")), *places(values)):
        # In a model, other words than those of the two keys may be the provider's.
        owned = OWNED.keys() if place.path.count(".") < 2 else KEYS
        for name in sorted(owned & place.values.keys()):
            yield Problem(path=f"{place.path}.{name}", message=f"remove it: {OWNED[name]}")


def _environment_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for section in ("secrets", "environment"):
        entries = values.get(section)
        for name in entries if isinstance(entries, Mapping) else ():
            if name in STACK_ENVIRONMENT:
                yield Problem(path=f"{section}.{name}", message="the stack sets this variable by itself; remove it")
            elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                yield Problem(path=f"{section}.{name}", message="not the name of an environment variable")
            elif name in seen:
                yield Problem(path=f"{section}.{name}", message=f"set in {seen[name]!r} too; keep one of them")
            seen.setdefault(name, section)


def _end_user_budget_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    litellm_settings = settings.get("litellm_settings")
    if not isinstance(litellm_settings, Mapping):
        return
    amount = litellm_settings.get("max_end_user_budget")
    path = "proxy.litellm_settings.max_end_user_budget"
    if amount is None:
        return
    if not is_amount(amount):
        yield Problem(path=path, message="write an amount in US dollars, 0 or more")
    if litellm_settings.get("max_end_user_budget_id") is not None:
        yield Problem(path=path, message="max_end_user_budget_id names a budget already; keep one of the two")


def declared_names(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the variables that the proxy will have."""
    return STACK_ENVIRONMENT | own_names(values)


def own_names(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the variables that stack config gives the proxy."""
    sections = (values.get("secrets"), values.get("environment"))
    return frozenset().union(*(section for section in sections if isinstance(section, Mapping)))
