"""Stand-ins on a Swarm: a second service of the replicas' form, which serves while the replicas' own has no task.

What `ciphertext.stand_ins` does to containers of one host is done to services here. A task that is told to stop leaves
the edges first, and the Swarm counts one as working once it is healthy, so no cutover is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ciphertext.job import ROTATION_LABEL
from ciphertext.stand_ins import HOLD_STILL, STAND_IN_LABEL
from engine.identity import OWNER_LABEL
from engine.swarm import scale
from engine.swarm.handed_over import HANDED_OVER

if TYPE_CHECKING:
    from docker import DockerClient


def take_over(client: DockerClient, props: Mapping[str, Any]) -> None:
    """Start a service of stand-ins, and end the replicas' tasks once it works.

    One that an update left behind which was killed goes on. Nothing happens where nothing serves.
    """
    service, stand_in = scale.named(client, props["service"]), scale.named(client, _name(props))
    if service is None or (stand_in is None and not scale.working(client, service)):
        return
    created = str(stand_in["ID"]) if stand_in else scale.create(client, _spec(service["Spec"], props))
    scale.wait(client, created, timeout=props["timeout"], hidden=_hidden(props))
    scale.stop(client, service)


def give_back(client: DockerClient, props: Mapping[str, Any]) -> None:
    """Let the replicas' tasks serve again that `take_over` ended."""
    if service := scale.named(client, props["service"]):
        scale.start(client, str(service["ID"]), timeout=props["timeout"], hidden=_hidden(props))
    remove(client, props)


def retire(client: DockerClient, props: Mapping[str, Any], *, replicas: Sequence[str]) -> None:  # noqa: ARG001
    """End the stand-ins, each after its last request: the replicas' service works by now."""
    remove(client, props)


def remove(client: DockerClient, props: Mapping[str, Any]) -> None:
    """End the stand-ins, each after its last request, and remove their service."""
    stand_in, owner = scale.named(client, _name(props)), (props.get("labels") or {}).get(OWNER_LABEL)
    if stand_in and owner in (None, stand_in["Spec"]["Labels"].get(OWNER_LABEL)):
        scale.stop(client, stand_in)
        scale.remove(client, stand_in)


def rotations(client: DockerClient, props: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the rotations that have stand-ins."""
    stand_in = scale.named(client, _name(props))
    return {int(stand_in["Spec"]["Labels"][ROTATION_LABEL])} if stand_in else set()


def _spec(replicas: Mapping[str, Any], props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the specification of a service whose tasks run what those of `replicas` do, and read no model again."""
    task = replicas["TaskTemplate"]
    container = task["ContainerSpec"]
    command = container["Command"]
    # The secrets are handed over to whatever comes after these.
    handed_over = [*HANDED_OVER] if tuple(command[: len(HANDED_OVER)]) == HANDED_OVER else []
    held = [*handed_over, "python3", "-c", HOLD_STILL, props["config"], *command[len(handed_over) :]]
    labels = {STAND_IN_LABEL: "true", ROTATION_LABEL: str(int(props["rotation"]))}
    declared = replicas["Labels"].get(scale.DECLARED_LABEL)
    return {
        "Name": _name(props),
        "Labels": {**replicas["Labels"], **labels},
        "TaskTemplate": {
            **task,
            "ContainerSpec": {**container, "Command": held, "Labels": {**container["Labels"], **labels}},
            # One that starts again would read what the new salt key encrypted.
            "RestartPolicy": {"Condition": "none"},
        },
        "Mode": {"Replicated": {"Replicas": int(declared)}} if declared else replicas["Mode"],
        "EndpointSpec": replicas["EndpointSpec"],
    }


def _name(props: Mapping[str, Any]) -> str:
    return f"{props['service']}-stand-in"


def _hidden(props: Mapping[str, Any]) -> list[str]:
    return [str(props[name]) for name in ("salt_key", "database_url")]
