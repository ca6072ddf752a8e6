"""The way back of a user who lost the state and not the data, as docs/lost-state.md describes it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from engine.identity import OWNER_LABEL
from tests.campaign.test_second_user import running
from tests.e2e.backed_up import IN_THE_DATABASE, content, reached, spend, written_spend
from tests.e2e.second_user import created, second
from tests.e2e.stack import ROOT, Stack

COVERS = ("docs/lost-state.md", "engine/ownership.py", "engine/volume.py", "components/own_state.py")

PAGE = ROOT / "docs" / "lost-state.md"


@pytest.fixture(scope="module")
def lost(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(engine, tmp_path_factory.mktemp("lost")) as stack:
        yield stack


def commands(part: str) -> list[str]:
    """Return the shell commands of a part of the page, block by block."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {part}\n")[2].partition("\n## ")[0]
    return [re.sub("^ +", "", block, flags=re.MULTILINE) for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]


def run(stack: Stack, block: str, *, owner: str) -> None:
    """Run commands of the page for a stack, with the owner of its message."""
    named = block.replace("OWNER=1a2b3c4d5e6f\n", "").replace("--stack prod", f"--stack {stack.name}")
    script = f"OWNER={owner}\n" + named.replace("litellm-stack-prod-", stack.prefix)
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=stack.folder, env=stack.environment, check=True)


def test_h01_a_lost_state_is_replaced_and_the_data_taken_over_on_an_explicit_word(
    lost: Stack, engine: docker.DockerClient, tmp_path: Path
) -> None:
    owner = engine.volumes.get(f"{lost.prefix}database").attrs["Labels"][OWNER_LABEL]
    before = engine.volumes.get(f"{lost.prefix}database").attrs["CreatedAt"]
    with reached(lost) as gateway:
        key = gateway.keys["chat-app"]
        content(gateway, key=key, model="chat")
        spent = written_spend(gateway, key)
    shutil.rmtree(lost.folder / "state" / ".pulumi")

    found = second(lost, tmp_path)
    refused = found.run("up", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert f"(owner {owner})" in refused.stdout
    assert created(found) == []

    *before_up, after_up = commands("With the volume")
    assert len(before_up) == 3
    for block in before_up:
        run(found, block, owner=owner)
    found.config = found.written()
    access = found.config["access"]
    adopted = {
        "credentials": {name: {**given, "adopt": True} for name, given in access["credentials"].items()},
        "models": access["models"],
        "keys": {alias: {**given, "adopt": True} for alias, given in access["keys"].items()},
    }
    found.configure({**found.config, "access": adopted})
    found.up()
    run(found, after_up, owner=owner)
    assert engine.volumes.get(f"{lost.prefix}database").attrs["CreatedAt"] == before
    with reached(found) as gateway:
        assert content(gateway, key=key, model="chat") == "first answer"
        assert content(gateway, key=key, model="extra") == IN_THE_DATABASE
        assert spend(gateway, key) >= spent
        login = {"Authorization": f"Bearer {gateway.master_key}"}
        listed = gateway.client.get("/key/list", params={"return_full_object": "true", "size": 100}, headers=login)
        aliases = [str(row["key_alias"]) for row in listed.raise_for_status().json()["keys"]]
        own = [alias for alias in aliases if alias.startswith("litellm-stack-")]
        assert len(own) == 2, "the metrics key and the provisioner's of the lost stack are gone"
    found.pulumi("preview", "--expect-no-changes")

    # The word is not needed any more: the state records whose volume it was.
    found.configure({name: value for name, value in found.config.items() if name != "takeOver"})
    found.pulumi("preview", "--expect-no-changes")
    found.run("state", "unprotect", "--all", "--yes")
    found.configure({**found.config, "protect": False})
    found.up()
    found.pulumi("destroy", "--yes", "--skip-preview")
    assert f"{lost.prefix}database" not in [volume.name for volume in engine.volumes.list()]
