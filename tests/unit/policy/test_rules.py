"""Each rule with resources that pass and resources that fail."""

from __future__ import annotations

from typing import Any

import pytest

from policy.resources import (
    BUDGET,
    CONTAINER,
    CUSTOMER,
    EVERY_ADDRESS,
    IMAGE,
    KEY_GROUP,
    MODEL,
    PASSWORD,
    RENDERED_FILE,
    SERVICE,
    SERVICE_CONFIG,
    TEAM,
    TEAM_MEMBER,
    UNKNOWN,
    USER,
    VIRTUAL_KEY,
    VOLUME,
    VOLUME_OF_PULUMI_DOCKER,
    Resource,
    spread,
)
from policy.rules import (
    budget_raise,
    database_port,
    kept_data,
    limited_keys,
    pinned_images,
    public_address,
    wildcard_models,
)


def resource(
    kind: str, called: str = "one", /, *, protect: bool = False, retained: bool = False, **values: Any
) -> Resource:
    urn = f"urn:pulumi:dev::litellm-stack::{kind}::{called}"
    return Resource(urn=urn, type=kind, values=values, protect=protect, retained=retained)


def key(**values: Any) -> Resource:
    return resource(VIRTUAL_KEY, key_alias="chat-app", **values)


def config(content: str) -> Resource:
    return resource(RENDERED_FILE, path="/data/files/config-0123456789ab.yaml", content=content)


class TestKeysOfAGroup:
    def test_each_is_a_virtual_key_to_the_rules(self) -> None:
        group = resource(KEY_GROUP, fields={"models": ["chat"]}, keys={"ada": {"max_budget": 5}, "bob": {}})
        (violation,) = limited_keys.violations(spread([group]))
        assert "bob" in violation.message
        assert violation.urn == group.urn

    def test_a_raise_is_seen_at_each(self) -> None:
        old = resource(KEY_GROUP, fields={"max_budget": 1}, keys={"ada": {}, "bob": {"max_budget": 50}})
        new = resource(KEY_GROUP, fields={"max_budget": 10}, keys={"ada": {}, "bob": {"max_budget": 50}, "eve": {}})
        (violation,) = budget_raise.violations(spread([old]), spread([new]), factor=2, label="budget-raise")
        assert "ada" in violation.message

    def test_what_is_not_known_yet_is_none(self) -> None:
        assert spread([resource(KEY_GROUP, fields=UNKNOWN, keys=UNKNOWN)]) == []


class TestLimitedKeys:
    @pytest.mark.parametrize(
        "stack",
        [
            [key(max_budget=0)],
            [key(max_budget=UNKNOWN)],
            [key(budget_limits=[{"budget_duration": "1d", "max_budget": 1}])],
            [key(budget_id="tiny"), resource(BUDGET, budget_id="tiny", max_budget=1)],
            [key(budget_id="not of this program")],
            [key(budget_id=UNKNOWN), resource(BUDGET, budget_id="tiny")],
            [key(team_id="t"), resource(TEAM, team_id="t", max_budget=20)],
            [key(user_id="alice"), resource(USER, user_id="alice", max_budget=20)],
            [
                key(team_id="t", user_id="alice"),
                resource(TEAM, team_id="t"),
                resource(TEAM_MEMBER, team_id="t", user_id="alice", max_budget_in_team=5),
            ],
            [resource(VIRTUAL_KEY, key_alias="litellm-stack-metrics", allowed_routes=["/metrics"])],
        ],
    )
    def test_passes(self, stack: list[Resource]) -> None:
        assert list(limited_keys.violations(stack)) == []

    @pytest.mark.parametrize(
        "stack",
        [
            [key()],
            [key(rpm_limit=60)],
            [key(budget_id="rates"), resource(BUDGET, budget_id="rates", rpm_limit=60)],
            [key(team_id="t"), resource(TEAM, team_id="t")],
            [key(team_id="t", user_id="alice"), resource(USER, user_id="alice", max_budget=20)],
            [key(team_id="t"), resource(TEAM_MEMBER, team_id="t", user_id="alice", max_budget_in_team=5)],
        ],
    )
    def test_fails(self, stack: list[Resource]) -> None:
        (violation,) = limited_keys.violations(stack)
        assert violation.message.startswith("virtual key 'chat-app' can spend without an end: give it max_budget")
        assert violation.urn == stack[0].urn


