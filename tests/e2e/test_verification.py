"""An update proves itself: one whose gateway does not do what was declared fails, and the next one repairs it."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack


@pytest.fixture(scope="module", autouse=True)
def as_before(stack: Stack) -> Iterator[None]:
    """Leave the stack to the tests that follow as it was."""
    before = stack.config
    yield
    stack.configure(before)
    stack.up()


def test_a_model_that_litellm_drops_fails_the_update(stack: Stack, gateway: Gateway) -> None:
    good, dropped = stack.config, copy.deepcopy(stack.config)
    # LiteLLM takes a model of a provider that it does not know as one to leave out, with a line in its log.
    dropped["proxy"]["model_list"].append(
        {"model_name": "left-out", "litellm_params": {"model": "no-such-provider-model"}}
    )
    stack.configure(dropped)
    result = stack.run("up", "--yes", "--skip-preview")
    assert result.returncode != 0, result.stdout[-3000:]
    assert "does not serve 'left-out', which is declared" in result.stdout
    assert f"litellm-stack-{stack.name}-proxy-" in result.stdout
    assert gateway.master_key not in result.stdout
    assert gateway.chat().status_code == 200, "the rest goes on serving"
    assert stack.run("up", "--yes", "--skip-preview").returncode != 0, "it is asked again"

    stack.configure(good)
    stack.up()
    stack.pulumi("preview", "--expect-no-changes")


def test_a_key_that_is_deleted_before_it_logged_in_fails_the_update_and_the_next_makes_it_again(
    stack: Stack, gateway: Gateway
) -> None:
    changed = copy.deepcopy(stack.config)
    changed["access"]["keys"] |= {f"crowd-{index}": {"models": ["chat"]} for index in range(60)}
    stack.configure(changed)
    with ThreadPoolExecutor() as pool:
        # It takes seconds until all of them are there, and only then the first one logs in.
        deleted = pool.submit(_delete_the_first, gateway, "crowd-")
        result = stack.run("up", "--yes", "--skip-preview")
        alias = deleted.result()
    assert result.returncode != 0, result.stdout[-3000:]
    assert f"key '{alias}' cannot log in: HTTP 401" in result.stdout
    assert not [value for value in stack.outputs()["virtualKeys"].values() if value in result.stdout]

    stack.up()
    assert gateway.get("/v1/models", key=stack.outputs()["virtualKeys"][alias]).status_code == 200
    stack.pulumi("preview", "--expect-no-changes")


def _delete_the_first(gateway: Gateway, start: str) -> str:
    """Wait for a key whose alias begins like that, delete it, and return its alias."""
    login = {"Authorization": f"Bearer {gateway.master_key}"}
    until = time.monotonic() + 120
    while time.monotonic() < until:
        query: dict[str, str | int] = {"return_full_object": "true", "size": 100}
        listed = gateway.client.get("/key/list", params=query, headers=login).json()["keys"]
        if there := [str(key["key_alias"]) for key in listed if str(key["key_alias"]).startswith(start)]:
            time.sleep(0.5)  # the provider reads what it has made
            body = {"key_aliases": [there[0]]}
            gateway.client.post("/key/delete", json=body, headers=login).raise_for_status()
            return there[0]
        time.sleep(0.1)
    pytest.fail("no key appeared")
