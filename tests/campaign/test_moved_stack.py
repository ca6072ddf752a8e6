"""A stack that moves: its config is copied with rotation numbers above 1, and its users keep their values.

u01, u05 and u06 on real stacks, as docs/backup.md describes them.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import docker
import httpx
import pytest

from supply import backups, kept_passphrase, teardown
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import user_folders
from tests.e2e.backed_up import PREFIX, PYTHON, command_line, config, files, reached, restore, running, secrets
from tests.e2e.external_stores import PREFIX as EXTERNAL
from tests.e2e.external_stores import placed, servers
from tests.e2e.leftovers import no_leftovers, owned, remove
from tests.e2e.stack import Stack

COVERS = (
    "backup",
    "components/access.py",
    "litellm_admin",
    "supply/backups.py",
    "supply/kept_passphrase.py",
    "supply/teardown.py",
)
GRACE_SECONDS = 20
ACCESS: dict[str, Any] = {
    "budgets": {"small": {"max_budget": 1}},
    "users": {"alice": {}},
    "teams": {"support": {"keys": {"helpdesk": {"rotation": 2, "grace": f"{GRACE_SECONDS}s"}}}},
    "keys": {"lab": {"models": ["chat"], "budget": "small"}, "desk": {"rotation": 3}},
}
ROTATION = {"virtualKeys": 2, "grace": f"{GRACE_SECONDS}s"}
KEYS = ("keys.desk", "keys.lab", "teams.support.keys.helpdesk")


def declared() -> dict[str, Any]:
    """Return the config of a stack with keys that were rotated."""
    return {**config(), "access": copy.deepcopy(ACCESS), "rotation": ROTATION}


def adopting(access: dict[str, Any]) -> dict[str, Any]:
    """Write what the message of the restore says."""
    access = copy.deepcopy(access)
    for keys in (access["keys"], access["teams"]["support"]["keys"]):
        for settings in keys.values():
            settings["adopt"] = True
    return access


@pytest.fixture(scope="module")
def source(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with no_leftovers(engine, PREFIX), running(engine, tmp_path_factory.mktemp("source"), declared()) as stack:
        yield stack


def answers(stack: Stack, keys: dict[str, str]) -> dict[str, int]:
    with httpx.Client(base_url=stack.outputs()["gatewayUrl"], timeout=60) as client:
        return {
            alias: client.get("/v1/models", headers={"Authorization": f"Bearer {value}"}).status_code
            for alias, value in keys.items()
        }


def started(engine: docker.DockerClient, stack: Stack) -> set[str]:
    """Return when the replicas were started."""
    replicas = [c for c in engine.containers.list() if str(c.name).startswith(f"{stack.prefix}proxy")]
    assert replicas
    return {str(replica.attrs["State"]["StartedAt"]) for replica in replicas}


def in_state(stack: Stack) -> str:
    return "".join(path.read_text() for path in (stack.folder / "state").rglob("*.json*"))


def test_u01_u06_a_copied_config_adopts_the_keys_of_a_backup_and_their_users_notice_nothing(
    source: Stack,
    engine: docker.DockerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    users = dict(source.outputs()["virtualKeys"])
    assert answers(source, users) == dict.fromkeys(users, 200)
    file = Path(backups.take(command_line(source), python=PYTHON))
    monkeypatch.setenv(backups.PASSPHRASE, secrets(source)["passphrase"])
    with running(engine, tmp_path, declared()) as target:
        before, own = started(engine, target), dict(target.outputs()["virtualKeys"])
        with pytest.raises(SupplyError):
            restore(target, file)
        said = capfd.readouterr().err
        assert all(f"    {path}: adopt: true\n" in said for path in KEYS), said
        assert f"CONFIRM={target.name}" in said
        assert "Nothing was stopped or changed" in said
        assert started(engine, target) == before
        assert answers(target, own) == dict.fromkeys(own, 200)

        target.configure({**target.config, "access": adopting(ACCESS)})
        monkeypatch.setenv(backups.ASSENT, target.name)
        restore(target, file)
        target.up()
        assert answers(target, users) == dict.fromkeys(users, 200)
        assert {value for value in target.outputs()["virtualKeys"].values() if value} == set()
        time.sleep(GRACE_SECONDS + 5)
        assert answers(target, users) == dict.fromkeys(users, 200), "no value was retired"
        target.pulumi("preview", "--expect-no-changes")

        raised = adopting(ACCESS)
        raised["keys"]["lab"]["rotation"] = 2
        target.configure({**target.config, "access": raised})
        preview = target.pulumi("preview", "--diff")
        assert f"virtual key 'lab': a new value is made, and the old one stays valid for {GRACE_SECONDS}s" in preview
        target.up()
        rotated = {alias: value for alias, value in target.outputs()["virtualKeys"].items() if value}
        assert rotated.keys() == {"lab"}
        assert answers(target, {**users, "new": rotated["lab"]}) == dict.fromkeys((*users, "new"), 200)
        target.pulumi("preview", "--expect-no-changes")
        time.sleep(GRACE_SECONDS + 5)
        assert answers(target, users) == {**dict.fromkeys(users, 200), "lab": 401}
        target.up()
        target.pulumi("preview", "--expect-no-changes")
        state = in_state(target)
        assert [alias for alias, value in {**users, **own, **rotated}.items() if value in state] == []


def test_u01_a_stack_moves_to_an_external_database_and_its_users_notice_nothing(
    source: Stack, engine: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/external-stores.md says: without `access` first, which comes back with `adopt: true`."""
    users = dict(source.outputs()["virtualKeys"])
    file = Path(backups.take(command_line(source), python=PYTHON))
    monkeypatch.setenv(backups.PASSPHRASE, secrets(source)["passphrase"])
    name = f"{EXTERNAL}{token_hex(3)}"
    with no_leftovers(engine, EXTERNAL), servers(engine, stack=name) as (server, redis):
        target = Stack(folder=tmp_path, config={}, name=name)
        try:
            placed(target, server, redis, access={})
            restore(target, file)
            target.configure({**target.config, "access": adopting(ACCESS), "rotation": ROTATION})
            target.up()
            time.sleep(GRACE_SECONDS + 5)
            assert answers(target, users) == dict.fromkeys(users, 200)
            target.pulumi("preview", "--expect-no-changes")
        finally:
            target.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{target.name}")


