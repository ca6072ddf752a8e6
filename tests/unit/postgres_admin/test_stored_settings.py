"""What is told of settings that the database has beside config.yaml, and that no secret among them is kept."""

from __future__ import annotations

from typing import Any

import pytest

from postgres_admin import psql
from postgres_admin.stored_settings import MASKED, StoredSettingsProvider, masked, messages

DECLARED = {"router_settings": {"num_retries": 2, "timeout": 30}, "general_settings": {}, "litellm_settings": {}}
CANARY = "sk-canary-0123456789abcdef"


def test_both_values_are_told_where_they_differ_and_nothing_where_they_do_not() -> None:
    stored = {"router_settings": {"num_retries": 5.0, "timeout": 30.0, "cooldown_time": 9.0}}
    [alone, both] = messages(stored, DECLARED, [])
    assert alone.startswith("proxy.router_settings.cooldown_time is 9 by the admin UI, and nothing in the stack config")
    assert both.startswith(
        "proxy.router_settings.num_retries is 2 in the stack config, which holds, and 5 by the admin"
    )


def test_a_variable_of_the_database_is_told_without_its_value() -> None:
    stored = {"environment_variables": {"SLACK_WEBHOOK_URL": MASKED, "OTHER": MASKED}}
    [other, slack] = messages(stored, DECLARED, ["SLACK_WEBHOOK_URL"])
    assert "is set by the admin UI alone" in other
    assert "in place of the stack config's" in slack


def test_nothing_that_may_be_a_secret_is_kept() -> None:
    rows: dict[str, dict[str, Any]] = {
        "environment_variables": {"OPENAI_API_KEY": "encrypted"},
        "general_settings": {
            "alerting": ["slack"],
            "alert_to_webhook_url": {"budget_alerts": "https://hooks.example/T0/B0/secret-path"},
            "pass_through_endpoints": [{"path": "/x", "headers": {"api_key": CANARY}}],
        },
    }
    kept = masked(rows)
    assert kept["general_settings"]["alerting"] == ["slack"]
    assert not any(secret in str(kept) for secret in ("encrypted", "secret-path", CANARY))


def test_a_database_that_is_down_makes_nothing_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> str:
        raise psql.NoDatabaseError("down")

    monkeypatch.setattr(psql, "execute", down)
    props: dict[str, Any] = {"stored": {"router_settings": {"timeout": 1}}, "container_id": "c"}
    props |= {"superuser": "u", "database": "d"}
    assert StoredSettingsProvider().read("stored-settings", props).outs == props
