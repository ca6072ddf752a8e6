"""`make upgrade-database`: the data of one Postgres major version moved to a new volume of another.

The old volume is left as it is, outside of the state: the way back is to name it and the old image in the config again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from supply import backups, logs
from supply.console import Console
from supply.errors import SupplyError
from supply.process import capture, run, succeeds
from supply.pulumi import Pulumi
from supply.teardown import VOLUME

SETTING = "databaseVolume"
UNTIL_RESTORED = "**::verification-asked"
"""What has to wait until the data is there: the proof that the gateway knows its keys."""
STOP_SECONDS = "60"  # for requests in flight
_MAJOR = "PG_MAJOR="
_DATA_VERSION = ["sh", "-c", 'cat "$PGDATA/PG_VERSION"']


def upgrade(pulumi: Pulumi, *, project: str, python: Path, console: Console, up: Callable[[], object]) -> None:
    """Move the stack's data to the Postgres that its config names; `up` brings the stack up."""
    label = f"{project}/{pulumi.stack}"
    given = backups.recorded(pulumi)
    place = given["backup"].get("place") or {}
    if place.get("external"):
        raise SupplyError(
            f"The database of stack {pulumi.stack} is somebody else's (`database.external`)",
            mend="Whoever runs it upgrades it. images.postgres needs the same version then, for its tools.",
        )
    if place:
        raise SupplyError(
            f"The database of stack {pulumi.stack} is on a Swarm, whose volumes this command does not reach",
            mend="Make another stack with the new image, and restore a backup of this one into it (docs/swarm.md).",
        )
    container = str(given["backup"]["container"])
    image = _image(pulumi, project)
    old, new = _version_of_data(container), _version_of_image(image)
    if old == new:
        raise SupplyError(
            f"The database of stack {pulumi.stack} is of Postgres {new} already",
            mend=f"To move it to another major version, name its image: pulumi config set --stack {pulumi.stack} --path"
            " images.postgres postgres:...",
        )
    volume = _new_volume(container, new)
    console.say(
        f"Moving the database of stack {pulumi.stack} from Postgres {old} to {new}; it does not serve meanwhile."
    )
    _stop_replicas(label)
    try:
        file = backups.take(pulumi, python=python)
    except SupplyError:
        _start_replicas(label)
        raise
    console.say(f"  backup: {file}")
    try:
        _keep_old_volume(pulumi, container)
        command = ["pulumi", "config", "set", "--stack", pulumi.stack, SETTING, str(new)]
        run(command, what=f"Setting {SETTING}", env=pulumi.environment, cwd=pulumi.checkout)
        pulumi.run("up", "--yes", "--skip-preview", "--exclude", UNTIL_RESTORED)
        backups.replace(pulumi, Path(file), project=project, python=python)
        up()
    except SupplyError as error:
        raise SupplyError(
            f"{error.message}. The old volume and the backup are as they were",
            mend=f"{error.mend}\nGo on with: make up STACK={pulumi.stack} && make restore STACK={pulumi.stack}"
            f" FILE={file} {backups.ASSENT}={pulumi.stack}".strip(),
        ) from None
    console.say(
        f"The data is on {volume}. The old volume is kept; once you are sure: docker volume ls | grep {container}"
    )


def kept(deployment: Mapping[str, Any], container: str) -> dict[str, Any]:
    """Return an exported state in which the database's volumes are not protected, and outlive their removal."""
    resources = [
        {**resource, "protect": False, "retainOnDelete": True} if _is_volume(resource, container) else resource
        for resource in deployment["deployment"]["resources"]
    ]
    return {**deployment, "deployment": {**deployment["deployment"], "resources": resources}}


def _is_volume(resource: Mapping[str, Any], container: str) -> bool:
    name = str((resource.get("outputs") or {}).get("name", ""))
    return resource.get("type") == VOLUME and (name == container or name.startswith(f"{container}-"))


def _keep_old_volume(pulumi: Pulumi, container: str) -> None:
    what = f"the state of stack {pulumi.stack}"
    exported = json.loads(pulumi.ask("stack", "export", what=f"Reading {what}"))
    command = ["pulumi", "stack", "import", "--stack", pulumi.stack]
    run(
        command,
        what=f"Writing {what}",
        env=pulumi.environment,
        cwd=pulumi.checkout,
        stdin=json.dumps(kept(exported, container)),
    )


def _image(pulumi: Pulumi, project: str) -> str:
    shown = json.loads(pulumi.ask("config", "--json", what=f"Reading the config of stack {pulumi.stack}"))
    images: dict[str, str] = json.loads((pulumi.checkout / "config" / "images.json").read_text())
    images |= shown.get(f"{project}:images", {}).get("objectValue") or {}
    return images["postgres"]


def _version_of_image(image: str) -> int:
    if not succeeds(["docker", "image", "inspect", image]):
        run(["docker", "pull", image], what=f"Pulling {image}")
    shown = capture(["docker", "image", "inspect", "--format", "{{json .Config.Env}}", image], what=f"Reading {image}")
    for entry in json.loads(shown) or ():
        if str(entry).startswith(_MAJOR):
            return int(str(entry).removeprefix(_MAJOR))
    raise SupplyError(f"{image} does not say which Postgres it is (no {_MAJOR[:-1]} in its environment)")


def _version_of_data(container: str) -> int:
    return int(capture(["docker", "exec", container, *_DATA_VERSION], what=f"Asking container {container}"))


def _new_volume(container: str, major: int) -> str:
    volume = f"{container}-{major}"
    if succeeds(["docker", "volume", "inspect", volume]):
        raise SupplyError(
            f"The volume {volume} is there already, from an upgrade of before",
            mend=f"Look what it holds, and remove it if nothing is missed: docker volume rm {volume}",
        )
    return volume


def _stop_replicas(label: str) -> None:
    names = [source.container for source in logs.sources(label, component="proxy")]
    run(["docker", "stop", "--time", STOP_SECONDS, *names], what="Stopping the replicas")


def _start_replicas(label: str) -> None:
    names = [source.container for source in logs.sources(label, component="proxy")]
    run(["docker", "start", *names], what="Starting the replicas")
