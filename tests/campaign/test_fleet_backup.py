"""From one host to a Swarm by a backup: every virtual key stays valid, and the Swarm takes backups of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docker
import httpx
import pytest

from config.settings import default_images
from supply import backups
from supply.errors import SupplyError
from tests.e2e.backed_up import (
    IN_THE_DATABASE,
    PREFIX,
    PYTHON,
    assert_private,
    command_line,
    content,
    declared,
    files,
    reached,
    restore,
    running,
    secrets,
    spend,
    written_spend,
)
from tests.e2e.backed_up import config as config_on_one_host
from tests.e2e.fleet import Host
from tests.e2e.fleet import copy as copy_image
from tests.e2e.gateway import Gateway
from tests.e2e.leftovers import no_leftovers
from tests.e2e.stack import Stack
from tests.e2e.swarm_stack import declared as on_a_swarm
from tests.e2e.swarm_stack import on_nodes, url

COVERS = ("backup", "components", "engine", "supply/backups.py", "supply/database_on_swarm.py")
OTHER_IMAGE = "litellm-stack-test/litellm:of-a-fleet"


@pytest.fixture(scope="module")
def source(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    config = {**config_on_one_host(), "access": declared()}
    with no_leftovers(engine, PREFIX), running(engine, tmp_path_factory.mktemp("moved"), config) as stack:
        yield stack


@pytest.fixture(scope="module")
def target(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Bring a stack up that declares nobody; its data is on the node that is not asked."""
    stack = on_a_swarm(hosts[0], data=hosts[1], folder=tmp_path_factory.mktemp("fleet"))
    proxy = {"model_list": stack.config["proxy"]["model_list"], "general_settings": {"store_model_in_db": True}}
    stack.configure({**stack.config, "proxy": proxy, "access": {}})
    stack.up()
    return stack


def test_a_stack_moves_from_one_host_to_a_swarm_by_a_backup(
    source: Stack,
    target: Stack,
    hosts: list[Host],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with reached(source) as there:
        key = there.keys["chat-app"]
        login = {"Authorization": f"Bearer {there.master_key}"}
        by_hand = there.client.post("/key/generate", json={"key_alias": "by-hand"}, headers=login).json()["key"]
        assert content(there, key=key, model="extra") == IN_THE_DATABASE
        spent = written_spend(there, key)
    file = Path(backups.take(command_line(source), python=PYTHON))
    monkeypatch.setenv(backups.PASSPHRASE, secrets(source)["passphrase"])
    restore(target, file)
    said = capfd.readouterr().out
    assert "service of the replicas stopped" in said
    assert "the replicas serve again" in said
    assert len(on_nodes(hosts, "proxy")) == target.config["replicas"]
    # Another stack makes other values: it takes over those that are there. The model is in the database as it is.
    access = {kind: copy.deepcopy(declared()[kind]) for kind in ("credentials", "keys")}
    for declarations in access.values():
        for settings in declarations.values():
            settings["adopt"] = True
    # u01: as in a copied config, whose numbers and grace are those of the stack before.
    access["keys"]["chat-app"] |= {"rotation": 2, "grace": "1s"}
    target.encrypt("secrets.OPENAI_API_KEY", "sk-canary-provider-0123456789")
    target.configure({**target.config, "access": access})
    target.up()
    for host in hosts:
        with httpx.Client(base_url=url(host), timeout=60) as client:
            here = Gateway(client=client, keys={}, master_key=target.outputs()["masterKey"])
            assert content(here, key=key, model="extra") == IN_THE_DATABASE
            assert content(here, key=by_hand, model="chat") == "first answer"
            assert spend(here, key) >= spent
    target.pulumi("preview", "--expect-no-changes")


def test_a_backup_of_a_database_on_another_node_is_private_and_not_overwritten_unasked(
    target: Stack, hosts: list[Host], capfd: pytest.CaptureFixture[str]
) -> None:
    file = Path(backups.take(command_line(target), python=PYTHON))
    assert_private(file, target, secrets(target))
    with pytest.raises(SupplyError):
        restore(target, file)
    said = capfd.readouterr().err
    assert "virtual keys" in said
    assert f"CONFIRM={target.name}" in said
    assert [container.name for container in hosts[0].engine.containers.list() if "backup" in str(container.name)] == []


def test_an_update_to_another_image_takes_a_backup_first(
    target: Stack, hosts: list[Host], engine: docker.DockerClient
) -> None:
    before = files(target)
    recipe = BytesIO(f"FROM {default_images()['litellm']}\nLABEL of=a-fleet\n".encode())
    built, _ = engine.images.build(fileobj=recipe, tag=OTHER_IMAGE, rm=True)
    try:
        copy_image(OTHER_IMAGE, hosts)
        target.configure({**target.config, "images": {"litellm": OTHER_IMAGE}})
        assert "a backup of the database is taken before anything changes" in target.pulumi("preview")
        target.up()
    finally:
        engine.images.remove(str(built.id), force=True)
    assert len(files(target) - before) == 1
    target.pulumi("preview", "--expect-no-changes")
