"""What restarts, why, and whether clients notice; which secrets of the stack get another value."""

from __future__ import annotations

from typing import Any

import pytest

from review import report
from tests.unit.review.plans import preview, step


def container(
    op: str, name: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None
) -> dict[str, Any]:
    return step(op, "Container", name, old=old or {}, new=new or {})


@pytest.mark.parametrize(
    ("kind", "name", "title"),
    [
        ("Container", "database-postgres", "database"),
        ("Container", "edge-haproxy", "edge"),
        ("Network", "network-bridge", "network"),
    ],
)
@pytest.mark.parametrize("op", ["replace", "delete"])
def test_what_clients_notice_is_said_on_top(op: str, kind: str, name: str, title: str) -> None:
    text = report.render(preview(step(op, kind, name, old={}, new={})))
    assert f"⚠️ **a restart that clients notice: {title}**" in text.splitlines()[2]
    assert f"| {title} |" in text


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("proxy-replica-11", "replicas of the proxy"),
        ("cache-redis", "cache"),
        ("monitoring-prometheus", "Prometheus"),
        ("grafana-server", "Grafana"),
    ],
)
def test_what_clients_do_not_notice_is_no_warning(name: str, title: str) -> None:
    text = report.render(preview(container("replace", name)))
    assert text.splitlines()[2] == f"a restart that clients do not notice: {title}"


def task(**container: Any) -> dict[str, Any]:
    return {"taskSpec": {"containerSpec": container}, "mode": {"replicated": {"replicas": 2}}}


def test_tasks_of_another_form_are_replacements_with_their_reasons() -> None:
    old = task(
        image="a@sha256:1",
        env={"ONE": "1", "TWO": "2"},
        configs=[{"fileName": "/app/config.yaml", "configName": "c-1"}],
        secrets=[{"fileName": "LITELLM_MASTER_KEY", "secretName": "s-1"}],
    )
    new = task(
        image="a@sha256:1",
        env={"ONE": "1", "TWO": "3"},
        configs=[{"fileName": "/app/config.yaml", "configName": "c-2"}],
        secrets=[{"fileName": "LITELLM_MASTER_KEY", "secretName": "s-2"}],
    )
    text = report.render(preview(step("update", "Service", "proxy-replicas", old=old, new=new)))
    assert text.splitlines()[2] == "a restart that clients do not notice: replicas of the proxy"
    assert "| replicas of the proxy | replaced |" in text
    assert "`file /app/config.yaml`, `variable LITELLM_MASTER_KEY`, `variable TWO`" in text


def test_what_the_engine_adds_by_itself_is_no_reason() -> None:
    declared = {"env": {"ONE": "1"}, "labels": [{"label": "a", "value": "1"}, {"label": "b", "value": "2"}]}
    found = {**declared, "isolation": "default", "labels": declared["labels"][::-1]}  # type: ignore[index]
    ports = {"mode": "dnsrr", "ports": [{"publishedPort": 4000}]}
    new = {**task(**{**declared, "env": {"ONE": "1", "ADDED": "2"}}), "endpointSpec": ports}
    old = {**task(**found), "endpointSpec": {**ports, "ports": [{"publishedPort": 4000, "name": ""}]}}
    for reasons in ([], ["labels", "taskSpec"]):
        change = step("update", "Service", "edge-haproxy", old=old, new=new, diffReasons=reasons)
        text = report.render(preview(change))
        assert "| edge | replaced | `variable ADDED` |" in text
        assert "address changes" not in text


def test_a_services_database_that_is_replaced_is_said_on_top() -> None:
    change = step("update", "Service", "database-postgres", old=task(image="a"), new=task(image="b"))
    assert "⚠️ **a restart that clients notice: database**" in report.render(preview(change)).splitlines()[2]


def test_another_number_of_tasks_is_no_restart() -> None:
    new = {**task(image="a"), "mode": {"replicated": {"replicas": 3}}}
    text = report.render(preview(step("update", "Service", "proxy-replicas", old=task(image="a"), new=new)))
    assert "| replicas of the proxy | changed in place | `mode` | no |" in text
    assert "restart that" not in text


def test_another_port_of_a_services_edge_is_another_address() -> None:
    old, new = ({**task(image="a"), "endpointSpec": {"ports": [{"publishedPort": port}]}} for port in (4000, 4001))
    text = report.render(preview(step("update", "Service", "edge-haproxy", old=old, new=new)))
    assert "the gateway's address changes" in text
    assert "`ports`" in text


def test_another_number_of_replicas_is_no_restart() -> None:
    fewer, more = (report.render(preview(container(op, "proxy-replica-1"))) for op in ("delete", "create"))
    assert "| replicas of the proxy | stopped for good |  | no |" in fewer
    assert "| replicas of the proxy | started |  | no |" in more
    assert "restart that" not in fewer + more


def test_a_change_in_place_is_no_restart() -> None:
    text = report.render(preview(container("update", "database-postgres", {"memory": 1024}, {"memory": 2048})))
    assert "| database | changed in place | `memory` 1,024 → 2,048 MiB | no |" in text
    assert "restart that" not in text


def test_a_container_that_was_stopped_is_started_again() -> None:
    old = {"mustRun": False, "ports": []}
    text = report.render(
        preview(container("replace", "edge-haproxy", old, {"mustRun": True, "ports": [{"external": 4000}]}))
    )
    assert "| edge | replaced | it was stopped by hand |" in text
    assert "address changes" not in text


def test_keepers_that_are_not_known_yet_name_nothing() -> None:
    unknown = {"keepers": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    revision = step("replace", "RandomId", "proxy-revision", old={"keepers": {"image": "a"}}, new=unknown)
    text = report.render(preview(revision, container("replace", "proxy-replica-0")))
    assert "| replicas of the proxy | replaced |  | no:" in text


def test_another_seed_is_one_reason_and_not_the_name_of_every_fingerprint() -> None:
    old, new = ({"keepers": {"image": value, "variable A": value}} for value in "ab")
    steps = (
        step("create", "RandomPassword", "secrets-seed-2", new={}),
        step("replace", "RandomId", "proxy-revision", old=old, new=new),
        container("replace", "proxy-replica-0"),
    )
    assert "| replaced | another seed, and whatever else changes |" in report.render(preview(*steps))


def test_another_seed_is_a_rotation() -> None:
    text = report.render(preview(step("create", "RandomPassword", "secrets-seed-2", new={})))
    assert "| seed | what was derived from it (virtual keys, passwords) gets another value |" in text
    assert (
        "seed"
        not in report.render(preview(step("create", "RandomPassword", "secrets-seed", new={}))).split("### All")[0]
    )
