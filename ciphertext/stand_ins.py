"""Stand-ins: while rows are re-encrypted, copies of the replicas serve that never read the database's models again.

A replica with the old salt key reads models and credentials every 30 s (LiteLLM's `store_model_in_db`), and would take
what the new key encrypted for plain text (`_resolve_db_litellm_param`, litellm/proxy/proxy_server.py). A stand-in reads
them once, when it starts, and serves from memory until replicas with the new key have taken over.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound

from ciphertext.job import ROTATION_LABEL
from engine import cutover, restart_policy
from engine.health import wait_until_healthy
from engine.identity import COMPONENT_LABEL, STACK_LABEL, owned_filters

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

STAND_IN_LABEL = "io.litellm-stack.stand-in"
MODULES = "PYTHONPATH="
"""Before folders, in a replica's environment, of which the first has what runs before LiteLLM."""

# Runs in the stand-in before LiteLLM does. A setting of the file wins over environment and database.
HOLD_STILL = """\
import os, sys, yaml
path, *command = sys.argv[1:]
with open(path) as file:
    config = yaml.safe_load(file)
config["general_settings"] = {**(config.get("general_settings") or {}), "proxy_config_reload_interval_seconds": 10**7}
with open("/tmp/stand-in.yaml", "w") as file:
    yaml.safe_dump(config, file)
os.execvp(command[0], ["/tmp/stand-in.yaml" if word == path else word for word in command])
"""


def take_over(client: DockerClient, props: Mapping[str, Any]) -> None:
    """Start a stand-in beside each replica that serves, and let the edge send requests to stand-ins only.

    Those that an update left behind which was killed go on. Nothing happens where nothing serves.
    """
    present = cutover.running(client, props)
    stand_ins = [container for container in present if is_stand_in(container)]
    covered = {container.name for container in stand_ins}
    serving = [container for container in present if not is_stand_in(container) and _is_healthy(container)]
    stand_ins += [_start(client, replica, props) for replica in serving if _name(replica) not in covered]
    if not stand_ins or not _has_edge(client, props):
        return
    for stand_in in stand_ins:
        wait_until_healthy(str(stand_in.id), timeout=props["timeout"])
    cutover.cut_over({**props, "replicas": [stand_in.id for stand_in in stand_ins]})


def give_back(client: DockerClient, props: Mapping[str, Any]) -> None:
    """Let the replicas serve again that `take_over` drained; a drained one serves no more until it starts anew."""
    replicas = [container for container in cutover.running(client, props) if not is_stand_in(container)]
    drained = [replica for replica in replicas if is_drained(replica)]
    for replica in replicas:
        restart_policy.change(replica, restart_policy.UNLESS_STOPPED)  # the cutover took it away
    for replica in drained:
        replica.restart(timeout=int(props["grace"]))
    for replica in drained:
        wait_until_healthy(str(replica.id), timeout=props["timeout"])
    if replicas and _has_edge(client, props):
        cutover.cut_over({**props, "replicas": [replica.id for replica in replicas]})
    remove(client, props)


def retire(client: DockerClient, props: Mapping[str, Any], *, replicas: Sequence[str]) -> None:
    """Wait until nothing but `replicas` has a request in flight, and remove the stand-ins."""
    present = cutover.running(client, props)
    declared = [container for container in present if container.id in replicas]
    drained = [container for container in present if container.id not in replicas]
    if declared and drained:
        cutover.wait_until_idle(drained, by=declared[0], status_url=props["status_url"], timeout=props["grace"])
    remove(client, props)


def remove(client: DockerClient, props: Mapping[str, Any]) -> None:
    """Stop and remove the stand-ins, each after its last request."""
    labels = owned_filters(props["stack"], props["labels"], STAND_IN_LABEL)
    for stand_in in client.containers.list(all=True, filters={"label": labels}, ignore_removed=True):
        try:
            stand_in.stop(timeout=int(props["grace"]))
            stand_in.remove(v=True, force=True)
        except NotFound:
            continue


def is_stand_in(container: Container) -> bool:
    """Tell a stand-in from a replica of the stack."""
    return STAND_IN_LABEL in container.labels


def is_drained(container: Container) -> bool:
    """Tell whether a replica was told to take nothing new: its liveliness says so at once, its health check later."""
    probe = (
        "import urllib.request as u,urllib.error as e\n"
        "try: u.urlopen('http://127.0.0.1:4000/health/liveliness',timeout=8)\n"
        "except e.HTTPError as error: raise SystemExit(7 if error.code == 503 else 0)"
    )
    return container.exec_run(["python3", "-c", probe]).exit_code == 7


def _start(client: DockerClient, replica: Container, props: Mapping[str, Any]) -> Container:
    """Start a copy of `replica`: same image, environment, mounts, limits, and name for the edge."""
    described, host = replica.attrs["Config"], replica.attrs["HostConfig"]
    networks = {
        name: {"Aliases": [alias for alias in network["Aliases"] or () if not str(replica.id).startswith(alias)]}
        for name, network in replica.attrs["NetworkSettings"]["Networks"].items()
    }
    name, config = _name(replica), props["config"]
    _remove_stopped(client, name)
    create: Any = client.api.create_container_from_config  # untyped; the only way to give back what inspection says
    created = create(
        {
            **described,
            "Hostname": "",  # the replica's own id
            "Image": replica.attrs["Image"],
            "Entrypoint": ["python3", "-c", HOLD_STILL, config],
            "Cmd": [*(described["Entrypoint"] or ()), *(described["Cmd"] or ())],
            "Labels": {**described["Labels"], STAND_IN_LABEL: "true", ROTATION_LABEL: str(int(props["rotation"]))},
            # One that starts again would read what the new salt key encrypted.
            "HostConfig": {**host, "RestartPolicy": {"Name": restart_policy.NO}},
            "NetworkingConfig": {"EndpointsConfig": networks},
        },
        name,
    )
    stand_in = client.containers.get(created["Id"])
    if not host["ReadonlyRootfs"]:
        # A remote engine has its files not by a mount but inside the container.
        paths = [entry.removeprefix(MODULES) for entry in described["Env"] if entry.startswith(MODULES)]
        folders = [folder.partition(":")[0] for folder in paths]
        for path in (config, *folders):
            content, _ = replica.get_archive(path)
            stand_in.put_archive(posixpath.dirname(path), b"".join(content))
    stand_in.start()
    return stand_in


def _remove_stopped(client: DockerClient, name: str) -> None:
    """Make room for a stand-in: one that does not run serves nobody."""
    try:
        client.containers.get(name).remove(v=True, force=True)
    except NotFound:
        return


def _name(replica: Container) -> str:
    return f"{replica.name}-stand-in"


def _is_healthy(container: Container) -> bool:
    return bool(container.attrs["State"].get("Health", {}).get("Status") == "healthy")


def _has_edge(client: DockerClient, props: Mapping[str, Any]) -> bool:
    labels = [f"{STACK_LABEL}={props['stack']}", f"{COMPONENT_LABEL}={props['edge']}"]
    return bool(client.containers.list(filters={"label": labels, "status": "running"}, ignore_removed=True))
