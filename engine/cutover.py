"""The cutover: the edge sends requests to the declared replicas only, before anything runs that relies on them.

Pulumi removes replaced containers at the very end of an update. Until then old replicas would answer with the old
config and the old master key. So, once the new ones are healthy, the old ones are drained: LiteLLM answers 503 to
readiness from then on (`/health/drain`, litellm/proxy/health_endpoints), the edge sends them nothing new, and what they
have in flight goes on to its end.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from docker.errors import APIError, NotFound
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from engine import execution, restart_policy
from engine.api import EngineError, connect
from engine.identity import COMPONENT_LABEL, OWNER_LABEL, STACK_LABEL

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

CONFLICT = 409
"""The engine's answer where a container is not in the state that a call is for."""

POLL_SECONDS = 0.3
PATIENCE_SECONDS = 60

# Both run inside a replica, which has Python and reaches the edge's status page; the token stays in its environment.
# Where no edge listens, none sends requests: that is an empty page. One that is late has said nothing.
READ_STATUS = (
    "import sys,urllib.error as e,urllib.request as u\n"
    "try: print(u.urlopen(sys.argv[1],timeout=5).read().decode())\n"
    "except e.URLError as error: raise SystemExit(isinstance(error.reason, TimeoutError))"
)
DRAIN = (
    "import os,urllib.request as u;u.urlopen(u.Request('http://127.0.0.1:4000/health/drain',"
    "headers={'X-Drain-Token':os.environ['DRAIN_ENDPOINT_TOKEN']}))"
)


class CutoverProvider(ResourceProvider):
    """Moves the edge from old replicas to declared ones. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Other replicas, or another edge in front of them, need a cutover."""
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in ("replicas", "edge")))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Cut over to the declared replicas."""
        cut_over(props)
        return CreateResult(id_=props["stack"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Cut over to the declared replicas."""
        cut_over(_news)
        return UpdateResult(outs=_news)


class Cutover(Resource, module="engine", name="Cutover"):
    """The moment from which on only the declared replicas get requests."""

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        component: str,
        replicas: Sequence[pulumi.Input[str]],
        edge: pulumi.Input[str],
        status_url: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take the replicas' and the edge's container ids; `stack` and `component` are the labels of all replicas."""
        inputs = {
            "stack": stack,
            "component": component,
            "replicas": list(replicas),
            "edge": edge,
            "status_url": status_url,
        }
        super().__init__(CutoverProvider(), name, inputs, opts)


def serving(status: str) -> set[str]:
    """Return the addresses (ip:port) that get requests, from the edge's status page in HAProxy's CSV format.

    Fields: https://docs.haproxy.org/2.6/management.html#9.1
    """
    return {row["addr"] for row in _up(status)}


def checked(status: str) -> set[str]:
    """Return those of `serving` that passed the edge's last check: it takes a new one for good until it has looked."""
    # While a check is under way the last one's result has a prefix.
    return {row["addr"] for row in _up(status) if row["check_status"].removeprefix("* ") == "L7OK"}


def busy(status: str) -> set[str]:
    """Return the addresses (ip:port) on which requests are in flight, from the same page."""
    return {row["addr"] for row in _rows(status) if row["addr"] and (row["scur"] or "0") != "0"}


