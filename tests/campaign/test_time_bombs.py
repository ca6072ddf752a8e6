"""What goes wrong weeks later: keys that LiteLLM's settings end, and alerts on the old value of a rotated key."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import docker
import httpx
import pytest

from config.alerts.budgets import WARN_AT
from tests.e2e.conftest import ONE_CALL, stack_config
from tests.e2e.gateway import Gateway
from tests.e2e.leftovers import no_leftovers, remove
from tests.e2e.stack import PREFIX, Stack
from tests.e2e.test_alerts import eventually, firing, spend
from tests.waiting import until

COVERS = ("components/access.py", "config/alerts", "litellm_admin")
KEY = "soon-rotated"
LEFT, LIMIT = "litellm_remaining_api_key_budget_metric", "litellm_api_key_max_budget_metric"
OF_KEY = f'{{api_key_alias="{KEY}"}}'


def config() -> dict[str, Any]:
    """Return a config whose LiteLLM fills in what a new key leaves out."""
    declared = stack_config()
    declared["proxy"]["litellm_settings"] |= {
        "default_key_generate_params": {"duration": "20d", "rpm_limit": 5000, "metadata": {"setting": "default"}},
        "upperbound_key_generate_params": {"duration": "30d", "max_budget": 100},
    }
    declared["access"]["keys"][KEY] = {"models": ["chat"], "max_budget": ONE_CALL, "budget_duration": "1d"}
    declared["monitoring"] = {"scrapeInterval": "2s"}
    return declared


@pytest.fixture(scope="module")
def bombed(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with no_leftovers(engine, PREFIX):
        stack = Stack(folder=tmp_path_factory.mktemp("bombs"), config=config())
        try:
            stack.encrypt("secrets.OPENAI_API_KEY", "sk-canary-bombs-0123456789abcdef")
            stack.up()
            yield stack
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


def test_c60_no_key_of_the_stack_ends_or_is_limited(bombed: Stack) -> None:
    outputs = bombed.outputs()
    with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {outputs['masterKey']}"
        listed = client.get("/key/list", params={"size": 100, "return_full_object": "true"}).json()["keys"]
    held = {row["key_alias"]: row for row in listed}
    own = [alias for alias in held if alias.startswith("litellm-stack-")]
    assert len(own) == 2  # the provisioner's and Prometheus's
    assert {alias for alias, row in held.items() if row["expires"] or row["rpm_limit"]} == set()
    assert {alias: held[alias]["max_budget"] for alias in (*own, "chat-app", "chat-only", "pupil-1")} == {
        **dict.fromkeys(own),
        "chat-app": 1,
        "chat-only": None,
        "pupil-1": 1,
    }
    assert held["chat-only"]["metadata"] == {}
    bombed.pulumi("preview", "--refresh", "--expect-no-changes")


def asked(stack: Stack, query: str) -> dict[str, float]:
    """Return what Prometheus answers, by the hash of a key's value, if the answer has one."""
    found = httpx.get(f"{stack.outputs()['prometheusUrl']}/api/v1/query", params={"query": query}).json()
    return {it["metric"].get("hashed_api_key", ""): float(it["value"][1]) for it in found["data"]["result"]}


def budgets_left(stack: Stack) -> dict[str, float]:
    """Return what Prometheus knows to be left of the key's budget, by the hash of the value."""
    return asked(stack, f"{LEFT}{OF_KEY}")


def about_the_key(stack: Stack) -> list[dict[str, Any]]:
    """Return the alerts that fire on the key's budget."""
    return [alert for alert in firing(stack) if alert["labels"].get("api_key_alias") == KEY]


def test_c64_alerts_follow_the_current_value_of_a_rotated_key(bombed: Stack) -> None:
    spend(bombed, alias=KEY)
    assert eventually(lambda: about_the_key(bombed))["labels"]["alertname"] == "BudgetSpent"
    [(old, spent)] = budgets_left(bombed).items()

    declared = copy.deepcopy(bombed.config)
    declared["access"]["keys"][KEY] |= {"rotation": 2, "max_budget": 1}
    bombed.configure(declared)
    bombed.up()
    outputs = bombed.outputs()
    with httpx.Client(base_url=outputs["gatewayUrl"], timeout=60) as client:
        gateway = Gateway(client=client, keys=outputs["virtualKeys"], master_key=outputs["masterKey"])
        assert gateway.chat(alias=KEY).status_code == 200
    until(lambda: len(budgets_left(bombed)) == 2, within=60)
    until(lambda: about_the_key(bombed) == [], within=120)
    # The replica still shows the old value's budget, and it is still spent.
    assert budgets_left(bombed)[old] == spent
    assert asked(bombed, f"1 - min({LEFT}{OF_KEY}) / max({LIMIT}{OF_KEY})")[""] > WARN_AT