def raises(old: list[Resource], new: list[Resource]) -> list[str]:
    found = budget_raise.violations(old, new, factor=2, label="budget-raise")
    return [violation.message for violation in found]


class TestBudgetRaise:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ([], [key(max_budget=1000)]),
            ([key()], [key(max_budget=1000)]),
            ([key(max_budget=10)], [key(max_budget=20)]),
            ([key(max_budget=10)], []),
            ([key(max_budget=10, budget_duration="1d")], [key(max_budget=300, budget_duration="30d")]),
            ([key(max_budget=10, budget_duration="1d")], [key(max_budget=20)]),
            ([key(max_budget=0)], [key(max_budget=0)]),
            ([config("litellm_settings: {max_budget: 5}")], [config("litellm_settings: {max_budget: 6}")]),
            ([key(max_budget=10)], [key(max_budget=UNKNOWN)]),
            ([key(max_budget=10)], [key(budget_id=UNKNOWN)]),
            ([key(max_budget=10)], [key(budget_id="not of this program")]),
        ],
    )
    def test_passes(self, old: list[Resource], new: list[Resource]) -> None:
        assert raises(old, new) == []

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (
                [key(max_budget=10)],
                [key(max_budget=30)],
                "virtual key 'chat-app': max_budget goes from 10 US dollars to 30 US dollars, 3 times as much",
            ),
            ([key(max_budget=10)], [key(max_budget=30, key=UNKNOWN)], "3 times as much"),
            ([key(max_budget=0)], [key(max_budget=1)], "from 0 US dollars to 1 US dollars"),
            ([key(max_budget=10)], [key()], "from 10 US dollars to no limit of its own"),
            ([key(max_budget=10)], [key(max_budget=1, budget_duration="1d")], "10 US dollars to 1 US dollars per 1d"),
            (
                [key(max_budget=10, budget_duration="30d")],
                [key(max_budget=10, budget_duration="1d")],
                "30 times as much",
            ),
            (
                [resource(TEAM, team_alias="support", team_member_budget=1)],
                [resource(TEAM, team_alias="support", team_member_budget=3)],
                "team 'support': team_member_budget goes",
            ),
            (
                [resource(TEAM_MEMBER, user_id="alice", max_budget_in_team=1)],
                [resource(TEAM_MEMBER, user_id="alice", max_budget_in_team=3)],
                "member 'alice': max_budget_in_team goes",
            ),
            (
                [config("litellm_settings: {max_budget: 5}")],
                [config("litellm_settings: {max_budget: 500}")],
                "the whole proxy (litellm_settings): max_budget goes",
            ),
        ],
    )
    def test_fails(self, old: list[Resource], new: list[Resource], said: str) -> None:
        (message,) = raises(old, new)
        assert said in message
        assert message.endswith("LABELS=budget-raise for make; else raise it in steps (policy.raiseFactor: 2).")

    def test_a_raised_budget_is_said_once_and_not_for_each_that_names_it(self) -> None:
        holders = [
            key(budget_id="tier"),
            *(resource(CUSTOMER, f"c{n}", user_id=f"c{n}", budget_id="tier") for n in range(3)),
        ]
        old = [resource(BUDGET, budget_id="tier", max_budget=1), *holders]
        new = [resource(BUDGET, budget_id="tier", max_budget=9), *holders]
        (message,) = raises(old, new)
        assert message.startswith("budget 'tier': max_budget goes from 1 US dollars to 9 US dollars")

    def test_a_holder_who_moves_to_a_larger_budget_is_said(self) -> None:
        budgets = [
            resource(BUDGET, "small", budget_id="small", max_budget=1),
            resource(BUDGET, "large", budget_id="large", max_budget=9),
        ]
        old = [*budgets, resource(CUSTOMER, user_id="acme", budget_id="small")]
        new = [*budgets, resource(CUSTOMER, user_id="acme", budget_id="large")]
        (message,) = raises(old, new)
        assert message.startswith("customer 'acme': max_budget goes from 1 US dollars to 9 US dollars")


