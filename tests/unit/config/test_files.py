"""The rendered files: config.yaml, haproxy.cfg, prometheus.yml, and the merge below them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import haproxy, litellm, prometheus, settings
from config.merge import merge
from config.monitoring import MonitoringSettings
from config.problems import ConfigError
from tests.unit.config.test_settings import load

CANARY = "sk-canary-0123456789"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)
sections = st.dictionaries(st.text(max_size=5), json_values, max_size=4)


def rendered(**proxy: Any) -> Any:
    stack = settings.load(
        {"p:proxy": json.dumps(proxy), "p:secrets": json.dumps({"KEY": CANARY})}, encrypted=["p:secrets"], project="p"
    )
    text = litellm.render(stack)
    assert CANARY not in text
    return yaml.safe_load(text)


@given(sections)
def test_merging_nothing_changes_nothing(base: dict[str, Any]) -> None:
    assert merge(base, {}) == base


@given(sections, sections)
def test_what_is_said_over_it_holds(base: dict[str, Any], override: dict[str, Any]) -> None:
    merged = merge(base, override)
    for name, value in override.items():
        if value is None:
            assert name not in merged
        elif not isinstance(value, dict):
            assert merged[name] == value
    assert merged.keys() <= base.keys() | override.keys()


@pytest.mark.parametrize(
    "access",
    [
        {"models": {"extra": {"model_name": "extra", "litellm_params": {"model": "openai/x"}}}},
        {"credentials": {"openai": {"credential_values": {"api_base": "http://x"}}}},
    ],
)
def test_the_database_is_read_for_what_the_stack_keeps_there(access: dict[str, Any]) -> None:
    stack = settings.load({"p:access": json.dumps(access)}, encrypted=[], project="p")
    assert yaml.safe_load(litellm.render(stack))["general_settings"]["store_model_in_db"] is True
    assert "store_model_in_db" not in rendered()["general_settings"]
    off = {"p:access": json.dumps(access), "p:proxy": json.dumps({"general_settings": {"store_model_in_db": False}})}
    with pytest.raises(ConfigError, match=r"proxy\.general_settings\.store_model_in_db: access\..* remove this"):
        settings.load(off, encrypted=[], project="p")


def test_the_guides_production_defaults_are_there_without_a_word() -> None:
    config = rendered()
    assert config["litellm_settings"] == {
        "drop_params": True,
        "request_timeout": 600,
        "num_retries": 2,
        "set_verbose": False,
        "json_logs": True,
        "callbacks": ["prometheus"],
        "service_callback": ["prometheus_system"],
        "prometheus_initialize_budget_metrics": True,
    }
    assert config["general_settings"]["master_key"] == "os.environ/LITELLM_MASTER_KEY"


def test_stack_config_wins_and_null_removes() -> None:
    config = rendered(litellm_settings={"request_timeout": 30, "json_logs": None})
    assert config["litellm_settings"]["request_timeout"] == 30
    assert "json_logs" not in config["litellm_settings"]


def test_a_team_that_adds_a_callback_keeps_the_metrics() -> None:
    assert rendered(litellm_settings={"callbacks": ["langfuse"]})["litellm_settings"]["callbacks"] == [
        "prometheus",
        "langfuse",
    ]


def test_max_end_user_budget_becomes_a_budget_that_litellm_enforces() -> None:
    words = {"max_end_user_budget": 0.002, "budget_duration": "1d", "max_budget": 5}
    config = rendered(litellm_settings=words)["litellm_settings"]
    assert "max_end_user_budget" not in config
    assert config["max_end_user_budget_id"] == litellm.END_USER_BUDGET_ID
    assert config["max_budget"] == 5
    stack = settings.load({"p:proxy": json.dumps({"litellm_settings": words})}, encrypted=["p:secrets"], project="p")
    budget = litellm.end_user_budget(stack)
    assert budget is not None
    assert budget.declared() == {"max_budget": 0.002, "budget_duration": "1d"}


def edge_config(*, keep_connections: bool = True) -> str:
    return haproxy.render(
        upstream="litellm:4000",
        database=haproxy.own_database("database", 5432),
        request_timeout=600,
        keep_connections=keep_connections,
    )


def test_a_pooler_that_does_not_answer_makes_no_key_wrong() -> None:
    rendered = haproxy.render(
        upstream="litellm:4000",
        database=haproxy.own_database("database", 5432),
        pooler="pooler:6432",
        request_timeout=600,
        keep_connections=True,
    )
    cut_off = "if { status 401 } { nbsrv(database) eq 0 } || { status 401 } { nbsrv(pooler) eq 0 }"
    assert rendered.count(cut_off) == 4
    assert "server-template pgbouncer 2 pooler:6432" in rendered
    assert "pooler" not in edge_config()


def test_a_postgres_of_somebody_elses_is_connected_to_and_not_logged_in_to() -> None:
    # Its server would log each login that it refuses.
    rendered = haproxy.render(
        upstream="litellm:4000",
        database=haproxy.external_database("db.example.com", 6432),
        request_timeout=600,
        keep_connections=True,
    )
    assert "server postgres db.example.com:6432" in rendered
    assert "pgsql-check" not in rendered
    assert "pgsql-check" in edge_config()


def test_the_edge_keeps_connections_only_where_a_host_cannot_be_gone_without_closing_them() -> None:
    assert "http-reuse always" in edge_config()
    assert "option http-server-close" not in edge_config()
    assert "http-reuse" not in edge_config(keep_connections=False)
    assert "option http-server-close" in edge_config(keep_connections=False)


def test_the_edge_waits_longer_than_the_proxy_and_never_repeats_a_request() -> None:
    text = edge_config()
    assert "timeout server 620s" in text
    assert "retry-on conn-failure\n" in text
    assert text.count(f"server-template replica {haproxy.SLOTS} litellm:4000") == 2, "in time, and late"


def test_the_edge_has_room_for_old_and_new_replicas() -> None:
    raw = {"p:replicas": "32", "p:database": '{"maxConnections": 1000}'}
    most = settings.load(raw, encrypted=["p:secrets"], project="p").replicas
    assert 3 * most <= haproxy.SLOTS


def test_prometheus_reads_its_key_from_a_file() -> None:
    config = yaml.safe_load(
        prometheus.render(MonitoringSettings(), stack="dev", upstream="litellm", upstream_port=4000)
    )
    job = config["scrape_configs"][0]
    assert job["metrics_path"] == "/metrics/"
    assert job["authorization"]["credentials_file"] == prometheus.CREDENTIALS_FILE
    assert job["dns_sd_configs"][0]["names"] == ["litellm"]


def test_prometheus_reads_the_edges_own_metrics_where_the_edge_shows_them() -> None:
    config = yaml.safe_load(
        prometheus.render(MonitoringSettings(), stack="dev", upstream="litellm", upstream_port=4000)
    )
    job = next(job for job in config["scrape_configs"] if job["job_name"] == prometheus.EDGE)
    text = edge_config()
    assert f"use-service prometheus-exporter if {{ path {job['metrics_path']} }}" in text
    assert job["static_configs"] == [{"targets": [f"{haproxy.ALIAS}:{haproxy.STATUS_PORT}"]}]
    assert f"bind :{haproxy.STATUS_PORT}" in text
    # Or each look at the container's health counts as a client's mistake.
    assert "option http-ignore-probes" in text


def test_prometheus_reads_the_edge_of_every_node() -> None:
    content = prometheus.render(
        MonitoringSettings(), stack="dev", upstream="litellm", upstream_port=4000, several_edges=True
    )
    job = next(job for job in yaml.safe_load(content)["scrape_configs"] if job["job_name"] == prometheus.EDGE)
    [found] = job["dns_sd_configs"]
    assert (found["names"], found["port"]) == ([haproxy.ALIAS], haproxy.STATUS_PORT)


@pytest.mark.parametrize(("cache", "jobs"), [(True, {"postgres", "redis"}), (False, {"postgres"})])
def test_prometheus_reads_the_exporters_that_run(cache: bool, jobs: set[str]) -> None:
    def scraped(*, exporters: bool) -> set[str]:
        settings = MonitoringSettings(exporters=exporters)
        content = prometheus.render(settings, stack="dev", upstream="x", upstream_port=1, cache=cache)
        return {job["job_name"] for job in yaml.safe_load(content)["scrape_configs"]}

    assert scraped(exporters=True) - scraped(exporters=False) == jobs


def test_default_fallbacks_survive_where_litellm_reads_its_database() -> None:
    router = {"fallbacks": [{"chat": ["large"]}], "default_fallbacks": ["large"]}
    models = [{"model_name": name, "litellm_params": {"model": "openai/gpt-4o"}} for name in ("chat", "large")]

    def rendered(**general: object) -> object:
        settings = load(proxy={"model_list": models, "router_settings": router, "general_settings": general})
        return yaml.safe_load(litellm.render(settings))["router_settings"]["fallbacks"]

    assert rendered() == [{"chat": ["large"]}]
    assert rendered(store_model_in_db=True) == [{"chat": ["large"]}, {"*": ["large"]}]
