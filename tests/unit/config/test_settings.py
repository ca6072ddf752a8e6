"""The stack config: what it accepts, and that every mistake is reported at once, with its place and its mend."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from config import settings
from config.problems import ConfigError
from tests import environments

CANARY = "sk-canary-0123456789"


def load(*, clear: tuple[str, ...] = (), **sections: Any) -> settings.Settings:
    raw = {f"p:{name}": value if isinstance(value, str) else json.dumps(value) for name, value in sections.items()}
    encrypted = [name for name in raw if name.removeprefix("p:") not in clear]
    return settings.load({**raw, "other:thing": "ignored"}, encrypted=encrypted, project="p")


def mistakes(*, clear: tuple[str, ...] = (), **sections: Any) -> dict[str, str]:
    with pytest.raises(ConfigError) as raised:
        load(clear=clear, **sections)
    assert CANARY not in str(raised.value)
    return {problem.path: problem.message for problem in raised.value.problems}


def model(name: str = "chat", **parameters: Any) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": "openai/gpt-4o-mini", **parameters}}


def test_an_empty_config_is_a_gateway_on_localhost_whose_database_is_protected() -> None:
    given = load()
    assert given.gateway_url == "http://127.0.0.1:4000"
    assert given.ports.published() == {"gateway": 4000, "prometheus": 9090}
    assert given.protect
    assert given.images.litellm.startswith("ghcr.io/berriai/")


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_example_environments_are_valid(stack: str) -> None:
    config = yaml.safe_load(environments.text(stack))["config"]
    secrets = config.get("litellm-stack:secrets", {})
    config["litellm-stack:secrets"] = dict.fromkeys([*secrets, "OPENAI_API_KEY"], CANARY)
    raw = {name: value if isinstance(value, str) else json.dumps(value) for name, value in config.items()}
    assert settings.load(raw, encrypted=["litellm-stack:secrets"], project="litellm-stack").access.keys


def test_the_example_environments_have_ports_of_their_own() -> None:
    files = [yaml.safe_load(environments.text(stack)) for stack in environments.NAMES]
    ports = [load(ports=file["config"].get("litellm-stack:ports", {})).ports.published().values() for file in files]
    used = [port for published in ports for port in published]
    assert len(set(used)) == len(used)


def test_every_mistake_is_reported_at_once() -> None:
    found = mistakes(
        prots={"gateway": 4001},
        replicas="two",
        proxy={"model_list": [model("chat"), model("embeddings")], "litelm_settings": {}},
        access={"keys": {"chat-app": {"models": ["chat", "gpt-5o"], "max_budgt": 1}, "other": {"budget_id": "Hyper"}}},
    )
    assert found == {
        "prots": "no such setting; did you mean 'ports'?",
        "replicas": "Input should be a valid integer, unable to parse string as an integer",
        "proxy.litelm_settings": "no such section of config.yaml; did you mean 'litellm_settings'?",
        "access.keys.chat-app.models[1]": "no model 'gpt-5o' in model_list (have: chat, embeddings)",
        "access.keys.chat-app.max_budgt": "no such setting; did you mean 'max_budget'?",
        "access.keys.other.budget_id": "no budget 'Hyper' in access.budgets; there is none",
    }


def test_every_reference_in_access_leads_somewhere() -> None:
    found = mistakes(
        proxy={"model_list": [model("chat")]},
        access={
            "users": {"alice": {}, "litellm-stack-x": {}},
            "teams": {
                "support": {
                    "models": ["caht"],
                    "members": {"alise": {}, "alice": {"allowed_models": ["nope"]}},
                    "keys": {"helpdesk": {"user": "bob", "budget": "none"}, "moved": {"team": "support"}},
                }
            },
            "keys": {"helpdesk": {}, "other": {"team": "suport"}},
        },
    )
    adopt = "; one that is on the proxy already is declared with `adopt: true`"
    assert found == {
        "access.users.litellm-stack-x": "names that start with 'litellm-stack-' are the stack's own",
        "access.teams.support.models[0]": "no model 'caht' in model_list (have: chat)",
        "access.teams.support.members.alise": f"no user 'alise' in access.users; did you mean 'alice'?{adopt}",
        "access.teams.support.members.alice.allowed_models[0]": "no model 'nope' in model_list (have: chat)",
        "access.teams.support.keys.helpdesk.user": (
            f"no user 'bob' in access.users; have: alice, litellm-stack-x{adopt}"
        ),
        "access.teams.support.keys.helpdesk.budget": "no budget 'none' in access.budgets; there is none",
        "access.teams.support.keys.moved.team": "the key is in the team that it is written in: remove this",
        "access.teams.support.keys.helpdesk": "the alias of a key is unique on the proxy; it is in access.keys too",
        "access.keys.helpdesk": ("the alias of a key is unique on the proxy; it is in access.teams.support.keys too"),
        "access.keys.other.team": f"no team 'suport' in access.teams; did you mean 'support'?{adopt}",
    }


def test_models_and_credentials_of_the_database_are_checked_like_those_of_the_file() -> None:
    extra = {"model_name": "extra", "litellm_params": {"model": "openai/x", "litellm_credential_name": "opanai"}}
    clear = {"model_name": "clear", "litellm_params": {"model": "openai/x", "api_key": CANARY}}
    found = mistakes(
        access={
            "credentials": {"openai": {"credential_values": {"api_key": "os.environ/NOT_SET"}}, "empty": {}},
            "models": {"extra": extra, "clear": clear},
            "keys": {"chat-app": {"models": ["extra", "none"]}},
        }
    )
    assert "a secret in clear" in found.pop("access.models.clear.litellm_params.api_key")
    assert "--path secrets.NOT_SET" in found.pop("access.credentials.openai.credential_values.api_key")
    assert found == {
        "access.credentials.empty.credential_values": "Field required",
        "access.models.extra.litellm_params.litellm_credential_name": (
            "no credential 'opanai' in access.credentials; did you mean 'openai'?"
        ),
        "access.keys.chat-app.models[1]": "no model 'none' in model_list (have: extra, clear)",
    }


def test_the_message_names_the_count_and_says_that_nothing_happened() -> None:
    with pytest.raises(ConfigError, match="the stack config has 2 mistakes; nothing was touched:\n  - bind: "):
        load(bind="everywhere", replicas="0")


def test_a_master_key_without_its_prefix_is_refused_and_not_shown() -> None:
    found = mistakes(masterKey=CANARY.removeprefix("sk-"))
    assert "starts with 'sk-'" in found["masterKey"]
    assert "pulumi config set --secret masterKey" in found["masterKey"]


def test_a_secret_in_clear_is_refused_and_not_shown() -> None:
    found = mistakes(proxy={"model_list": [model(api_key=CANARY)]})
    assert "a secret in clear" in found["proxy.model_list[0].litellm_params.api_key"]


def test_secrets_that_nobody_encrypted_are_refused_and_not_shown() -> None:
    found = mistakes(clear=("secrets", "masterKey"), secrets={"OPENAI_API_KEY": CANARY}, masterKey=CANARY)
    assert set(found) == {"secrets.OPENAI_API_KEY", "masterKey"}
    assert "`pulumi config set --secret --path secrets.OPENAI_API_KEY`" in found["secrets.OPENAI_API_KEY"]
    assert load(clear=("secrets",), secrets={}).secrets == {}


def test_a_reference_to_an_unset_variable_says_how_to_set_it() -> None:
    proxy = {"model_list": [model(api_key="os.environ/OPENAI_API_KEY")]}
    found = mistakes(proxy=proxy)
    assert "--path secrets.OPENAI_API_KEY" in found["proxy.model_list[0].litellm_params.api_key"]
    assert load(proxy=proxy, secrets={"OPENAI_API_KEY": CANARY})
    proxy = {"model_list": [model(api_base="os.environ/OPENAI_BASE")]}
    assert load(proxy=proxy, environment={"OPENAI_BASE": "https://openai.example.com/v1"})


@pytest.mark.parametrize("section", ["litellm_settings", "general_settings"])
@pytest.mark.parametrize("name", ["master_key", "salt_key", "database_url"])
def test_what_the_stack_decides_is_refused_wherever_it_is_written(section: str, name: str) -> None:
    assert "remove it" in mistakes(proxy={section: {name: CANARY}})[f"proxy.{section}.{name}"]


def test_the_variables_of_the_stack_are_its_own() -> None:
    found = mistakes(secrets={"LITELLM_MASTER_KEY": CANARY}, environment={"DATABASE_URL": "x", "not a name": "y"})
    assert set(found) == {"secrets.LITELLM_MASTER_KEY", "environment.DATABASE_URL", "environment.not a name"}


def test_ports_must_differ_from_each_other_defaults_included() -> None:
    assert mistakes(ports={"database": 9090}) == {
        "ports.database": "9090 is the port of 'prometheus' too; give each its own"
    }


def test_names_that_the_stack_uses_are_refused() -> None:
    found = mistakes(access={"keys": {"litellm-stack-metrics": {}}, "budgets": {"litellm-stack-end-users": {}}})
    assert set(found) == {"access.keys.litellm-stack-metrics", "access.budgets.litellm-stack-end-users"}


def test_a_model_that_lacks_its_parts_is_named() -> None:
    found = mistakes(proxy={"model_list": [{"model_name": "chat"}, "gpt", {"litellm_parms": {}}]})
    assert set(found) == {
        "proxy.model_list[0].litellm_params.model",
        "proxy.model_list[1]",
        "proxy.model_list[2].model_name",
        "proxy.model_list[2].litellm_params.model",
    }


def test_enterprise_fields_need_a_licence() -> None:
    access = {"keys": {"chat-app": {"tags": ["team-a"]}}}
    assert "Enterprise" in mistakes(access=access)["access.keys.chat-app.tags"]
    assert load(access=access, secrets={"LITELLM_LICENSE": CANARY}).licensed


def test_budget_is_short_for_budget_id() -> None:
    given = load(access={"budgets": {"Hyper": {"max_budget": 1}}, "customers": {"user": {"budget": "Hyper"}}})
    assert given.access.customers["user"].declared() == {"budget_id": "Hyper"}


def test_a_digest_replaces_one_image_and_leaves_the_others() -> None:
    given = load(images={"litellm": "example/litellm@sha256:" + "0" * 64})
    assert given.images.litellm.startswith("example/")
    assert given.images.postgres == settings.default_images()["postgres"]


@pytest.mark.parametrize(("bind", "url"), [("0.0.0.0", "http://127.0.0.1:4000"), ("::1", "http://[::1]:4000")])  # noqa: S104
def test_the_gateways_url_can_be_reached_from_this_host(bind: str, url: str) -> None:
    assert load(bind=bind).gateway_url == url


def test_secrets_do_not_show_in_a_settings_repr() -> None:
    assert CANARY not in repr(load(masterKey=CANARY, secrets={"OPENAI_API_KEY": CANARY}))


def test_a_key_of_a_group_says_what_it_says_over_what_all_share() -> None:
    given = load(
        access={
            "budgets": {"tiny": {"max_budget": 1}},
            "keyGroups": {
                "course": {
                    "fields": {"rpm_limit": 60, "budget": "tiny"},
                    "keys": {"ada": {}, "bob": {"rpm_limit": 5}},
                }
            },
        }
    )
    members = dict(given.access.key_groups["course"].members())
    assert {alias: (key.rpm_limit, key.budget_id) for alias, key in members.items()} == {
        "ada": (60, "tiny"),
        "bob": (5, "tiny"),
    }


def test_mistakes_in_a_group_have_their_place() -> None:
    found = mistakes(
        access={
            "keys": {"ada": {}},
            "keyGroups": {
                "course": {
                    "fields": {"budget": "none"},
                    "keys": {"ada": {}, "bob": {"adopt": True}, "eve": {"team": "none"}, "litellm-stack-x": {}},
                }
            },
        }
    )
    start = "access.keyGroups.course"
    places = ("fields.budget", "keys.ada", "keys.bob.adopt", "keys.eve.team", "keys.litellm-stack-x")
    assert found.keys() == {"access.keys.ada", *(f"{start}.{place}" for place in places)}


def test_c54_numbers_and_booleans_in_the_environment_are_texts() -> None:
    # `pulumi config set --path 'environment.NUM_WORKERS' 4` writes a number.
    given = load(environment={"NUM_WORKERS": 4, "SMTP_USE_SSL": True, "USE_PKCE": False, "RATE": 0.5})
    assert given.environment == {"NUM_WORKERS": "4", "SMTP_USE_SSL": "True", "USE_PKCE": "False", "RATE": "0.5"}
    assert set(mistakes(environment={"A": None, "B": ["x"]})) == {"environment.A", "environment.B"}


def test_c55_a_variable_may_hold_a_path_of_the_proxy() -> None:
    raw = {"p:environment": json.dumps({"DOCS_URL": "/docs", "REDOC_URL": "/redoc"})}
    assert settings.check(raw, encrypted=[], project="p").warnings == ()