def port(**values: Any) -> Resource:
    return resource(CONTAINER, ports=[values])


def port_of_a_service(internal: int, external: int) -> Resource:
    ports = [{"targetPort": internal, "publishedPort": external, "publishMode": "host"}]
    return resource(SERVICE, endpointSpec={"mode": "dnsrr", "ports": ports})


class TestDatabasePort:
    @pytest.mark.parametrize(
        "passing", [resource(CONTAINER), port(internal=4000, external=4000, ip="127.0.0.1"), resource(VOLUME)]
    )
    def test_passes(self, passing: Resource) -> None:
        assert list(database_port.violations(passing)) == []

    def test_fails(self) -> None:
        (message,) = database_port.violations(port(internal=5432, external=5433, ip="127.0.0.1"))
        assert message.startswith("Postgres is published at 127.0.0.1:5433")
        assert "remove ports.database" in message

    def test_a_port_of_a_service_is_one_of_every_node(self) -> None:
        (message,) = database_port.violations(port_of_a_service(5432, 5433))
        assert message.startswith(f"Postgres is published at {EVERY_ADDRESS}:5433")


class TestPublicAddress:
    @pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
    def test_passes(self, address: str) -> None:
        assert list(public_address.violations(port(internal=1, external=2, ip=address))) == []

    @pytest.mark.parametrize("given", [{"ip": EVERY_ADDRESS}, {"ip": "::"}, {"ip": "10.0.0.7"}, {}])
    def test_fails(self, given: dict[str, str]) -> None:
        (message,) = public_address.violations(port(internal=1, external=4000, **given))
        assert message.startswith(f"port 4000 listens on {given.get('ip', EVERY_ADDRESS)}, in clear: remove `bind`")

    def test_a_port_of_a_service_is_one_of_every_node(self) -> None:
        (message,) = public_address.violations(port_of_a_service(4000, 4000))
        assert message.startswith(f"port 4000 listens on {EVERY_ADDRESS}")
        assert list(public_address.violations(resource(SERVICE, endpointSpec={"mode": "dnsrr"}))) == []


class TestPinnedImages:
    @pytest.mark.parametrize(
        "reference",
        [
            "postgres:15.18-bookworm",
            "registry:5000/litellm:v1.106.2",
            "ghcr.io/berriai/litellm:main-v1.80.0-stable.1",
            f"postgres@sha256:{'0' * 64}",
            f"postgres:latest@sha256:{'0' * 64}",
        ],
    )
    def test_passes(self, reference: str) -> None:
        assert list(pinned_images.violations(resource(IMAGE, name=reference))) == []

    @pytest.mark.parametrize(
        "reference",
        [
            "postgres",
            "postgres:latest",
            "registry:5000/litellm",
            "ghcr.io/berriai/litellm:main-latest",
            "x:main-stable",
        ],
    )
    def test_fails(self, reference: str) -> None:
        (message,) = pinned_images.violations(resource(IMAGE, name=reference))
        assert message.startswith(f"image {reference} has ")
        assert "name a version in `images`" in message


