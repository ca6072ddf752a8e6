"""The alert rules: for whom there is one, what they name, and where each is explained."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import litellm, prometheus, settings
from config.alerts import budgets, file
from config.alerts.rule import literal, one_of
from config.problems import ConfigError
from litellm_admin.fields.base import SpendLimits

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
ACCESS: dict[str, Any] = {
    "budgets": {"free-tier": {"max_budget": 0.5, "budget_duration": "1d"}, "shut-out": {"max_budget": 0}},
    "customers": {"acme": {"budget": "free-tier"}, "banned": {"budget": "shut-out"}, "other": {}},
    "users": {"ann": {"max_budget": 3}, "ben": {}},
    "teams": {
        "support": {"max_budget": 20, "budget_duration": "30d", "keys": {"helpdesk": {"max_budget": 1}}},
        "research": {"team_id": "4f5c", "max_budget": 20, "budget_duration": "30d"},
    },
    "keys": {
        "chat-app": {"max_budget": 100, "budget_duration": "1d"},
        "batch": {"max_budget": 7, "budget_duration": "1d"},
        "nightly": {"budget": "free-tier"},
        "free": {},
    },
}


def loaded(**values: Any) -> settings.Settings:
    raw = {f"p:{name}": json.dumps(value) for name, value in {"access": ACCESS, **values}.items()}
    return settings.load(raw, encrypted=["p:monitoring"], project="p")


def rules(stack: settings.Settings, **arguments: Any) -> list[dict[str, Any]]:
    groups = yaml.safe_load(file.render(stack, **arguments))["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def test_everybody_with_a_budget_is_in_exactly_one_rule_of_a_kind_and_nobody_else() -> None:
    stack = loaded(proxy={"litellm_settings": {"max_budget": 50, "budget_duration": "1mo"}})
    held = budgets.holders(stack.access, litellm.proxy_budget(stack), customers=True)
    assert {(limit.kind.name, limit.duration, limit.budget): names for limit, names in held.items()} == {
        ("key", "1d", None): ["chat-app", "batch"],
        ("key", "1d", "free-tier"): ["nightly"],
        ("key", None, None): ["helpdesk"],
        ("team", "30d", None): ["support", "4f5c"],
        ("user", None, None): ["ann"],
        ("customer", "1d", "free-tier"): ["acme"],
        ("proxy", "1mo", None): ["litellm-proxy-budget"],
    }


@pytest.mark.parametrize("amount", [0, "os.environ/AMOUNT", None])
def test_a_proxy_without_a_limit_that_is_known_has_no_alert_on_it(amount: Any) -> None:
    words = {"litellm_settings": {"max_budget": amount, "budget_duration": "1d"}}
    assert "litellm-proxy-budget" not in file.render(loaded(proxy=words, environment={"AMOUNT": "5"}))


@pytest.mark.parametrize(
    ("database", "backends"), [({}, 'proxy="database"'), ({"pooler": {"connections": 5}}, 'proxy=~"database|pooler"')]
)
def test_a_pooler_that_is_away_is_told_like_a_database_that_is(database: dict[str, Any], backends: str) -> None:
    [rule] = [rule for rule in rules(loaded(database=database)) if rule["alert"] == "DatabaseUnreachable"]
    assert rule["expr"] == f'haproxy_backend_status{{{backends},state="UP"}} == 0'


def test_a_new_budget_changes_the_rules() -> None:
    more = {**ACCESS, "keys": {**ACCESS["keys"], "free": {"max_budget": 1, "budget_duration": "1d"}}}
    assert "chat-app|batch|free" in file.render(loaded(access=more))
    assert "free|" not in file.render(loaded())
    assert "|free" not in file.render(loaded())


def test_keys_of_a_group_are_told_like_others() -> None:
    group = {"fields": {"max_budget": 5, "budget_duration": "1d"}, "keys": {"ada": {}, "bob": {"budget": "free-tier"}}}
    access = loaded(access={**ACCESS, "keyGroups": {"course": group}}).access
    held = budgets.holders(access, SpendLimits(), customers=False)
    daily = {
        limit.budget: names for limit, names in held.items() if (limit.kind, limit.duration) == (budgets.KEY, "1d")
    }
    assert daily == {
        None: ["chat-app", "batch", "ada"],
        "free-tier": ["nightly", "bob"],
    }


def test_no_two_rules_are_the_same_but_for_their_expression() -> None:
    # promtool calls that an error, and nobody could tell the alerts apart.
    found = [json.dumps([rule["alert"], rule["labels"]], sort_keys=True) for rule in rules(loaded())]
    assert len(found) == len(set(found))


def test_every_alert_says_how_bad_it_is_and_leads_to_its_section() -> None:
    sections = set(re.findall(r"^### (\w+)$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE))
    monitoring = {"webhook": "https://hooks.example/a", "exporters": True, "certificates": ["a:443"]}
    stack = loaded(replicas=2, monitoring=monitoring, access=with_expiring())
    found = rules(stack, expiries={"guest": "2026-12-01T00:00:00+00:00"})
    for rule in found:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
    assert {rule["alert"] for rule in found} == sections


def with_expiring() -> dict[str, Any]:
    return {**ACCESS, "keys": {**ACCESS["keys"], "guest": {"duration": "30d"}}}


def test_a_key_that_expires_is_told_a_week_before_or_a_fifth_of_its_time() -> None:
    def threshold(duration: str) -> str:
        access = {"keys": {"guest": {"duration": duration}}}
        found = rules(loaded(access=access), expiries={"guest": "1970-01-02T00:00:00+00:00"})
        return str(next(rule["expr"] for rule in found if rule["alert"] == "KeyExpires"))

    assert threshold("90d") == "vector(86400) - time() < 604800"
    assert threshold("10d") == "vector(86400) - time() < 172800"


def test_a_single_replica_that_is_down_is_no_replica() -> None:
    assert "ReplicaDown" not in {rule["alert"] for rule in rules(loaded())}


def test_customers_have_metrics_where_they_are_declared_and_nobody_says_otherwise() -> None:
    def shown(**values: Any) -> Any:
        return yaml.safe_load(litellm.render(loaded(**values)))["litellm_settings"].get(litellm.CUSTOMERS_SHOWN)

    assert shown() is True
    assert shown(access={}) is None
    off = {"proxy": {"litellm_settings": {litellm.CUSTOMERS_SHOWN: False}}}
    assert shown(**off) is False
    assert "customer_budget" not in file.render(loaded(**off))


names = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@given(st.lists(names, min_size=1, unique=True), names)
def test_a_name_matches_itself_and_no_other(chosen: list[str], other: str) -> None:
    # Go's and Python's regular expressions agree on what is escaped here; tests/integration asks Prometheus itself.
    pattern = re.compile(json.loads(one_of(chosen)))
    for name in [*chosen, other]:
        assert bool(pattern.fullmatch(name)) == (name in chosen)


@given(names)
def test_a_name_is_no_template(name: str) -> None:
    shown = literal(name)
    assert shown.replace('{{ "{{" }}', "") == name.replace("{{", "")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"retention": "a month"}, r"monitoring\.retention: .*no duration of Prometheus's"),
        ({"retentionSize": "4"}, r"monitoring\.retentionSize: "),
        ({"scrapeInterval": "10m"}, r"monitoring\.scrapeInterval: .*between 1s and 2m"),
        ({"alertmanagers": ["alertmanager"]}, r"monitoring\.alertmanagers\[0\]: .*host:port"),
        ({"certificates": ["https://gateway.example.com"]}, r"monitoring\.certificates\[0\]: .*host:port"),
        ({"errorRate": 5}, r"monitoring\.errorRate: "),
        ({"interval": "15s"}, r"monitoring\.interval: "),
    ],
)
def test_what_prometheus_would_not_take_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        loaded(monitoring=given)


def test_alerts_are_sent_where_the_config_says() -> None:
    addresses = ["alerts:9093", "https://alerts.example.com:443/team/a", "[::1]:9093"]
    stack = loaded(monitoring={"alertmanagers": addresses})
    content = yaml.safe_load(prometheus.render(stack.monitoring, stack="dev", upstream="litellm", upstream_port=4000))
    assert content["alerting"]["alertmanagers"] == [
        {"scheme": "http", "static_configs": [{"targets": ["alerts:9093"]}]},
        {
            "scheme": "https",
            "path_prefix": "/team/a",
            "static_configs": [{"targets": ["alerts.example.com:443"]}],
        },
        {"scheme": "http", "static_configs": [{"targets": ["[::1]:9093"]}]},
    ]
    assert "alerting" not in yaml.safe_load(
        prometheus.render(loaded().monitoring, stack="dev", upstream="x", upstream_port=1)
    )


def test_a_scrape_has_no_more_time_than_there_is_between_two() -> None:
    stack = loaded(monitoring={"scrapeInterval": "5s"})
    content = yaml.safe_load(prometheus.render(stack.monitoring, stack="dev", upstream="litellm", upstream_port=4000))
    spans = {name: value for name, value in content["global"].items() if name != "external_labels"}
    assert spans == {"scrape_interval": "5s", "scrape_timeout": "5s", "evaluation_interval": "5s"}


def test_who_hears_of_several_stacks_can_tell_them_apart() -> None:
    content = yaml.safe_load(prometheus.render(loaded().monitoring, stack="dev", upstream="x", upstream_port=1))
    assert content["global"]["external_labels"] == {"stack": "dev"}
