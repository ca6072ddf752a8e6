"""`engine: swarm` in stack config: what a Swarm needs to be told, and what of the stack it does not run yet."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from config.problems import Problem
from config.section import Section

SWARM = "swarm"

HOST = r"^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$"
"""A name or an IPv4 address."""


class SwarmSettings(Section):
    """The Swarm that runs the stack, where `engine` is swarm."""

    encrypted: bool = True
    """Encrypt what nodes send each other for the stack (IPsec): their kernels need ESP, or nothing arrives."""
    data_label: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$")] = "litellm-stack.data"
    """The label, with the value `true`, of the node that keeps the volumes of Postgres and Prometheus."""
    address: Annotated[str, Field(pattern=HOST)] | None = None
    """A node, or what is in front of the nodes: where this program and applications reach the gateway's port. None
    where this host is a node."""
    data_address: Annotated[str, Field(pattern=HOST)] | None = None
    """The node with the label, where Prometheus's port is; `address` where this is not given."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what does not go together with the engine."""
    if values.get("engine") != SWARM:
        if "swarm" in values:
            yield Problem(path="swarm", message="is for a Swarm; set `engine: swarm`, or remove it")
        return
    with suppress(ValueError):
        if not ipaddress.ip_address(str(values.get("bind", "127.0.0.1"))).is_unspecified:
            yield Problem(
                path="bind",
                message="a Swarm publishes ports on every address of its nodes; say so with `bind: 0.0.0.0`, and keep"
                " others out with a firewall",
            )
