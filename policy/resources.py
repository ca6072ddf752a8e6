"""Resources as the rules see them, whether the engine registers them or the state records them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

import yaml

VIRTUAL_KEY: Final = "pulumi-python:dynamic/litellm:VirtualKey"
KEY_GROUP: Final = "pulumi-python:dynamic/litellm:KeyGroup"
BUDGET: Final = "pulumi-python:dynamic/litellm:Budget"
CUSTOMER: Final = "pulumi-python:dynamic/litellm:Customer"
TEAM: Final = "pulumi-python:dynamic/litellm:Team"
TEAM_MEMBER: Final = "pulumi-python:dynamic/litellm:TeamMember"
USER: Final = "pulumi-python:dynamic/litellm:User"
MODEL: Final = "pulumi-python:dynamic/litellm:Model"
RENDERED_FILE: Final = "pulumi-python:dynamic/engine:RenderedFile"
CONTAINER: Final = "docker:index/container:Container"
SERVICE: Final = "docker:index/service:Service"
SERVICE_CONFIG: Final = "docker:index/serviceConfig:ServiceConfig"
IMAGE: Final = "docker:index/remoteImage:RemoteImage"
VOLUME: Final = "pulumi-python:dynamic/engine:Volume"
VOLUME_OF_PULUMI_DOCKER: Final = "docker:index/volume:Volume"
"""In the state of a stack that was last updated by an earlier version."""
PASSWORD: Final = "random:index/randomPassword:RandomPassword"  # noqa: S105  # a type

PROXY_CONFIG: Final = "proxy-config"
"""The resource that holds config.yaml on a Swarm (components/proxy.py)."""
EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104  # what Docker takes where no address is given

_KINDS: Final = {
    VIRTUAL_KEY: ("virtual key", "key_alias"),
    BUDGET: ("budget", "budget_id"),
    CUSTOMER: ("customer", "user_id"),
    TEAM: ("team", "team_alias"),
    TEAM_MEMBER: ("member", "user_id"),
    USER: ("user", "user_id"),
    MODEL: ("model", "model_name"),
}


class Unknown(Enum):
    """A value that is not known before the update."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource: its values in the provider's words, and whether the engine refuses to delete it.

    retained: what it stands for outlives its removal from the state. member: which key of a group it is.
    """

    urn: str
    type: str
    values: Mapping[str, Any]
    protect: bool = False
    retained: bool = False
    member: str = ""

    @property
    def name(self) -> str:
        """The name that the program gives it."""
        return self.urn.rpartition("::")[2]

    @property
    def title(self) -> str:
        """What a reader of the stack config calls it."""
        kind, name = _KINDS.get(self.type, ("resource", ""))
        return f"{kind} {self.known(name) or self.name!r}"

    def known(self, name: str) -> Any:
        """Return a value, or None where there is none or it is not known yet."""
        value = self.values.get(name)
        return None if value is UNKNOWN else value


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What breaks a rule, why that matters and how to mend it, and the URN of the resource it is about."""

    message: str
    urn: str


def spread(resources: Iterable[Resource]) -> list[Resource]:
    """Put the keys of a group in the group's place: to a rule they are virtual keys."""
    return [one for resource in resources for one in (_members(resource) if resource.type == KEY_GROUP else [resource])]


def _members(group: Resource) -> list[Resource]:
    shared, own = group.known("fields"), group.known("keys")
    return [
        replace(
            group,
            member=alias,
            type=VIRTUAL_KEY,
            values={"key_alias": alias, **(shared or {}), **(said if isinstance(said, Mapping) else {})},
        )
        for alias, said in (own or {}).items()
    ]


def of_type(resources: Iterable[Resource], *types: str) -> list[Resource]:
    """Return the resources of these types."""
    return [resource for resource in resources if resource.type in types]


def proxy_config(resource: Resource) -> Mapping[str, Any]:
    """Return LiteLLM's config.yaml where the resource is that file (components/proxy.py), else an empty mapping."""
    content = _content(resource)
    if not content:
        return {}
    read = yaml.safe_load(content)
    return read if isinstance(read, Mapping) else {}


def _content(resource: Resource) -> str | None:
    if resource.type == SERVICE_CONFIG:
        return resource.known("dataRaw") if resource.name == PROXY_CONFIG else None
    is_file = resource.type == RENDERED_FILE
    named = PurePath(str(resource.known("path"))).name if is_file else ""
    return resource.known("content") if named.startswith("config-") else None


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port of a container, and where on a host it is reached."""

    internal: Any
    external: Any
    address: str


def published(resource: Resource) -> list[Published]:
    """Return the ports that a container publishes, or a service: those on every address of its nodes."""
    if resource.type == CONTAINER:
        return [
            Published(
                internal=port.get("internal"), external=port.get("external"), address=port.get("ip") or EVERY_ADDRESS
            )
            for port in resource.known("ports") or ()
        ]
    endpoint = resource.known("endpointSpec") if resource.type == SERVICE else None
    return [
        Published(internal=port.get("targetPort"), external=port.get("publishedPort"), address=EVERY_ADDRESS)
        for port in (endpoint or {}).get("ports") or ()
    ]
