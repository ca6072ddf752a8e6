"""What one section of config.yaml names and another one has to declare: credentials, guardrails, tools, policies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.model_names import model_names
from config.places import places
from config.problems import Problem, Severity, nearest
from config.reading import mapping

TOOLS = {
    "websearch_interception_params": ("search_tool_name", "search_tools"),
    "code_interpreter_interception_params": ("sandbox_tool_name", "sandbox_tools"),
}
"""Setting in litellm_settings: its word, and the section with what the word names, which names it by the same word."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what is named and not declared."""
    proxy = mapping(values, "proxy")
    # What the proxy's database holds, the config does not know.
    severity = model_names(values).severity
    credentials = {*_names(proxy, "credential_list", "credential_name"), *mapping(values, "access", "credentials")}
    guardrails = _names(proxy, "guardrails", "guardrail_name")
    for place in places(values):
        # Those of access.models are checked with the other objects in `access`.
        if place.section == "litellm_params" and place.path.startswith("proxy."):
            # Whoever made one by hand has it in the proxy's database, whatever store_model_in_db says.
            name = place.values.get("litellm_credential_name")
            yield from _missing(f"{place.path}.litellm_credential_name", name, "credential", credentials, "warning")
        if place.section == "litellm_params":
            # A request goes on without a guardrail that is not there.
            yield from _missing(
                f"{place.path}.guardrails", place.values.get("guardrails"), "guardrail", guardrails, severity
            )
    yield from _policies(proxy, severity)
    yield from _tools(proxy, severity)
    servers = mapping(proxy, "mcp_servers")
    for alias, server in mapping(proxy, "litellm_settings", "mcp_aliases").items():
        yield from _missing(f"proxy.litellm_settings.mcp_aliases.{alias}", server, "MCP server", servers, "warning")


def _policies(proxy: Mapping[str, Any], severity: Severity) -> Iterator[Problem]:
    policies = mapping(proxy, "policies")
    attached = proxy.get("policy_attachments")
    for index, entry in enumerate(attached if isinstance(attached, list) else ()):
        named = entry.get("policy") if isinstance(entry, Mapping) else None
        yield from _missing(f"proxy.policy_attachments[{index}].policy", named, "policy", policies, severity)
    guardrails = _names(proxy, "guardrails", "guardrail_name")
    for name, policy in policies.items():
        yield from _missing(
            f"proxy.policies.{name}.inherit", mapping(policy).get("inherit"), "policy", policies, severity
        )
        path = f"proxy.policies.{name}.guardrails.add"
        yield from _missing(path, mapping(policy, "guardrails").get("add"), "guardrail", guardrails, severity)


def _tools(proxy: Mapping[str, Any], severity: Severity) -> Iterator[Problem]:
    for setting, (word, section) in TOOLS.items():
        named = mapping(proxy, "litellm_settings", setting).get(word)
        path = f"proxy.litellm_settings.{setting}.{word}"
        yield from _missing(
            path, named, word.removesuffix("_name").replace("_", " "), _names(proxy, section, word), severity
        )


def _names(proxy: Mapping[str, Any], section: str, word: str) -> set[str]:
    listed = proxy.get(section)
    entries = [entry.get(word) for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    return {name for name in entries if isinstance(name, str)}


def _missing(path: str, named: Any, kind: str, there: Collection[str], severity: Severity) -> Iterator[Problem]:
    if isinstance(named, str) and named not in there:
        yield Problem(path=path, message=f"no {kind} {named!r} is declared; {nearest(named, there)}", severity=severity)
    elif isinstance(named, list):
        for index, name in enumerate(named):
            yield from _missing(f"{path}[{index}]", name if isinstance(name, str) else None, kind, there, severity)
