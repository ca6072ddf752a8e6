"""A valid config is never refused, a mistyped name never passes, and nothing that can be written breaks the linter."""

from __future__ import annotations

import contextlib
import json
import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config import settings
from config.lint.durations import KEPT, SECONDS, SPANS
from config.lint.fallbacks import KINDS
from config.lint.vocabulary import vocabulary
from config.places import SETTINGS
from config.problems import ConfigError
from config.proxy import OWNED, SECTIONS
from config.secret_texts import SECRET_NAME
from config.timeouts import NAMES as NAMES_OF_TIMEOUTS
from tests.unit.config.documented import DOCUMENTED, VARIABLES
from tests.unit.config.findings import found, model

WORDS = vocabulary()
CANARY = "sk-canary-0123456789abcdef"
AMOUNTS = {"max_budget", "max_end_user_budget", "provider_budget_config"}
"""Settings whose values depend on each other: tests/unit/config/test_lint.py has them."""
SECRETS = {**dict.fromkeys(VARIABLES, CANARY), "LITELLM_LICENSE": CANARY}


@pytest.mark.parametrize("feature", DOCUMENTED)
def test_what_the_documentation_shows_is_taken_without_a_word(feature: str) -> None:
    secrets = dict.fromkeys(VARIABLES, CANARY)
    assert found(proxy=DOCUMENTED[feature], secrets=secrets) == ({}, {})


def value_of(name: str) -> st.SearchStrategy[Any]:
    """Values that a setting takes, as far as a rule looks at them; any flag otherwise."""
    if name in SPANS or name.endswith(KEPT):
        return st.sampled_from(["30s", "12h", "7d", "1mo", "weekly"])
    if any(name in names for names in (*SECONDS.values(), *NAMES_OF_TIMEOUTS.values())):
        return st.integers(1, 3600) | st.floats(0.1, 3600)
    if SECRET_NAME.search(name):
        return st.just("os.environ/OPENAI_API_KEY")
    if name in WORDS.choices:
        return st.just(None)
    return st.just([]) if name in KINDS else st.booleans() | st.none()


def section(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Sections made of the names that LiteLLM knows in them."""
    known = sorted(WORDS.sections[name] - OWNED.keys() - AMOUNTS)
    names = st.lists(st.sampled_from(known), unique=True, max_size=12)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({word: value_of(word) for word in chosen}))


@given(
    sections=st.fixed_dictionaries({name: section(name) for name in SETTINGS}),
    parameters=section("litellm_params"),
    info=section("model_info"),
)
def test_known_names_with_fitting_values_are_taken_without_a_word(
    sections: dict[str, Any], parameters: dict[str, Any], info: dict[str, Any]
) -> None:
    entry = {**model(), "model_info": info}
    entry["litellm_params"] = {**parameters, "model": "openai/gpt-4o-mini"}
    assert found(proxy={**sections, "model_list": [entry]}, secrets=SECRETS) == ({}, {})


@given(place=st.sampled_from(SETTINGS), data=st.data())
def test_a_mistyped_name_is_always_told_and_mostly_with_the_right_one(place: str, data: st.DataObject) -> None:
    known = sorted(name for name in WORDS.sections[place] - OWNED.keys() if len(name) > 5)
    name = data.draw(st.sampled_from(known))
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from([*string.ascii_lowercase, ""]))
    mistyped = name[:at] + letter + name[at + 1 :]
    assume(not any(mistyped in words for words in (*WORDS.sections.values(), SECTIONS, OWNED)))
    errors, warnings = found(proxy={place: {mistyped: None}})
    assert errors == {}
    [(path, message)] = warnings.items()
    assert path == f"proxy.{place}.{mistyped}"
    assert "did you mean '" in message


LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=8)
NAMES = {*SECTIONS, *KINDS, *SPANS, *OWNED, *SETTINGS, "model_name", "litellm_params", "model_info", "model", "keys"}
LOOKED_AT = {"routing_groups", "model_group_alias", "access_groups", "api_base", "callbacks", "models", "teams"}
JSON = st.recursive(
    LEAVES | st.sampled_from(["*", "os.environ/X", "1d"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(NAMES | LOOKED_AT)) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)
TOP = st.sampled_from(["proxy", "access", "secrets", "environment", "cache", "adminUrl"])


@given(values=st.dictionaries(TOP, JSON))
def test_nothing_that_can_be_written_breaks_the_linter(values: dict[str, Any]) -> None:
    raw = {f"p:{name}": json.dumps(value) for name, value in values.items()}
    with contextlib.suppress(ConfigError):
        settings.check(raw, encrypted=list(raw), project="p")


@given(
    name=st.sampled_from(["api_key", "password", "aws_secret_access_key", "client_secret", "anything"]),
    place=st.sampled_from(["litellm_settings", "router_settings", "general_settings", "guardrails", "mcp_servers"]),
)
def test_a_secret_is_an_error_anywhere_and_never_shown(name: str, place: str) -> None:
    errors, warnings = found(proxy={place: {"deep": [{name: CANARY}]}})
    assert f"proxy.{place}.deep[0].{name}" in errors
    assert not any(CANARY in message for message in (*errors.values(), *warnings.values()))


@pytest.mark.parametrize(
    "proxy",
    [
        {"litellm_settings": {"callbacks": [CANARY]}},
        {"litellm_settings": {"budget_duration": f"1d {CANARY}"}},
        {"litellm_settings": {"fallbacks": [{"chat": [CANARY]}]}},
        {"router_settings": {"routing_strategy": CANARY}},
        {"policy_attachments": [{"policy": CANARY}]},
        {"model_list": [model(litellm_credential_name=CANARY)]},
    ],
)
def test_no_rule_shows_what_looks_like_a_secret(proxy: dict[str, Any]) -> None:
    errors, warnings = found(proxy=proxy)
    assert any("a secret in clear" in message for message in errors.values())
    assert CANARY not in str((errors, warnings))
