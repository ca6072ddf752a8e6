"""What restarts, why, and whether clients notice (docs/rotation.md and docs/architecture.md say how it comes)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from review import swarm
from review.markdown import code, count, section, table
from review.plan import Action, Change
from review.secrecy import UNKNOWN
from review.stack_secrets import seed_rotated
from review.values import shown

REPLICA: Final = re.compile(r"^proxy-replica(s|-\d+)$")


@dataclass(frozen=True, kw_only=True)
class Service:
    """A container or several alike: what clients notice where it is replaced, and where the reasons are kept."""

    title: str
    containers: re.Pattern[str]
    replaced: str
    interrupts: bool
    image: str = ""
    """The resource that holds its image."""
    revision: str = ""
    """The resource whose keepers name everything that a replacement follows from (engine/workload.py)."""


EDGE: Final = "edge"
MOVED: Final = "**the gateway's address changes**, and applications need the new one"


def _exporter(what: str, name: str) -> Service:
    return Service(
        title=f"exporter of {what}",
        containers=re.compile(rf"^{name}-exporter-server$"),
        replaced="no; a gap of seconds in the metrics",
        interrupts=False,
        image=f"{name}-exporter-image",
    )


SERVICES: Final = (
    Service(
        title="network",
        containers=re.compile(r"^network-(bridge|overlay)$"),
        replaced="**yes**: nothing reaches anything until all is connected again",
        interrupts=True,
    ),
    Service(
        title="database",
        containers=re.compile(r"^database-postgres$"),
        replaced="**yes**: the database stops and starts, and requests that need it wait or fail until it is healthy",
        interrupts=True,
        image="images-postgres",
    ),
    Service(
        title=EDGE,
        containers=re.compile(r"^edge-haproxy$"),
        replaced="**yes**: the gateway's port is closed for about a second, on a Swarm at one node after the other, and"
        " requests in flight are cut",
        interrupts=True,
        image="edge-image",
    ),
    Service(
        title="replicas of the proxy",
        containers=REPLICA,
        replaced="no: new ones start beside the old ones, which drain before they go",
        interrupts=False,
        image="images-litellm",
        revision="proxy-revision",
    ),
    Service(
        title="cache",
        containers=re.compile(r"^cache-redis$"),
        replaced="no: another one starts beside it, and answers are cached anew",
        interrupts=False,
        image="cache-image",
        revision="cache-revision",
    ),
    Service(
        title="PgBouncer",
        containers=re.compile(r"^pooler-pgbouncer$"),
        replaced="no: another one starts beside it, for replicas that start beside the old ones",
        interrupts=False,
        image="pooler-image",
        revision="pooler-revision",
    ),
    Service(
        title="Prometheus",
        containers=re.compile(r"^monitoring-prometheus$"),
        replaced="no; a gap of seconds in the metrics",
        interrupts=False,
        image="monitoring-image",
    ),
    Service(
        title="Alertmanager",
        containers=re.compile(r"^alertmanager-server$"),
        replaced="no; what fires is told again",
        interrupts=False,
        image="alertmanager-image",
    ),
    *(
        _exporter(what, name)
        for what, name in (("Postgres", "postgres"), ("Redis", "redis"), ("certificates", "blackbox"))
    ),
    Service(
        title="Grafana",
        containers=re.compile(r"^grafana-server$"),
        replaced="no; whoever looks at a dashboard has to load it again",
        interrupts=False,
        image="grafana-image",
    ),
)
"""The network and every container of the stack, those first whose replacement is noticed."""


def report(changes: Sequence[Change]) -> str:
    """Return the section; nothing where no container comes, goes or restarts."""
    found = [row for service in SERVICES for row in _rows(service, changes)]
    return section("What restarts", table(("what", "how", "why", "do clients notice?"), found)) if found else ""


def interrupted(changes: Iterable[Change]) -> list[str]:
    """Name the services whose replacement clients notice."""
    given = list(changes)
    return [
        service.title
        for service in SERVICES
        if service.interrupts and any(_is_cut(service, change) for change in given)
    ]


def restarting(changes: Iterable[Change]) -> list[str]:
    """Name the services that restart without that clients notice."""
    given = list(changes)
    return [
        service.title
        for service in SERVICES
        if not service.interrupts
        and any(swarm.action(change) is Action.REPLACE and service.containers.match(change.name) for change in given)
    ]


def _is_cut(service: Service, change: Change) -> bool:
    return swarm.action(change) in (Action.REPLACE, Action.DELETE) and bool(service.containers.match(change.name))


def _rows(service: Service, changes: Sequence[Change]) -> list[tuple[str, ...]]:
    own = [
        change
        for change in changes
        if change.kind in ("Container", "Network", swarm.KIND) and service.containers.match(change.name)
    ]
    found: list[tuple[str, ...]] = []
    for action, how, notice in (
        (Action.REPLACE, "replaced", service.replaced),
        (Action.DELETE, "stopped for good", "**yes**" if service.interrupts else "no"),
        (Action.UPDATE, "changed in place", "no"),
        (Action.CREATE, "started", "no"),
    ):
        group = [change for change in own if swarm.action(change) is action]
        if group:
            number = f" ({count(len(group), 'container')})" if len(group) > 1 else ""
            told = f"{notice}; {MOVED}" if service.title == EDGE and _is_moved(group[0]) else notice
            found.append((service.title, f"{how}{number}", _reasons(service, group, changes), told))
    return found


def _is_moved(change: Change) -> bool:
    if change.kind == swarm.KIND:
        return bool(change.old.inputs.get(swarm.ENDPOINT)) and swarm.differs(change, swarm.ENDPOINT)
    return bool(change.old.inputs.get("ports")) and change.differs("ports")


def _reasons(service: Service, group: Sequence[Change], changes: Sequence[Change]) -> str:
    if group[0].action not in (Action.REPLACE, Action.UPDATE):
        return ""
    for change in changes:
        if service.revision and change.name == service.revision and change.action is Action.REPLACE:
            if seed_rotated(changes):
                # The fingerprints are keyed with what is derived from the seed: all of them change.
                return "another seed, and whatever else changes"
            return ", ".join(_kept(service, name, changes) for name in _moved_keepers(change))
    if any(change.old.inputs.get("mustRun") is False for change in group):
        return "it was stopped by hand"
    if group[0].kind == swarm.KIND and swarm.action(group[0]) is Action.REPLACE:
        found = swarm.reasons(group[0])
        return ", ".join(_image(service, changes) if reason == swarm.IMAGE else code(reason) for reason in found)
    reasons = sorted({reason for change in group for reason in change.changed} - {"name", "memorySwap"})
    return ", ".join(_image(service, changes) if reason == "image" else _reason(group[0], reason) for reason in reasons)


def _moved_keepers(change: Change) -> list[str]:
    old, new = (state.inputs.get("keepers") for state in (change.old, change.new))
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return []
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _kept(service: Service, name: str, changes: Sequence[Change]) -> str:
    return _image(service, changes) if name == "image" else code(name)


def _image(service: Service, changes: Sequence[Change]) -> str:
    """Return the references of the image before and after, where another one is declared."""
    for change in changes:
        if change.name == service.image and change.differs("name"):
            old, new = (state.inputs.get("name") for state in (change.old, change.new))
            return f"{code('image')} {shown('', old)} → {shown('', new)}"
    return code("image")


def _reason(change: Change, name: str) -> str:
    """Return what changes about a container: memory and ports with their values, the rest by name."""
    old, new = change.old.inputs.get(name), change.new.inputs.get(name)
    if name == "memory" and UNKNOWN not in (old, new):
        return f"{code(name)} {shown(name, old)} → {shown(name, new)} MiB"
    if name == "ports" and old and new:
        return f"{code(name)} {_addresses(old)} → {_addresses(new)}"
    return code(name)


def _addresses(ports: object) -> str:
    given = [port for port in ports if isinstance(port, dict)] if isinstance(ports, list) else []
    return ", ".join(code(f"{port.get('ip')}:{shown('', port.get('external'))}".replace(",", "")) for port in given)
