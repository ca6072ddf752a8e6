"""Every secret of a stack on a Swarm rotated under load, by updates that are killed on the way."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import httpx
import pytest

from ciphertext.stand_ins import STAND_IN_LABEL
from engine.identity import COMPONENT_LABEL
from tests.database import query
from tests.e2e.fleet import Host
from tests.e2e.load import admin, chat, load, stream
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import IN_DATABASE, declared, on_nodes, services, url

COVERS = ("ciphertext", "components", "config/rotation.py", "engine", "litellm_admin")
ADMIN_KEY = "sk-admin-of-the-test-0123456789"
LOGINS = "SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL"


@pytest.fixture(scope="module")
def stack(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring up a stack with encrypted rows, and an administrator who goes on whatever happens to the master key."""
    stack = declared(hosts[0], data=hosts[1], folder=tmp_path_factory.mktemp("fleet"))
    stack.configure({**stack.config, "access": IN_DATABASE})
    stack.up()
    with httpx.Client(base_url=url(hosts[0]), headers=login(stack.outputs()["masterKey"]), timeout=60) as client:
        made = {"user_id": "tester", "user_role": "proxy_admin", "auto_create_key": False}
        client.post("/user/new", json=made).raise_for_status()
        client.post("/key/generate", json={"key": ADMIN_KEY, "user_id": "tester"}).raise_for_status()
    return stack


def login(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def caches(hosts: list[Host]) -> list[Any]:
    """Return the services that are a Redis."""
    return [service for service in services(hosts) if service.attrs["Spec"]["Labels"].get(COMPONENT_LABEL) == "cache"]


def stand_ins(hosts: list[Host]) -> list[Any]:
    """Return the services that serve while the salt key rotates."""
    return [service for service in services(hosts) if STAND_IN_LABEL in service.attrs["Spec"]["Labels"]]


def salt_key_job(hosts: list[Host]) -> list[str]:
    """Return in what state the job is that re-encrypts."""
    found = hosts[0].engine.containers.list(all=True, filters={"name": "-salt-key$"}, ignore_removed=True)
    return [str(container.status) for container in found]


def test_every_secret_is_rotated_and_no_request_is_lost_on_any_node(stack: Stack, hosts: list[Host]) -> None:
    before = stack.outputs()
    old, app = before["masterKey"], before["virtualKeys"]["app"]
    stack.configure({**stack.config, "rotation": {"everything": 2}})
    preview = stack.pulumi("preview")
    for told in (
        "database password: a new login is made beside the old one",
        "Redis password: another Redis starts beside the old one",
        "virtual key 'app': a new value is made, and the old one stays valid for 24h",
        "re-encrypts 1 row of LiteLLM_CredentialsTable (",
    ):
        assert told in preview
    clients = [
        chat(app, "chat"),
        chat(app, "slow"),
        chat(app, "stored"),
        stream(app, "chat"),
        admin(ADMIN_KEY),
    ]
    steps = (
        lambda: len(caches(hosts)) == 2,
        lambda: bool(stand_ins(hosts)),
        lambda: "exited" in salt_key_job(hosts),
    )
    manager, worker = hosts
    with load(url=url(manager), clients=clients) as first, load(url=url(worker), clients=clients) as second:
        time.sleep(2)
        for reached in steps:
            stack.kill_up_when(reached)
            stack.recover()
        stack.up()
        time.sleep(2)
    lost = [Counter(failure.partition(": ")[2] for failure in seen.failures) for seen in (first, second)]
    assert lost == [Counter(), Counter()]
    for seen in (first, second):
        assert min(seen.answers[answer] for answer in ("first answer", "slow answer", "from the database", "admin")) > 3

    after = stack.outputs()
    mine = after["virtualKeys"]["app"]
    assert mine != app
    for host in hosts:
        with httpx.Client(base_url=url(host), timeout=60) as client:
            statuses = {key: client.get("/v1/models", headers=login(key)).status_code for key in (old, app, mine)}
            assert statuses == {old: 401, app: 200, mine: 200}
            # Replicas that have read it from the database, with the new salt key.
            assert chat(mine, "stored")(client) == "from the database"
    assert len(caches(hosts)) == 1
    assert [*stand_ins(hosts), *salt_key_job(hosts)] == []
    assert len(on_nodes(hosts, "proxy")) == stack.config["replicas"]
    [database] = on_nodes(hosts, "database")
    logins = query(database, LOGINS).split()
    assert sorted(role.partition("_")[0] for role in logins) == ["litellm", "llmproxy"]
    stack.pulumi("preview", "--expect-no-changes")