def test_u06_a_restore_into_the_same_stack_asks_for_nothing_to_be_adopted(
    source: Stack, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    users = dict(source.outputs()["virtualKeys"])
    file = Path(backups.take(command_line(source), python=PYTHON))
    monkeypatch.setenv(backups.ASSENT, source.name)
    restore(source, file)
    assert "adopt" not in capfd.readouterr().err
    source.up()
    assert answers(source, users) == dict.fromkeys(users, 200)
    source.pulumi("preview", "--expect-no-changes")


def test_u05_a_stack_that_was_removed_with_its_database_is_created_again_from_its_backup(
    source: Stack, engine: docker.DockerClient, capfd: pytest.CaptureFixture[str]
) -> None:
    users = dict(source.outputs()["virtualKeys"])
    backups.take(command_line(source), python=PYTHON)
    file, passphrase = max(files(source)), secrets(source)["passphrase"]
    source.configure({**source.config, "protect": True})
    source.up()
    folders = user_folders(source.environment)
    environment = {**source.environment, teardown.ASSENT: source.name}
    teardown.remove(command_line(source), console=Console(), environment=environment, folders=folders)
    assert owned(engine, f"litellm-stack/{source.name}") == []
    said = capfd.readouterr().out
    assert f"is kept in {kept_passphrase.file_of(folders, source.name)}" in said
    assert "pulumi stack rm --preserve-config" in said
    assert passphrase not in said
    assert (source.folder / f"Pulumi.{source.name}.yaml").exists()

    source.configure({**source.config, "protect": False, "access": adopting(ACCESS)})
    with pytest.raises(AssertionError, match="the proxy has no key"):
        source.up()
    environment = {**source.environment, backups.ASSENT: source.name}
    backups.restore(command_line(source), file, project="litellm-stack", python=PYTHON, environment=environment)
    source.up()
    with reached(source):
        assert answers(source, users) == dict.fromkeys(users, 200)
    assert secrets(source)["passphrase"] != passphrase
