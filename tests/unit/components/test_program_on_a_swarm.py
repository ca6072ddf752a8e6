"""The whole program under Pulumi's mocks, on a Swarm: the same workloads as services, and no secret in one of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import proxy
from engine import capacity, ownership
from engine.swarm import preflight, secret
from engine.swarm.handed_over import HANDED_OVER, SCRIPT
from policy.resources import EVERY_ADDRESS, SERVICE, SERVICE_CONFIG, proxy_config, published
from tests.unit.components.example import config
from tests.unit.components.test_program import Recorder, as_a_policy_sees_them, run_program

IMAGE = secret.Process(entrypoint=["image-entrypoint"], command=["image-command"])


class OnASwarm(Recorder):
    """Answers as a Swarm's manager."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        id_, outputs = super().new_resource(args)
        if args.typ == "docker:index/remoteImage:RemoteImage":
            # One that was built is in no registry.
            outputs["repoDigest"] = "" if args.name == "images-litellm" else f"{args.name}@sha256:digest"
        return id_, outputs


@pytest.fixture(scope="module")
def resources() -> dict[str, mocks.MockResourceArgs]:
    recorder = OnASwarm()
    given = config()
    given |= {"engine": "swarm", "bind": "0.0.0.0"}  # noqa: S104
    mocks.set_mocks(recorder, project="litellm-stack", stack="unit", preview=False)
    raw = {
        f"litellm-stack:{name}": value if isinstance(value, str) else json.dumps(value) for name, value in given.items()
    }
    pulumi.runtime.set_all_config(raw, ["litellm-stack:secrets"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preflight, "check", lambda **_: None)
        patch.setattr("engine.preflight.check_images", lambda _references: None)
        patch.setattr(ownership, "check", lambda **_: None)
        patch.setattr(capacity, "cpus", lambda: 2)
        patch.setattr(proxy, "variables", lambda _image: {})
        patch.setattr(secret, "of_image", lambda _image: IMAGE)
        for module in ("config_file", "platform", "secret", "service"):
            patch.setattr(f"engine.swarm.{module}.removed_before_create", lambda *_: None)
        run_program()
    return recorder.resources


@pytest.fixture(scope="module")
def services(resources: dict[str, mocks.MockResourceArgs]) -> dict[str, Any]:
    return {name: args.inputs for name, args in resources.items() if args.typ == SERVICE}


def test_the_salt_key_knows_the_service_that_stands_still_while_it_rotates(
    resources: dict[str, mocks.MockResourceArgs], services: dict[str, Any]
) -> None:
    for name in ("encryption-salt-key", "edge-salt-key-settled"):
        assert resources[name].inputs["service"] == services["proxy-replicas"]["name"]


def test_the_policy_pack_finds_config_and_ports(resources: dict[str, mocks.MockResourceArgs]) -> None:
    seen = as_a_policy_sees_them(resources)
    assert {SERVICE, SERVICE_CONFIG} <= {resource.type for resource in seen}
    [config] = [resource for resource in seen if proxy_config(resource)]
    assert proxy_config(config)["model_list"]
    ports = {port.external: port.address for resource in seen for port in published(resource)}
    assert ports == {4000: EVERY_ADDRESS, 9090: EVERY_ADDRESS}


def container(service: Any) -> Any:
    return service["taskSpec"]["containerSpec"]


def test_every_workload_is_a_service_and_nothing_is_a_container(
    resources: dict[str, mocks.MockResourceArgs], services: dict[str, Any]
) -> None:
    assert sorted(services) == [
        "cache-redis",
        "database-postgres",
        "edge-haproxy",
        "monitoring-prometheus",
        "proxy-replicas",
    ]
    assert [name for name, args in resources.items() if args.typ.startswith("docker:index/container")] == []


def test_no_service_has_a_secret_among_its_variables(services: dict[str, Any]) -> None:
    for name, service in services.items():
        text = json.dumps(service)
        # What Pulumi marks as secret would hide all of it in a preview, and a value would show on the engine.
        assert "generated-" not in text, name
        assert "sk-canary" not in text, name
        assert "4dabf18193072939515e22adb298388d" not in text, f"{name} is marked as secret as a whole"
    assert sorted(secret["fileName"] for secret in container(services["proxy-replicas"])["secrets"]) == [
        "DATABASE_URL",
        "DRAIN_ENDPOINT_TOKEN",
        "LITELLM_MASTER_KEY",
        "LITELLM_SALT_KEY",
        "OPENAI_API_KEY",
        "REDIS_PASSWORD",
    ]


def test_a_secret_is_readable_by_the_program_alone_and_its_name_tells_nothing(
    resources: dict[str, mocks.MockResourceArgs], services: dict[str, Any]
) -> None:
    [mounted] = container(services["database-postgres"])["secrets"]
    assert (mounted["fileUid"], mounted["fileMode"]) == ("999", 0o400)
    made = resources["proxy-replicas-OPENAI_API_KEY"].inputs
    assert made["name"].startswith("litellm-stack-unit-proxy-OPENAI_API_KEY-")
    assert base64.b64decode(made["data"]["value"]).decode() == "sk-canary-0123456789"


def test_a_program_gets_its_secrets_before_it_starts(services: dict[str, Any]) -> None:
    postgres, redis, edge = (container(services[name]) for name in ("database-postgres", "cache-redis", "edge-haproxy"))
    assert postgres["commands"] == [*HANDED_OVER, *IMAGE.entrypoint]
    assert postgres["args"] == IMAGE.command
    assert redis["commands"][:6] == [*HANDED_OVER, "sh", "-c"]
    assert redis["healthcheck"]["tests"][:4] == ["CMD", "sh", "-c", SCRIPT]
    assert (edge["commands"], edge["args"]) == ([], [])


def test_replicas_and_edge_are_spread_and_data_is_pinned(services: dict[str, Any]) -> None:
    assert services["proxy-replicas"]["mode"] == {"replicated": {"replicas": 2}}
    assert services["edge-haproxy"]["mode"] == {"global": True}
    pinned = {name for name, service in services.items() if service["taskSpec"].get("placement")}
    assert pinned == {"database-postgres", "monitoring-prometheus"}
    for service in services.values():
        assert service["endpointSpec"]["mode"] == "dnsrr"
        assert all(port["publishMode"] == "host" for port in service["endpointSpec"]["ports"])


def test_only_what_bears_a_second_one_starts_before_the_first_goes(services: dict[str, Any]) -> None:
    orders = {name: service["updateConfig"]["order"] for name, service in services.items()}
    assert orders == {
        "cache-redis": "start-first",
        "database-postgres": "stop-first",
        "edge-haproxy": "stop-first",
        "monitoring-prometheus": "stop-first",
        "proxy-replicas": "start-first",
    }
    assert {service["updateConfig"]["failureAction"] for service in services.values()} == {"rollback"}


def test_every_service_is_confined_and_has_limits(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert container(service)["readOnly"], name
        assert container(service)["capDrops"] == ["ALL"], name
        limits = service["taskSpec"]["resources"]["limits"]
        assert limits["memoryBytes"] >= 256 * 1024 * 1024, name
        assert limits["nanoCpus"] >= 10**9, name
        assert service["taskSpec"]["logDriver"]["options"] == {"max-size": "10m", "max-file": "3"}, name


def test_images_go_by_what_every_node_can_get(services: dict[str, Any]) -> None:
    assert container(services["database-postgres"])["image"] == "images-postgres@sha256:digest"
    assert container(services["proxy-replicas"])["image"] == "sha256:images-litellm"


def test_the_network_is_encrypted_unless_that_is_switched_off(resources: dict[str, mocks.MockResourceArgs]) -> None:
    network = resources["network-overlay"].inputs
    assert (network["driver"], network["attachable"], network["options"]) == ("overlay", True, {"encrypted": ""})


def test_the_database_is_asked_from_beside_it(resources: dict[str, mocks.MockResourceArgs]) -> None:
    place = resources["database-login"].inputs["place"]["value"]
    assert place["host"] == "database"
    assert place["network"] == "network-overlay-id"
    assert resources["verification-asked"].inputs["replicas"] == []
    taken_from = resources["backup-before-change"].inputs["place"]["value"]
    assert {**taken_from, "name": "", "labels": ""} == {**place, "name": "", "labels": ""}
