"""Which images a checkout needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supply import images

ROOT = Path(__file__).parents[3]
LISTED = json.loads((ROOT / images.LIST).read_text())
ALWAYS = {"haproxy", "litellm", "postgres", "prometheus", "redis"}


@pytest.mark.parametrize(
    ("section", "more"),
    [
        ("proxy: {}", set()),
        ("monitoring: {retention: 9d}", set()),
        ("monitoring: {webhook: {secure: v1:abc}}", {"alertmanager"}),
        ("monitoring:\n      slackWebhook:\n        secure: v1:abc", {"alertmanager"}),
        ("monitoring: {exporters: true}", {"postgresExporter", "redisExporter"}),
        ("database: {pooler: {connections: 40}}", {"pgbouncer"}),
        ("monitoring: {certificates: ['a:443']}", {"blackboxExporter"}),
    ],
)
def test_what_no_stack_runs_is_not_waited_for(tmp_path: Path, section: str, more: set[str]) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: litellm-stack\ndescription: has webhook, exporters\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  litellm-stack:replicas: 2\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(f"config:\n  litellm-stack:{section}\n")
    assert set(images.wanted(LISTED, tmp_path)) == ALWAYS | more


def test_what_may_be_missing_is_in_the_list() -> None:
    assert set(LISTED) == ALWAYS | set(images.OPTIONAL)
