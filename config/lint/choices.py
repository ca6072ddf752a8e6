"""Settings that take one word of a set: how the router chooses, which callbacks there are, what is retried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.lint.vocabulary import vocabulary
from config.problems import Problem, nearest
from config.reading import mapping, texts

ROUTER = "proxy.router_settings"
CALLBACKS = ("callbacks", "success_callback", "failure_callback", "service_callback", "audit_log_callbacks")
OF_GROUPS = "priority"
"""A strategy of groups only (RoutingGroup in litellm/types/router.py)."""
POLICIES = ("retry_policy", "allowed_fails_policy")


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report words that LiteLLM does not know: an error where it would not start, a warning where it passes over."""
    router = mapping(values, "proxy", "router_settings")
    yield from _strategies(router)
    for policy in POLICIES:
        yield from _exceptions(f"{ROUTER}.{policy}", mapping(router, policy), policy)
    for model in mapping(router, "model_group_retry_policy"):
        path = f"{ROUTER}.model_group_retry_policy.{model}"
        yield from _exceptions(path, mapping(router, "model_group_retry_policy", model), "retry_policy")
    yield from _callbacks(mapping(values, "proxy"))


def _strategies(router: Mapping[str, Any]) -> Iterator[Problem]:
    # The router raises an error for another word while the proxy starts (validate_routing_strategy, litellm/router.py).
    known = vocabulary().choices["routing_strategy"]
    groups = router.get("routing_groups")
    yield from _strategy(f"{ROUTER}.routing_strategy", router, known)
    for index, group in enumerate(groups if isinstance(groups, list) else ()):
        path = f"{ROUTER}.routing_groups[{index}].routing_strategy"
        yield from _strategy(path, mapping(group), known | {OF_GROUPS})
    checks = vocabulary().choices["optional_pre_call_checks"]
    for index, check in texts(router, "optional_pre_call_checks"):
        if check not in checks:
            yield _ignored(f"{ROUTER}.optional_pre_call_checks[{index}]", check, checks)


def _strategy(path: str, settings: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    strategy = settings.get("routing_strategy")
    if isinstance(strategy, str) and strategy not in known:
        message = f"LiteLLM has no strategy {strategy!r} and would not start; {nearest(strategy, known)}"
        yield Problem(path=path, message=message)


def _exceptions(path: str, policy: Mapping[str, Any], setting: str) -> Iterator[Problem]:
    known = vocabulary().choices[setting]
    for name in policy:
        if name not in known:
            yield _ignored(f"{path}.{name}", str(name), known)


def _callbacks(proxy: Mapping[str, Any]) -> Iterator[Problem]:
    # A callback of the operator's own is a Python name with a dot, or has a section in callback_settings.
    own = mapping(proxy, "callback_settings")
    known = vocabulary().choices["callbacks"]
    for setting in CALLBACKS:
        for index, word in texts(proxy, "litellm_settings", setting):
            if word not in known and "." not in word and word not in own:
                yield _ignored(f"proxy.litellm_settings.{setting}[{index}]", word, known)


def _ignored(path: str, word: str, known: Collection[str]) -> Problem:
    message = f"LiteLLM {vocabulary().version} knows no {word!r} here and ignores it; {nearest(word, known)}"
    return Problem(path=path, message=message, severity="warning")