class TestWildcardModels:
    @pytest.mark.parametrize(
        "passing",
        [
            config("model_list: [{model_name: chat, litellm_params: {model: openai/gpt-4o}}]"),
            config("litellm_settings: {}"),
            resource(RENDERED_FILE, path="/x/haproxy-0.cfg", content="bind *:4000"),
            resource(SERVICE_CONFIG, "edge-config", dataRaw="bind *:4000"),
            resource(MODEL, model_name="chat", litellm_params={"model": "openai/gpt-4o"}),
            key(models=["chat"]),
            key(models=UNKNOWN),
        ],
    )
    def test_passes(self, passing: Resource) -> None:
        assert list(wildcard_models.violations(passing)) == []

    @pytest.mark.parametrize(
        ("failing", "said"),
        [
            (
                config("model_list: [{model_name: '*', litellm_params: {model: '*'}}]"),
                "proxy.model_list[0] is '*', which",
            ),
            (
                config("model_list: [{model_name: all, litellm_params: {model: 'openai/*'}}]"),
                "proxy.model_list[0] is 'all for openai/*'",
            ),
            (
                resource(MODEL, model_name="x/*", litellm_params={"model": "x/y"}),
                "model 'x/*' is 'x/* for x/y'",
            ),
            (
                resource(
                    SERVICE_CONFIG,
                    "proxy-config",
                    dataRaw="model_list: [{model_name: '*', litellm_params: {model: '*'}}]",
                ),
                "proxy.model_list[0] is '*', which",
            ),
            (key(models=["chat", "openai/*"]), "a model of virtual key 'chat-app' is 'openai/*'"),
        ],
    )
    def test_fails(self, failing: Resource, said: str) -> None:
        (message,) = wildcard_models.violations(failing)
        assert message.startswith(said)
        assert "name those that are wanted" in message


def volume(**given: Any) -> Resource:
    return resource(VOLUME, "database-data", **{"name": "litellm-stack-prod-database", **given})


def salt_key(**given: Any) -> Resource:
    return resource(PASSWORD, "secrets-salt-key", **{"keepers": {"rotation": "1"}, "length": 32, **given})


def volume_of_pulumi_docker(**given: Any) -> Resource:
    return resource(VOLUME_OF_PULUMI_DOCKER, "database-data", **{"name": "litellm-stack-prod-database", **given})


class TestKeptData:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ([volume(protect=True), salt_key(protect=True)], [volume(protect=True), salt_key(protect=True)]),
            ([], [volume(), salt_key()]),
            ([volume()], [volume(protect=True)]),
            ([volume(retained=True)], []),
            ([resource(PASSWORD, "secrets-master-key", length=32)], []),
            ([volume(labels=[])], [volume(labels=["new"])]),
            ([volume_of_pulumi_docker(protect=True)], [volume(protect=True)]),
            ([salt_key(length=32)], [salt_key(length=32.0, result=UNKNOWN)]),
        ],
    )
    def test_passes(self, old: list[Resource], new: list[Resource]) -> None:
        assert list(kept_data.violations(old, new)) == []

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ([volume()], [], "the volume 'litellm-stack-prod-database' would be deleted"),
            ([volume_of_pulumi_docker()], [], "the volume 'litellm-stack-prod-database' would be deleted"),
            ([volume(protect=True, retained=True)], [], "would be deleted"),
            ([salt_key()], [], "the secret 'secrets-salt-key' would be deleted"),
            ([volume()], [volume(name="other")], "would be replaced by a new one, because of another name"),
            ([salt_key()], [salt_key(keepers={"rotation": "2"})], "because of another keepers"),
            ([volume(protect=True)], [volume()], "would lose its protection"),
            ([resource(PASSWORD, "secrets-seed", protect=True)], [], "the secret 'secrets-seed' would be deleted"),
        ],
    )
    def test_fails(self, old: list[Resource], new: list[Resource], said: str) -> None:
        (violation,) = kept_data.violations(old, new)
        assert said in violation.message
        assert "make backup" in violation.message or "keep `protect: true`" in violation.message
        assert violation.urn == old[0].urn
