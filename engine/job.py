"""One-shot containers: run, wait, and fail the update with their log where they fail."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import APIError, NotFound
from docker.types import LogConfig
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from requests.exceptions import ConnectionError as EngineConnectionError
from requests.exceptions import ReadTimeout

from engine.api import EngineError, connect
from engine.identity import OWNER_LABEL
from engine.logs import ROTATION, last_lines

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

CONFINED: Mapping[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    # LiteLLM's own migration and the re-encryption are one process each, which holds less than half of this.
    "mem_limit": "2g",
    "memswap_limit": "2g",
    "nano_cpus": 10**9,
    "pids_limit": 256,
    "log_config": LogConfig(type="json-file", config=dict(ROTATION)),
}
"""What a one-shot container may do and take, as docker-py has it."""


class JobProvider(ResourceProvider):
    """Runs a container to its end. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Run again where the image, the command or a trigger changed; a rotated secret alone gives nothing to do."""
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in ("image", "command", "triggers")))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Run the job."""
        run(props)
        return CreateResult(id_=props["container_name"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Run the job again."""
        run(_news)
        return UpdateResult(outs=_news)


@dataclass(frozen=True, kw_only=True)
class JobArgs:
    """What a job runs and when it runs again.

    `timeout` is in seconds; `triggers` are values that the job's result depends on beside image and command; `files`
    maps paths in the container to texts that are no secret.
    """

    container_name: str
    image: pulumi.Input[str]
    command: Sequence[str]
    network: pulumi.Input[str]
    user: str
    timeout: int
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    labels: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    triggers: Sequence[pulumi.Input[str]] = ()


class Job(Resource, module="engine", name="Job"):
    """A container that ran to its end with exit code 0."""

    def __init__(self, name: str, args: JobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(JobProvider(), name, {**vars(args), "triggers": list(args.triggers)}, opts)


def run(props: Mapping[str, Any]) -> None:
    """Run a container to its end, as JobArgs describes it. Raises EngineError with the end of its log."""
    client = connect()
    try:
        remove(client, props["container_name"], labels=props["labels"])
        container = create(
            client,
            props["image"],
            files=props.get("files") or {},
            command=list(props["command"]),
            name=props["container_name"],
            environment=dict(props["environment"]),
            labels=dict(props["labels"]),
            network=props["network"],
            user=props["user"],
            tmpfs=dict(props["tmpfs"]),
        )
        try:
            container.start()
            code = container.wait(timeout=props["timeout"])["StatusCode"]
            failure = f"failed with exit code {code}" if code else None
        except (ReadTimeout, EngineConnectionError):
            failure = f"did not end within {props['timeout']:.0f} s (startTimeout)"
        log = last_lines(container) if failure else ""
        container.remove(v=True, force=True)
    finally:
        client.close()
    if failure:
        raise EngineError(f"job {props['container_name']} {failure}; its log ends with\n{log}")


def create(client: DockerClient, image: str, *, files: Mapping[str, str], **given: Any) -> Container:
    """Make a confined container with `files`: paths, and texts that are no secret. `given` is as docker-py has it.

    Raises EngineError where the image has no folder for them.
    """
    make: Any = client.containers.create
    # The engine puts no file into a read-only root.
    container: Container = make(image, **{**CONFINED, "read_only": not files, **given})
    try:
        for path, content in files.items():
            container.put_archive(posixpath.dirname(path), _archive(posixpath.basename(path), content.encode()))
    except APIError as error:
        container.remove(v=True, force=True)
        raise EngineError(f"{image} does not take {', '.join(files)}: {error.explanation}") from None
    return container


def _archive(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o444
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def remove(client: DockerClient, name: str, *, labels: Mapping[str, str]) -> None:
    """Remove what an update that was killed left behind. Jobs can be repeated, so nothing in it is missed."""
    try:
        leftover = client.containers.get(name)
    except NotFound:
        return
    if leftover.labels.get(OWNER_LABEL) != labels[OWNER_LABEL]:
        raise EngineError(f"a container named {name} exists that this stack does not own; rename it")
    leftover.remove(v=True, force=True)
