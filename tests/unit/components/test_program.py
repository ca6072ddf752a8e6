"""The whole program under Pulumi's mocks: what is wired to what, and what is secret."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import proxy
from config.settings import Settings
from policy import resources as policy_resources
from policy.resources import SERVICE, SERVICE_CONFIG, VOLUME_OF_PULUMI_DOCKER, Resource
from policy.rules import kept_data
from supply import bulk
from tests.unit.components.example import config
from tests.unit.components.host import fresh_host

ROOT = Path(__file__).parents[3]


class Recorder(mocks.Mocks):
    """Answers every registration with its inputs, and remembers it."""

    def __init__(self) -> None:
        self.resources: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources[args.name] = args
        outputs = dict(args.inputs)
        if args.typ == "random:index/randomPassword:RandomPassword":
            outputs["result"] = f"generated-{args.name}-0123456789"
        if "duration" in args.inputs:
            outputs["expires"] = "2026-12-01T00:00:00Z"
        if args.typ == "random:index/randomId:RandomId":
            outputs["hex"] = "c0ffee00"
        if args.typ == "docker:index/remoteImage:RemoteImage":
            outputs["imageId"] = f"sha256:{args.name}"
        return f"{args.name}-id", outputs

    def call(self, _args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        return {}, []


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK leaves it untyped
def run_program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"))


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in config().items()}
    pulumi.runtime.set_all_config(raw, ["litellm-stack:secrets"])
    with fresh_host():
        run_program()
    return recorder.resources


def test_a_group_of_keys_is_one_resource_that_belongs_to_what_it_names(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    (group,) = [args.inputs for args in resources.values() if args.typ.endswith(":KeyGroup")]
    assert group["fields"] == {"budget_id": "HyperBudget", "models": ["chat"]}
    rotated = {"rpm_limit": 5, "team_id": "support", "rotation": 2, "grace": "24h"}
    assert group["keys"] == {"ada": {}, "bob": rotated}
    assert group["group"] == "course"


def test_everything_is_named_after_its_environment(resources: dict[str, mocks.MockResourceArgs]) -> None:
    names = [args.inputs["name"] for args in resources.values() if args.typ.startswith("docker:index/container")]
    assert len(names) == 6
    assert all(name.startswith("litellm-stack-unit-") for name in names)


def test_only_the_declared_ports_are_published_and_only_on_localhost(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    published = {
        name: [(port["external"], port["ip"]) for port in args.inputs.get("ports", ())]
        for name, args in resources.items()
        if args.typ.startswith("docker:index/container")
    }
    assert published == {
        "cache-redis": [],
        "database-postgres": [],
        "proxy-replica-0": [],
        "proxy-replica-1": [],
        "edge-haproxy": [(4000, "127.0.0.1")],
        "monitoring-prometheus": [(9090, "127.0.0.1")],
    }


def test_every_container_is_confined(resources: dict[str, mocks.MockResourceArgs]) -> None:
    for name, args in resources.items():
        if args.typ.startswith("docker:index/container"):
            assert args.inputs["readOnly"], name
            assert args.inputs["capabilities"] == {"drops": ["ALL"]}, name
            assert args.inputs["securityOpts"] == ["no-new-privileges:true"], name
            assert args.inputs["memory"] > 0, name
            assert 0 < float(args.inputs["cpus"]) <= 2, name
            assert args.inputs["logOpts"] == {"max-size": "10m", "max-file": "3"}, name
            assert args.inputs["destroyGraceSeconds"] >= 30, name


def test_containers_get_their_secrets_as_secrets(resources: dict[str, mocks.MockResourceArgs]) -> None:
    for name in ("cache-redis", "database-postgres", "proxy-replica-0", "monitoring-prometheus"):
        environment = resources[name].inputs["envs"]
        assert isinstance(environment, dict), f"{name}: the environment is not marked as secret"


def test_the_rendered_files_hold_no_secret(resources: dict[str, mocks.MockResourceArgs]) -> None:
    files = [args for args in resources.values() if args.typ == "pulumi-python:dynamic/engine:RenderedFile"]
    assert len(files) == 13
    for args in files:
        assert "generated-" not in args.inputs["content"]
        assert "sk-canary" not in args.inputs["content"]


def test_objects_on_the_proxy_are_those_of_the_config_and_the_stacks_own(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    objects = sorted(name for name, args in resources.items() if args.typ.startswith("pulumi-python:dynamic/litellm"))
    assert objects == [
        "access-budget-HyperBudget",
        "access-budget-litellm-stack-end-users",
        "access-credential-openai",
        "access-customer-HyperUser",
        "access-key-chat-app",
        "access-key-from-before",
        "access-key-group-course",
        "access-key-guest",
        "access-key-helpdesk",
        "access-metrics-key",
        "access-model-extra",
        "access-provisioner",
        "access-team-research",
        "access-team-support",
        "access-team-support-member-alice",
        "access-user-alice",
    ]
    assert resources["access-customer-HyperUser"].inputs["budget_id"] == "HyperBudget"
    assert resources["access-metrics-key"].inputs["allowed_routes"] == ["/metrics"]


def test_a_key_belongs_to_the_team_that_it_is_written_in_or_names(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    helpdesk = resources["access-key-helpdesk"].inputs
    assert (helpdesk["team_id"], helpdesk["user_id"], helpdesk["rpm_limit"]) == ("support", "alice", 60)
    assert resources["access-key-from-before"].inputs["team_id"] == "4f5c"
    assert resources["access-team-research"].inputs["team_alias"] == "research"
    member = resources["access-team-support-member-alice"].inputs
    assert (member["team_id"], member["user_id"], member["max_budget_in_team"]) == ("support", "alice", 5)


def test_u01_an_adopted_key_has_no_value_but_the_one_that_it_gets_when_it_is_rotated(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    adopted = resources["access-key-from-before"].inputs
    assert "key" not in adopted
    assert (adopted["adopt"], adopted["rotation"], adopted["grace"]) == (True, "1.1", "24h")
    # Wrapped, because it is a secret.
    assert adopted["own_key"]["value"].startswith("sk-")


def test_a_credential_gets_the_value_that_the_proxy_would_not_look_up(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    values = resources["access-credential-openai"].inputs["credential_values"]
    # Wrapped, because it is a secret.
    assert values["value"] == {"api_key": "sk-canary-0123456789", "api_base": "http://x"}
    # There are two replicas, which read their database twice a minute.
    assert resources["access-model-extra"].inputs["settle"] == 35
    assert resources["access-model-extra"].inputs["litellm_params"]["litellm_credential_name"] == "openai"


def test_the_gateway_is_asked_about_everything_that_was_declared(resources: dict[str, mocks.MockResourceArgs]) -> None:
    asked = resources["verification-asked"]
    assert asked.typ == bulk.QUESTION
    assert asked.inputs["replicas"] == ["proxy-replica-0-id", "proxy-replica-1-id"]
    assert asked.inputs["edge"] == "edge-haproxy-id"
    assert asked.inputs["models"] == ["chat", "extra"]
    # The stack does not know the value of a key that it adopted.
    assert (
        sorted(asked.inputs["keys"]["value"])
        == sorted(asked.inputs["expected"])
        == ["ada", "bob", "chat-app", "guest", "helpdesk"]
    )
    assert asked.inputs["expected"]["helpdesk"]["listed"] == ["chat"]
    # The example has settings in the database, too.
    assert asked.inputs["budget"] == {}
    assert asked.inputs["login"]["value"].startswith("sk-")


def test_modules_of_the_stack_the_config_and_the_image_are_all_found_c17(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    entries = resources["proxy-replica-0"].inputs["envs"]["value"]
    assert "PYTHONPATH=/app/startup:/image" in entries
    assert "variable PYTHONPATH" not in resources["proxy-revision"].inputs["keepers"]
    assert not [entry for entry in entries if entry.startswith("LITELLM_WORKER_STARTUP_HOOKS=")]


def test_a_declared_pythonpath_goes_before_the_images_c17() -> None:
    declared = Settings.model_validate({"environment": {"PYTHONPATH": "/app/custom"}})
    assert proxy._declared_path(declared) == "/app/custom"
    assert proxy._declared_path(Settings()) is None
    hidden = proxy._declared_path(Settings.model_validate({"secrets": {"PYTHONPATH": "/app/custom"}}))
    assert isinstance(hidden, pulumi.Output)


def as_a_policy_sees_them(resources: dict[str, mocks.MockResourceArgs]) -> list[Resource]:
    return [
        Resource(urn=f"urn:pulumi:unit::litellm-stack::{args.typ}::{name}", type=args.typ, values=args.inputs)
        for name, args in resources.items()
    ]


def test_the_policy_pack_looks_for_what_the_program_registers(resources: dict[str, mocks.MockResourceArgs]) -> None:
    seen = as_a_policy_sees_them(resources)
    names = [name for name in dir(policy_resources) if name.isupper() and not name.startswith("_")]
    looked_for = {value for name in names if ":" in str(value := getattr(policy_resources, name))}
    assert len(looked_for) > 10
    assert looked_for - {SERVICE, SERVICE_CONFIG, VOLUME_OF_PULUMI_DOCKER} <= {resource.type for resource in seen}
    assert [resource.name for resource in seen if policy_resources.proxy_config(resource)] == ["proxy-config"]
    assert {loss.urn.rpartition("::")[2] for loss in kept_data.violations(seen, [])} == {
        "secrets-salt-key",
        "database-data",
        "monitoring-data",
    }


def test_prometheus_keeps_what_the_config_says(resources: dict[str, mocks.MockResourceArgs]) -> None:
    command = resources["monitoring-prometheus"].inputs["command"]
    assert "--storage.tsdb.retention.time=30d" in command
    assert "--storage.tsdb.retention.size=4GB" in command


def test_the_rules_are_those_of_the_config(resources: dict[str, mocks.MockResourceArgs]) -> None:
    rules = resources["monitoring-rules"].inputs["content"]
    assert 'api_key_alias=~"chat-app"' in rules
    assert "min(haproxy_backend_active_servers" in rules


def test_a_key_that_expires_has_an_alert_at_its_time(resources: dict[str, mocks.MockResourceArgs]) -> None:
    rules = resources["monitoring-rules"].inputs
    assert "vector(1796083200) - time()" in rules["content"]
    assert "key guest {{ if gt $value 0.0 }}expires" in rules["content"]
    assert rules["path"].endswith(".yml")


def test_what_many_objects_bring_along_is_there_under_these_names(
    resources: dict[str, mocks.MockResourceArgs],
) -> None:
    assert resources.keys() >= bulk.BROUGHT_ALONG


@pytest.mark.parametrize(
    "more",
    [
        {},
        {
            "monitoring": {
                "exporters": True,
                "certificates": ["gateway.example:443"],
                "webhook": "https://hooks.example",
            },
            "grafana": {"enabled": True},
            "database": {"pooler": {"connections": 10}},
        },
    ],
)
def test_u13_the_images_that_are_looked_for_are_those_that_run(more: dict[str, Any]) -> None:
    recorder = Recorder()
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in {**config(), **more}.items()}
    pulumi.runtime.set_all_config(raw, ["litellm-stack:secrets", "litellm-stack:monitoring"])
    asked: dict[str, str] = {}
    with fresh_host(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.preflight.check_images", asked.update)
        run_program()
    images = [args for args in recorder.resources.values() if args.typ == "docker:index/remoteImage:RemoteImage"]
    assert {args.inputs["name"] for args in images} == set(asked.values())