def _rows(status: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(status.removeprefix("# ").splitlines())


def _up(status: str) -> list[dict[str, str]]:
    return [row for row in _rows(status) if row["svname"] != "BACKEND" and (row["status"] or "").startswith("UP")]


def cut_over(props: Mapping[str, Any]) -> None:
    """Let the edge send requests to `replicas` only: others of the same stack, component and owner are drained."""
    client = connect()
    try:
        present = _present(client, props)
        declared = [replica for replica in present if replica.id in props["replicas"] and replica.status == "running"]
        if len(declared) < len(props["replicas"]):
            raise EngineError("a replica was removed during the update; run the update again")
        # Replicas of an early version have no owner label.
        owners = {None, *(container.labels.get(OWNER_LABEL) for container in declared)}
        old = [
            container
            for container in present
            if container.id not in props["replicas"] and container.labels.get(OWNER_LABEL) in owners
        ]

        wanted = _all_addresses(declared)
        status = _Status(by=declared[0], url=props["status_url"])
        _wait(lambda: wanted <= checked(status.read() or ""), failure=f"the edge does not reach {_names(declared)}")
        for container in old:
            _drain(container)
        _wait(lambda: status.without(_all_addresses(old), serving), failure=f"{_names(old)} did not drain")
    finally:
        client.close()


def withdraw(container: Container, *, status_url: str, grace: float) -> None:
    """Let the edge send `container` nothing new, and return when it has answered what it had, or `grace` is over.

    What listens no more resets connections that it had not accepted: their requests would be lost.
    """
    if container.status != "running":
        return
    addresses, status = _addresses(container), _Status(by=container, url=status_url)
    try:
        _drain(container)
        _wait(lambda: status.without(addresses, serving), failure=f"{container.name} did not drain")
        wait_until_idle([container], by=container, status_url=status_url, timeout=grace)
    except APIError as error:
        if error.status_code != CONFLICT:
            raise
        # It has crashed, and gets nothing.


@dataclass(frozen=True, kw_only=True)
class _Status:
    """The edge's status page, as the container `by` reads it."""

    by: Container
    url: str

    def read(self) -> str | None:
        """Return the page, empty where there is no edge; None is no answer."""
        return _execute(self.by, READ_STATUS, self.url)

    def without(self, addresses: set[str], kind: Callable[[str], set[str]]) -> bool:
        """Tell whether the page was read and none of `addresses` is one of that kind (serving, busy)."""
        page = self.read()
        return page is not None and not addresses & kind(page)


def _drain(container: Container) -> None:
    # One that crashes from now on would come back, know of no drain, and get requests.
    restart_policy.change(container, restart_policy.NO)
    try:
        # Not waited for: the call returns when the last request in flight is answered, readiness turns at once.
        container.exec_run(["python3", "-c", DRAIN], detach=True)
    except APIError as error:
        if error.status_code != CONFLICT:
            raise
        container.stop()  # it has crashed, and the engine may be about to start it once more


def wait_until_idle(containers: Sequence[Container], *, by: Container, status_url: str, timeout: float) -> None:
    """Return when nothing is in flight on drained `containers`, or after `timeout` seconds; `by` asks the edge."""
    addresses, status = _all_addresses(containers), _Status(by=by, url=status_url)
    deadline = time.monotonic() + timeout
    while not status.without(addresses, busy) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def running(client: DockerClient, props: Mapping[str, Any]) -> list[Container]:
    """Return the running containers with the labels `stack` and `component`."""
    return [container for container in _present(client, props) if container.status == "running"]


def _present(client: DockerClient, props: Mapping[str, Any]) -> list[Container]:
    """Return those that run, and those that crashed and that the engine starts again."""
    labels = [f"{STACK_LABEL}={props['stack']}", f"{COMPONENT_LABEL}={props['component']}"]
    filters: Any = {"label": labels, "status": ["running", "restarting"]}
    return client.containers.list(filters=filters, ignore_removed=True)


def _addresses(container: Container) -> set[str]:
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    return {f"{network['IPAddress']}:4000" for network in networks}


def _all_addresses(containers: Iterable[Container]) -> set[str]:
    return {address for container in containers for address in _addresses(container)}


def _names(containers: Iterable[Container]) -> str:
    return ", ".join(sorted(str(container.name) for container in containers))


def _execute(container: Container, script: str, *arguments: str) -> str | None:
    # What Python itself has to say is no part of the answer.
    status, output = execution.run(container, ["python3", "-c", script, *arguments], errors=False)
    return output if status == 0 else None


def _wait(condition: Callable[[], bool], *, failure: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not condition():
            if time.monotonic() > deadline:
                raise EngineError(f"{failure} within {PATIENCE_SECONDS} s; run the update again, and see `make logs`")
            time.sleep(POLL_SECONDS)
    except NotFound:
        raise EngineError("a replica was removed during the update; run the update again") from None
