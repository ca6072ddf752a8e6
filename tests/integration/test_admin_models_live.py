from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.provider import CredentialProvider, ModelProvider
from status import prices
from tests.integration.inputs_of_tests import Login, Props
from tests.integration.live_object import LiveObject
from tests.integration.running_gateway import Gateway

MODEL = ModelProvider()
CREDENTIAL = CredentialProvider()
CANARY = "sk-CANARY-0123456789abcdef"


@pytest.fixture
def model(login: Login, name: str) -> Props:
    """The inputs of a model of this test that answers with a text of its own."""
    params = {"model": "openai/gpt-4o-mini", "mock_response": f"Hello from {name}.", "api_key": CANARY, "rpm": 600.0}
    return {**login, "model_id": name, "model_name": name, "litellm_params": params, "model_info": {"mode": "chat"}}


@pytest.fixture
def credential(login: Login, name: str) -> LiveObject:
    return LiveObject(CREDENTIAL, name, {**login, "credential_name": name})


def with_params(model: Props, **params: object) -> Props:
    return {**model, "litellm_params": {**model["litellm_params"], **params}}


def answer(gateway: Gateway, name: str) -> Any:
    message = {"model": name, "messages": [{"role": "user", "content": "Hello"}]}
    given = gateway.call("POST", "/chat/completions", json=message)
    return given.json()["choices"][0]["message"]["content"] if given.is_success else given.status_code


def test_a_model_answers_and_a_refresh_finds_nothing_to_do(model: Props, gateway: Gateway, name: str) -> None:
    created = MODEL.create(model)
    assert created.id.startswith(f"{name}-")
    assert answer(gateway, name) == f"Hello from {name}."
    read = MODEL.read(created.id, created.outs or {})
    assert (read.id, read.inputs, read.outs) == (created.id, model, created.outs)
    assert not MODEL.diff(created.id, read.outs or {}, model).changes
    MODEL.delete(created.id, created.outs or {})
    MODEL.delete(created.id, created.outs or {})
    assert MODEL.read(created.id, created.outs or {}).id is None
    assert answer(gateway, name) == 400


CHANGES: dict[str, Props] = {
    "another name": {"model_name": "another"},
    "another parameter": {"litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "Another."}},
    "another secret": {"litellm_params": {"model": "openai/gpt-4o-mini", "api_key": "sk-another-0123456789"}},
    "no more of it known": {"model_info": {}},
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_changed_model_is_another_deployment_beside_the_old_one(model: Props, gateway: Gateway, case: str) -> None:
    created = MODEL.create(model)
    changed = {**model, **CHANGES[case]}
    diff = MODEL.diff(created.id, created.outs or {}, changed)
    assert diff.changes
    assert diff.replaces
    assert diff.delete_before_replace is False
    after = MODEL.create(changed)
    assert after.id != created.id
    assert {created.id, after.id} <= ids(gateway)
    MODEL.delete(created.id, created.outs or {})
    assert after.id in ids(gateway)
    MODEL.delete(after.id, after.outs or {})


def ids(gateway: Gateway) -> set[str]:
    return {row["model_info"]["id"] for row in gateway.admin("GET", "/v2/model/info", params={"size": 100})["data"]}


def test_the_proxy_reads_its_environment_for_a_model(model: Props, gateway: Gateway, name: str) -> None:
    created = MODEL.create(with_params(model, mock_response="os.environ/LITELLM_LOG"))
    assert answer(gateway, name) == "ERROR"
    MODEL.delete(created.id, created.outs or {})


def test_a_whole_number_goes_to_the_provider_as_one(model: Props, gateway: Gateway) -> None:
    created = MODEL.create(with_params(model, max_tokens=5.0, extra_body={"deep": [2.0, 0.5]}))
    (row,) = gateway.admin("GET", "/v2/model/info", params={"modelId": created.id})["data"]
    assert repr(row["litellm_params"]["max_tokens"]) == "5"
    assert repr(row["litellm_params"]["extra_body"]) == "{'deep': [2, 0.5]}"


@pytest.mark.parametrize("secret", ["x", "short", "of some length", "of quite some length altogether"])
def test_what_the_proxy_masks_is_no_drift(model: Props, secret: str) -> None:
    inputs = with_params(model, aws_session_token=secret, watsonx_token=secret)
    created = MODEL.create(inputs)
    assert MODEL.read(created.id, created.outs or {}).inputs == inputs


def test_a_model_that_was_changed_by_hand_is_put_right(model: Props, gateway: Gateway, name: str) -> None:
    created = MODEL.create(model)
    gateway.admin("PATCH", f"/model/{created.id}/update", json={"litellm_params": {"rpm": 7}, "model_name": name + "x"})
    read = MODEL.read(created.id, created.outs or {})
    assert read.inputs == {**with_params(model, rpm=7), "model_name": f"{name}x"}
    diff = MODEL.diff(created.id, read.outs or {}, model)
    assert (diff.replaces, diff.delete_before_replace) == (["litellm_params", "model_name"], True)
    MODEL.delete(created.id, read.outs or {})
    again = MODEL.create(model)
    assert again.id == created.id
    assert answer(gateway, name) == f"Hello from {name}."


def test_a_second_create_finds_its_own_model(model: Props, gateway: Gateway) -> None:
    before = ids(gateway)
    assert MODEL.create(model).id == MODEL.create(model).id
    assert len(ids(gateway) - before) == 1


def test_an_id_tells_nothing_without_the_login(model: Props) -> None:
    other = {**model, "token": "sk-another-0123456789"}
    assert MODEL.object_id(model) != MODEL.object_id(other)
    assert CANARY not in MODEL.object_id(model)


def test_several_replicas_get_the_time_to_read_a_model(model: Props) -> None:
    began = time.monotonic()
    MODEL.create({**model, "settle": 1.5})
    assert time.monotonic() - began >= 1.5


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("model_info", {"id": "x"}, "model_info holds id"),
        ("model_name", "", "at least 1 character"),
        ("litellm_parms", {}, "is no field"),
    ],
)
def test_a_mistake_shows_at_preview(model: Props, field: str, value: object, reason: str) -> None:
    (failure,) = MODEL.check({}, {**model, field: value}).failures
    assert reason in failure.reason


