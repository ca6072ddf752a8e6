import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from litellm_admin import resources
from litellm_admin.api.budgets import BudgetApi
from litellm_admin.api.customers import CustomerApi
from litellm_admin.api.objects import ObjectApi
from litellm_admin.api.team_members import TeamMemberApi
from litellm_admin.api.teams import TeamApi
from litellm_admin.api.users import UserApi
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.amounts import Dollars, Duration, Limit, Name
from litellm_admin.fields.base import ObjectFields
from litellm_admin.fields.budget import BudgetFields
from litellm_admin.fields.customer import CustomerFields
from litellm_admin.fields.team import TeamFields, TeamMemberFields
from litellm_admin.fields.user import UserFields
from litellm_admin.fields.virtual_key import KeyFields
from litellm_admin.inputs import (
    BudgetInputs,
    CredentialInputs,
    CustomerInputs,
    ModelInputs,
    ProvisionerInputs,
    TeamInputs,
    TeamMemberInputs,
    UserInputs,
    VirtualKeyInputs,
)


@pytest.mark.parametrize("text", ["30s", "2m", "24h", "7d", "4w", "1mo", "hourly", "daily", "weekly", "monthly"])
def test_a_duration_that_litellm_parses_is_taken(text: str) -> None:
    assert TypeAdapter(Duration).validate_python(text) == text


@pytest.mark.parametrize("text", ["", "bad", "1hr", "0d", "-1d", "1.5h", "30", "1 d", "99999999999d", "200000mo", 30])
def test_a_duration_that_litellm_would_misread_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(text)


@pytest.mark.parametrize("value", [-0.01, float("inf"), float("nan"), "5", True])
def test_dollars_are_finite_numbers_from_zero(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Dollars).validate_python(value)


def test_a_whole_number_that_crossed_the_engine_as_a_double_is_a_limit() -> None:
    limit = TypeAdapter(Limit).validate_python(60.0)
    assert limit == 60
    assert isinstance(limit, int)


@pytest.mark.parametrize("value", [1.5, -1, "60", True])
def test_a_limit_is_a_whole_number_from_zero(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Limit).validate_python(value)


@pytest.mark.parametrize("value", ["", "a\nb", "a/../b", ".."])
def test_a_name_that_the_proxy_refuses_is_refused_here(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(value)


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (KeyFields, "tags", ["a"]),
        (KeyFields, "guardrails", ["a"]),
        (KeyFields, "model_max_budget", {"chat": {"max_budget": 1}}),
        (BudgetFields, "model_max_budget", {"chat": {"max_budget": 1}}),
        (TeamFields, "tags", ["a"]),
        (TeamMemberFields, "role", "admin"),
    ],
)
def test_an_enterprise_field_is_refused_by_name_unless_there_is_a_licence(
    model: type[ObjectFields], field: str, value: object
) -> None:
    with pytest.raises(ValidationError, match="Enterprise") as caught:
        model.model_validate({field: value})
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]
    assert model.model_validate({field: value}, context={"licensed": True}).declared() == {field: value}


@pytest.mark.parametrize(
    ("model", "field", "value", "mend"),
    [
        (KeyFields, "soft_budget", 1.0, "declare a budget with soft_budget"),
        (KeyFields, "key_type", "management", "allowed_routes"),
        (TeamFields, "max_parallel_requests", 1, "set it on the team's keys"),
        (TeamFields, "organization_id", "org", "does not manage"),
        (UserFields, "teams", ["support"], "name the user in the team's members"),
        (UserFields, "password", "secret", "invitation link"),
        (CustomerFields, "blocked", True, "max_budget 0"),
        (CustomerFields, "max_budget", 1.0, "budget_id"),
        (BudgetFields, "allowed_models", ["chat"], "name the models in the key"),
    ],
)
def test_a_field_that_does_not_do_what_it_says_is_refused_with_what_to_write(
    model: type[ObjectFields], field: str, value: object, mend: str
) -> None:
    with pytest.raises(ValidationError, match=mend) as caught:
        model.model_validate({field: value})
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_a_slip_of_the_pen_is_no_field() -> None:
    with pytest.raises(ValidationError) as caught:
        KeyFields.model_validate({"max_bugdet": 1})
    assert caught.value.errors()[0]["type"] == "extra_forbidden"


def test_a_key_has_one_budget() -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        KeyFields(max_budget=1, budget_id="daily")


def test_a_field_is_not_hidden_in_metadata() -> None:
    with pytest.raises(ValidationError, match="model_rpm_limit: write that as a field"):
        KeyFields(metadata={"model_rpm_limit": {"chat": 1}})


@pytest.mark.parametrize("model", [KeyFields, TeamFields, UserFields])
def test_the_mark_of_the_owner_is_the_stacks(model: type[ObjectFields]) -> None:
    with pytest.raises(ValidationError, match="managed_by, where the stack writes its own name"):
        model.model_validate({"metadata": {"managed_by": "me"}})


def test_a_soft_budget_comes_before_the_hard_one() -> None:
    with pytest.raises(ValidationError, match="lower than max_budget"):
        TeamFields(soft_budget=2, max_budget=2)


def test_only_what_is_set_is_declared_and_null_is_not_set() -> None:
    fields = KeyFields.model_validate({"models": ["chat"], "max_budget": None, "rpm_limit": 5.0})
    assert fields.declared() == {"models": ["chat"], "rpm_limit": 5}


@pytest.mark.parametrize(
    ("args", "inputs"),
    [
        (resources.VirtualKeyArgs, VirtualKeyInputs),
        (resources.BudgetArgs, BudgetInputs),
        (resources.CustomerArgs, CustomerInputs),
        (resources.CredentialArgs, CredentialInputs),
        (resources.ModelArgs, ModelInputs),
        (resources.TeamArgs, TeamInputs),
        (resources.TeamMemberArgs, TeamMemberInputs),
        (resources.UserArgs, UserInputs),
        (resources.ProvisionerArgs, ProvisionerInputs),
    ],
)
def test_the_resource_takes_exactly_the_fields_that_the_proxy_does(args: Any, inputs: type[BaseModel]) -> None:
    refused = inputs.REFUSED_FIELDS if issubclass(inputs, ObjectFields) else {}
    derived = {"token"} if inputs is ProvisionerInputs else {"start"} if inputs is VirtualKeyInputs else set()
    assert {field.name for field in dataclasses.fields(args)} == set(inputs.model_fields) - set(refused) - derived


@pytest.mark.parametrize("api", [KeyApi, BudgetApi, CustomerApi, TeamApi, TeamMemberApi, UserApi])
def test_null_never_reaches_a_column_of_lists_or_objects(api: type[ObjectApi]) -> None:
    cleared = {field: api.clear_value(field) for field in sorted(api.managed())}
    lists = {"models", "allowed_routes", "allowed_cache_controls", "enforced_params", "budget_limits"}
    objects = {"metadata", "aliases", "config", "permissions", "router_settings", "model_rpm_limit", "budget_fallbacks"}
    assert {f: v for f, v in cleared.items() if f in lists} == {f: [] for f in lists & cleared.keys()}
    assert {f: v for f, v in cleared.items() if f in objects} == {f: {} for f in objects & cleared.keys()}
    for scalar in {"max_budget", "budget_duration", "rpm_limit", "key_alias", "user_id", "budget_id"} & cleared.keys():
        assert cleared[scalar] is None
