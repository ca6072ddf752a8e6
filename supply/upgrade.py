"""`make upgrade-database`: the data of one Postgres major version moved to a new volume of another.

The old volume is left as it is, outside of the state: the way back is to name it and the old image in the config again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from supply import backups, postgres_image
from supply.console import Console
from supply.database_on_host import OnHost
from supply.database_on_swarm import OnSwarm
from supply.errors import SupplyError
from supply.process import run
from supply.pulumi import Pulumi
from supply.teardown import NODE_VOLUME, OF_PULUMI_DOCKER, VOLUME

SETTING = "databaseVolume"
UNTIL_RESTORED = "**::verification-asked"
"""What has to wait until the data is there: the proof that the gateway knows its keys."""
_VOLUMES = (VOLUME, OF_PULUMI_DOCKER, NODE_VOLUME)


class Database(Protocol):
    """The database that a stack has, and the replicas that use it, wherever they are."""

    def major(self) -> int:
        """Return the major version of its data."""

    def is_taken(self, volume: str) -> bool:
        """Tell whether data may be in a volume of this name, where the database has its own."""

    def stop_replicas(self) -> Callable[[], None]:
        """Let nobody write any more; what is returned starts the replicas again."""


def upgrade(pulumi: Pulumi, *, project: str, python: Path, console: Console, up: Callable[[], object]) -> None:
    """Move the stack's data to the Postgres that its config names; `up` brings the stack up."""
    given = backups.recorded(pulumi)
    container = str(given["backup"]["container"])
    database = _database(given["backup"].get("place"), container, pulumi, project)
    old, new = database.major(), postgres_image.major(_image(pulumi, project))
    if old == new:
        raise SupplyError(
            f"The database of stack {pulumi.stack} is of Postgres {new} already",
            mend=f"To move it to another major version, name its image: pulumi config set --stack {pulumi.stack} --path"
            " images.postgres postgres:...",
        )
    volume = f"{container}-{new}"
    if database.is_taken(volume):
        raise SupplyError(
            f"The volume {volume} is there already, from an upgrade of before",
            mend="Look what it holds, and remove it where the database is, if nothing is missed: docker volume rm"
            f" {volume}",
        )
    console.say(
        f"Moving the database of stack {pulumi.stack} from Postgres {old} to {new}; it does not serve meanwhile."
    )
    start_replicas = database.stop_replicas()
    try:
        file = backups.take(pulumi, python=python)
    except SupplyError:
        start_replicas()
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


def _database(place: Mapping[str, Any] | None, container: str, pulumi: Pulumi, project: str) -> Database:
    """Return the stack's database; `place` is from where it is reached, unless that is inside its container."""
    label = f"{project}/{pulumi.stack}"
    if not place:
        return OnHost(container=container, label=label)
    if place.get("external"):
        raise SupplyError(
            f"The database of stack {pulumi.stack} is somebody else's (`database.external`)",
            mend="Whoever runs it upgrades it. images.postgres needs the same version then, for its tools.",
        )
    return OnSwarm(service=container, label=label)


def kept(deployment: Mapping[str, Any], container: str) -> dict[str, Any]:
    """Return an exported state in which the database's volumes are not protected, and outlive their removal."""
    resources = [
        {**resource, "protect": False, "retainOnDelete": True} if _is_volume(resource, container) else resource
        for resource in deployment["deployment"]["resources"]
    ]
    return {**deployment, "deployment": {**deployment["deployment"], "resources": resources}}


def _is_volume(resource: Mapping[str, Any], container: str) -> bool:
    name = str((resource.get("outputs") or {}).get("name", ""))
    return resource.get("type") in _VOLUMES and (name == container or name.startswith(f"{container}-"))


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