def test_a_credential_is_set_changed_and_taken_away(credential: LiveObject, gateway: Gateway, name: str) -> None:
    values = {"api_key": CANARY, "api_base": "http://127.0.0.1:1"}
    credential.create(credential_values=values, credential_info={"custom_llm_provider": "openai"})
    credential.update(credential_values=values, credential_info={"description": "ours"})
    credential.update(credential_values={"api_key": CANARY}, credential_info={"description": "ours"})
    assert set(held(gateway, name)["credential_values"]) == {"api_key"}
    credential.update(credential_values={"api_key": f"{CANARY}-2"})
    credential.delete()
    credential.delete()


def held(gateway: Gateway, name: str) -> Any:
    return gateway.admin("GET", f"/credentials/by_name/{name}")


def test_a_credential_is_what_a_model_logs_in_with(
    credential: LiveObject, model: Props, gateway: Gateway, name: str
) -> None:
    credential.create(credential_values={"mock_response": "From the credential."})
    params = {"model": "openai/gpt-4o-mini", "litellm_credential_name": name}
    MODEL.create({**model, "litellm_params": params})
    assert answer(gateway, name) == "From the credential."


def test_a_lost_or_changed_credential_comes_back(credential: LiveObject, gateway: Gateway, name: str) -> None:
    values = {"api_key": CANARY}
    credential.create(credential_values=values)
    gateway.admin(
        "PATCH", f"/credentials/{name}", json={"credential_values": {"api_base": "http://x"}, "credential_info": {}}
    )
    assert credential.drifted({"credential_values": values}) == {}
    credential.update(credential_values=values)
    gateway.admin("DELETE", f"/credentials/{name}")
    assert CREDENTIAL.read(name, credential.recorded).id is None
    credential.create(credential_values=values)


def test_somebody_elses_credential_is_taken_over_only_on_word(
    credential: LiveObject, gateway: Gateway, name: str
) -> None:
    by_hand = {"credential_name": name, "credential_values": {"api_base": "http://x"}, "credential_info": {"a": "b"}}
    gateway.admin("POST", "/credentials", json=by_hand)
    with pytest.raises(AdminError, match=f"cannot create credential '{name}': it exists already.*adopt: true"):
        credential.create(credential_values={"api_key": CANARY})
    credential.create(adopt=True, credential_values={"api_key": CANARY})
    assert set(held(gateway, name)["credential_values"]) == {"api_key"}
    credential.create(credential_values={"api_key": CANARY})


def test_no_error_shows_a_value(login: Login, name: str) -> None:
    inputs = {**login, "token": "sk-0123456789abcdef0", "credential_name": name}
    with pytest.raises(AdminError) as caught:
        CREDENTIAL.create({**inputs, "credential_values": {"api_key": secrets.token_hex() + CANARY}})
    assert "CANARY" not in str(caught.value)


def test_u02_a_model_without_a_price_costs_nothing_and_is_marked_until_a_price_is_written(
    model: Props, gateway: Gateway, login: Login, name: str
) -> None:
    unpriced = {**model["litellm_params"], "model": "openai/acme-large"}
    priced = {"input_cost_per_token": 0.001, "output_cost_per_token": 0.001}
    written: dict[str, tuple[Props, Props]] = {
        "none": ({}, {}),
        "own": (priced, {}),
        "base": ({}, {"base_model": "gpt-4o"}),
        "zero": (dict.fromkeys(priced, 0), {}),
    }
    costs, created = {}, []
    for kind, (params, info) in written.items():
        inputs = {**model, "model_id": f"{name}-{kind}", "model_name": f"{name}-{kind}"}
        created.append(MODEL.create({**inputs, "litellm_params": {**unpriced, **params}, "model_info": info}))
        message = {"model": f"{name}-{kind}", "messages": [{"role": "user", "content": "Hello"}]}
        headers = gateway.call("POST", "/chat/completions", json=message).headers
        costs[kind] = float(headers.get("x-litellm-response-cost") or 0)
    marked = prices.read(AdminClient(login["url"], token=gateway.master_key))
    for made in created:
        MODEL.delete(made.id, made.outs or {})
    assert {kind: cost > 0 for kind, cost in costs.items()} == {"none": False, "own": True, "base": True, "zero": False}
    assert [one for one in marked if one.startswith(f"{name}-")] == [f"{name}-none"]
