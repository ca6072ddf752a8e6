"""Whatever is written, the check reports mistakes with their paths or accepts settings that everything else takes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import settings
from config.access import AccessSettings
from config.lint.vocabulary import vocabulary
from config.problems import ConfigError
from config.proxy import SECTIONS
from tests.unit.config.documented import DOCUMENTED, VARIABLES
from tests.unit.config.rendered import rendered

CANARY = "sk-canary-0123456789abcdef"
SINGLE = ("masterKey", "saltKey", "databasePassword", "backupPassphrase")
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 3, 10**30, 1e308, -0.5, "", "1", "-1", "inf", "nan", "9" * 5000, "yes", "off"),
        *("30D", "1d", "1month", "99999999999d", "2024-05-01 00:00:00 +0000 UTC", "os.environ/A", "os.environ/B/v1"),
        *("\x00", "a\nb", "\u2028", "::", "[::1", "http://[::1", "*", "chat", "x" * 300),
        *([], {}, [[]], [{}], {"": None}, [None, 5]),
    ]
)
FIELDS = [field.alias or name for name, field in settings.Settings.model_fields.items()]
NAMES = st.sampled_from(
    sorted(
        {*FIELDS, *SECTIONS, *AccessSettings.model_fields}
        | {word for words in vocabulary().choices.values() for word in words}
        | {"models", "keys", "fields", "external", "externalCa", "enabled", "max_budget", "budget_duration", "members"}
        | {"certificates", "alertmanagers", "webhook", "slackWebhook", "gateway", "database", "pooler", "connections"}
        | {"model_name", "litellm_params", "model_info", "access_groups", "fallbacks", "model", "team", "user"}
    )
)
VALUE = st.recursive(
    ODD | st.text(max_size=6) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | NAMES, inner, max_size=3),
    max_leaves=8,
)
REST: dict[str, Any] = {
    "ports": {"gateway": 4001, "database": 5433},
    "environment": {"NUM_WORKERS": "2", "B": "b"},
    "secrets": dict.fromkeys(("A", *VARIABLES), CANARY),
    "monitoring": {
        "retention": "1d",
        "webhook": "https://example.com/hook",
        "alertmanagers": ["[::1]:9093", "https://a.example.com:9093/x"],
        "certificates": ["example.com:443"],
        "errorRate": 0.1,
    },
    "database": {"maxConnections": 200, "pooler": {"connections": 20}},
    "cache": {"enabled": None},
    "cpus": {"proxy": 1.5},
    "memory": {"proxy": 2000},
    "images": {"litellm": "example/litellm:1"},
    "rotation": {"saltKey": 2, "grace": "1h"},
    "policy": {"limitedKeys": "mandatory", "raiseFactor": 3},
    "grafana": {"enabled": True},
    "replicas": "2",
    "startTimeout": "20",
    "protect": "false",
    "bind": "127.0.0.1",
    "adminUrl": "https://example.com",
    "masterKey": CANARY,
    "access": {
        "credentials": {"c": {"credential_values": {"api_key": "os.environ/A"}}},
        "models": {"m": {"model_name": "m", "litellm_params": {"model": "openai/x"}, "model_info": {"mode": "chat"}}},
        "budgets": {"tiny": {"max_budget": 1, "budget_duration": "1d"}},
        "customers": {"acme": {"budget": "tiny"}},
        "users": {"alice": {"max_budget": 1, "budget_duration": "7d", "user_role": "internal_user"}},
        "teams": {"t": {"models": ["m"], "keys": {"k": {"duration": "30d"}}, "members": {"alice": {}}}},
        "keys": {"app": {"models": ["m"], "max_budget": 2, "budget_duration": "7d", "rotation": 2}},
        "keyGroups": {"g": {"fields": {"team": "t"}, "keys": {"h": {}}}},
    },
}
CONFIGS = [{**REST, "proxy": proxy} for proxy in DOCUMENTED.values()]


def handed_over(sections: dict[str, Any]) -> dict[str, str]:
    """Write sections as Pulumi hands them over: mappings and lists as JSON, all else as text."""
    texts = {
        f"p:{name}": value if isinstance(value, str) else "" if value is None else json.dumps(value)
        for name, value in sections.items()
    }
    # Pulumi hands over UTF-8, which has no half characters.
    return {name: text.encode("utf-8", "replace").decode() for name, text in texts.items()}


def goes_on_or_reports(sections: dict[str, Any]) -> ConfigError | None:
    """Check sections and render everything from them; the mistakes have their places."""
    raw = handed_over(sections)
    try:
        checked = settings.check(raw, encrypted=list(raw), project="p")
    except ConfigError as error:
        found = error
    else:
        assert rendered(checked.settings)
        return None
    assert found.problems
    assert all(problem.path and problem.message for problem in found.problems)
    return found


def places(value: Any, location: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Go through the places of a value, those of mappings and lists too."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield (*location, name)
        yield from places(child, (*location, name))


PLACES = [(index, place) for index, config in enumerate(CONFIGS) for place in places(config)]


@given(sections=st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=5))
def test_c30_arbitrary_values_in_every_section_end_in_no_traceback(sections: dict[str, Any]) -> None:
    goes_on_or_reports(sections)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_examples_that_are_mutated_are_accepted(config: dict[str, Any]) -> None:
    assert goes_on_or_reports(config) is None


@given(at=st.sampled_from(PLACES), value=VALUE)
def test_c30_documented_examples_with_another_value_end_in_no_traceback(at: tuple[int, Any], value: Any) -> None:
    index, place = at
    sections = copy.deepcopy(CONFIGS[index])
    parent: Any = sections
    for part in place[:-1]:
        parent = parent[part]
    parent[place[-1]] = value
    goes_on_or_reports(sections)


SECRET_TEXT = st.text() | st.from_regex(r"[\[{].*") | st.sampled_from(["[abc12345", "{", '{"a": 1}', "[1234567890]"])
URL = st.from_regex(r"(postgres|rediss?|https?)://[^\n]{0,20}(:[^\n]{0,9})?@[^\n]{0,20}/?[^\n]{0,9}") | SECRET_TEXT


@given(name=st.sampled_from(SINGLE), text=SECRET_TEXT)
def test_c32_arbitrary_text_in_each_secret_ends_in_no_traceback_and_is_not_shown(name: str, text: str) -> None:
    error = goes_on_or_reports({name: f"{CANARY}{text}"})
    assert error is None or CANARY not in str(error)
    goes_on_or_reports({name: text})


@given(section=st.sampled_from([("database", "external"), ("cache", "external"), ("monitoring", "webhook")]), url=URL)
def test_arbitrary_text_as_the_address_of_a_server_ends_in_no_traceback(section: tuple[str, str], url: str) -> None:
    goes_on_or_reports({section[0]: {section[1]: url}})


@given(text=SECRET_TEXT)
def test_arbitrary_text_in_a_variable_ends_in_no_traceback(text: str) -> None:
    goes_on_or_reports({"secrets": {"A": text}, "environment": {"B": text}})


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"max_budget": 5, "budget_duration": "1month"}, "budget_duration"),
        ({"max_budget": 5, "budget_duration": "os.environ/A"}, "budget_duration"),
        ({"max_end_user_budget": 5, "budget_duration": "30D"}, "budget_duration"),
        ({"max_end_user_budget": 0, "budget_duration": {}}, "budget_duration"),
        ({"max_budget": 5, "budget_duration": "99999999999d"}, "budget_duration"),
        ({"max_budget": -1, "budget_duration": "1d"}, "max_budget"),
        ({"max_budget": True, "budget_duration": "1d"}, "max_budget"),
        ({"max_budget": "5", "budget_duration": "1d"}, "max_budget"),
        ({"max_end_user_budget": 10**400}, "max_end_user_budget"),
        ({"request_timeout": "inf"}, "request_timeout"),
        ({"request_timeout": 10**9}, "request_timeout"),
    ],
)
def test_c30_what_the_stack_reads_of_litellms_settings_is_refused_if_it_could_not(
    values: dict[str, Any], path: str
) -> None:
    error = goes_on_or_reports({"proxy": {"litellm_settings": values}, "secrets": {"A": "1d"}})
    assert error
    assert [problem.path for problem in error.problems] == [f"proxy.litellm_settings.{path}"]


@pytest.mark.parametrize("name", ["general_settings", "litellm_settings", "router_settings", "model_list"])
def test_c31_a_section_with_nothing_under_it_is_treated_as_empty(name: str) -> None:
    raw = handed_over({"proxy": {name: None}})
    given = settings.check(raw, encrypted=[], project="p").settings
    empty = settings.check({}, encrypted=[], project="p").settings
    assert rendered(given) == rendered(empty)


@pytest.mark.parametrize("name", ["proxy", "access", "environment", "secrets", "monitoring", "ports", "images"])
def test_c31_a_setting_of_the_stack_with_nothing_under_it_is_treated_as_empty(name: str) -> None:
    # Pulumi hands over an empty text for it.
    assert settings.check({f"p:{name}": ""}, encrypted=[], project="p").settings == settings.Settings()


@pytest.mark.parametrize("section", ["general_settings", "litellm_settings", "router_settings"])
@pytest.mark.parametrize("value", [[], "text", 5, True])
def test_c31_a_section_that_is_no_mapping_is_refused(section: str, value: Any) -> None:
    error = goes_on_or_reports({"proxy": {section: value}})
    assert error
    assert [str(problem) for problem in error.problems] == [
        f"proxy.{section}: write a mapping: one `name: value` a line"
    ]


@pytest.mark.parametrize("text", ["[abc123456789", "{abc123456789", "[1234567890]", '{"a": 12345678}'])
@pytest.mark.parametrize("name", ["databasePassword", "saltKey", "backupPassphrase"])
def test_c32_a_secret_is_a_text_whatever_it_begins_with(name: str, text: str) -> None:
    given = settings.check({f"p:{name}": text}, encrypted=[f"p:{name}"], project="p").settings
    secret = {"databasePassword": given.database_password, "saltKey": given.salt_key}.get(name, given.backup_passphrase)
    assert secret
    assert secret.get_secret_value() == text


@pytest.mark.parametrize("text", ["[abc", "{abc", "text", "[1]", "5", "true", "[" * 100_000])
def test_c32_a_section_that_is_no_json_is_a_mistake_with_its_path(text: str) -> None:
    for name in ("proxy", "access", "secrets", "ports"):
        error = goes_on_or_reports({name: text})
        assert error
        assert error.problems[0].path == name


def test_what_is_nested_deeper_than_litellm_reads_is_refused() -> None:
    nested: Any = {}
    for _ in range(200):
        nested = {"a": [nested]}
    error = goes_on_or_reports({"proxy": {"callback_settings": nested}, "replicas": "1"})
    assert error
    assert [problem.path for problem in error.problems] == ["proxy"]


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("cpus", "proxy", "inf"),
        ("memory", "proxy", 10**12),
        ("rotation", "saltKey", 10**6),
        ("images", "litellm", "a b"),
        ("monitoring", "alertmanagers", ["[:::]:9093"]),
        ("monitoring", "certificates", ["example.com:99999"]),
        ("database", "external", "postgresql://user:password@ho st:5432/name"),
        ("database", "external", "postgresql://user:pass%00word@host:5432/name?sslmode=disable"),
        ("cache", "external", "redis://:pass%0aword@host:6379"),
        ("environment", "A", "a\0b"),
        ("secrets", "A", "a\0b"),
    ],
)
def test_values_that_would_fail_while_resources_are_made_are_refused(section: str, name: str, value: Any) -> None:
    error = goes_on_or_reports({section: {name: value}})
    assert error
    assert error.problems[0].path.startswith(f"{section}.{name}")


@pytest.mark.parametrize("text", [f"{CANARY}\n", f"{CANARY} x", f"{CANARY}é"])
def test_a_master_key_that_no_header_takes_is_refused_and_not_shown(text: str) -> None:
    error = goes_on_or_reports({"masterKey": text})
    assert error
    assert CANARY not in str(error)
