"""A stack on the Swarm of a fleet."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from tests.e2e.conftest import stack_config
from tests.e2e.fleet import Host
from tests.e2e.stack import Stack

PREFIX = "fleet-"
PORT = 4000
DATA_LABEL = "litellm-stack.data"
IN_DATABASE: dict[str, Any] = {
    "credentials": {"offline": {"credential_values": {"mock_response": "from the database"}}},
    "models": {
        "stored": {
            "model_name": "stored",
            "litellm_params": {"model": "openai/gpt-4o-mini", "litellm_credential_name": "offline"},
        }
    },
    "keys": {"app": {"models": ["chat", "slow", "stored"]}},
}
"""An `access` section with rows that are encrypted."""


def url(host: Host) -> str:
    """Return the address of a node's edge."""
    return f"http://{host.address}:{PORT}"


def config(manager: Host, *, data: Host) -> dict[str, Any]:
    """Return the config of a stack that is reached at the manager's edge, and keeps its data on another node."""
    models = stack_config()["proxy"]["model_list"]
    return {
        "engine": "swarm",
        # The kernel of this machine may have no ESP, and then nothing that is encrypted arrives.
        "swarm": {"encrypted": False, "address": manager.address, "dataAddress": data.address},
        "bind": "0.0.0.0",  # noqa: S104  # a Swarm knows no other
        "replicas": 2,
        "startTimeout": 600,
        "protect": False,
        "proxy": {"model_list": [model for model in models if model["model_name"] in ("chat", "slow")]},
        "access": {"keys": {"app": {"models": ["chat"]}}},
    }


def declared(manager: Host, *, data: Host, folder: Path) -> Stack:
    """Return a stack that is not up yet; what it keeps is on the node `data`."""
    node = manager.engine.nodes.get(data.node_id)
    node.update({**node.attrs["Spec"], "Labels": {DATA_LABEL: "true"}})
    stack = Stack(folder=folder, config=config(manager, data=data), name=f"{PREFIX}{secrets.token_hex(3)}")
    stack.environment["DOCKER_HOST"] = manager.socket
    return stack


def there(stack: Stack) -> dict[str, Any]:
    """Return what a stack's config has to keep, so that it is on the Swarm that it was declared for."""
    return {name: stack.config[name] for name in ("engine", "swarm", "bind", "startTimeout", "protect")}


def on_nodes(hosts: Sequence[Host], component: str, *, stack: Stack | None = None) -> list[Any]:
    """Return the containers of a component, on whatever node: those of one stack, or of the only one."""
    labels = [f"{COMPONENT_LABEL}={component}"]
    if stack:
        labels.append(f"{STACK_LABEL}=litellm-stack/{stack.name}")
    return [
        container
        for host in hosts
        for container in host.engine.containers.list(filters={"label": labels}, ignore_removed=True)
    ]


def services(hosts: Sequence[Host]) -> list[Any]:
    """Return the services of the Swarm."""
    listed: Any = hosts[0].engine.services.list
    found: list[Any] = listed()
    return found


def scale(manager: Host, service: str, tasks: int) -> None:
    """Tell the Swarm how many tasks a service is to have, in the words of docs/swarm.md, and do not wait for them."""
    command = ["docker", "--host", manager.socket, "service", "scale", "--detach", f"{service}={tasks}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
