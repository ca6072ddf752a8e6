"""publicAddress: what listens on more than this host is meant to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from policy.resources import Resource, published

DESCRIPTION = "Published ports listen on this host only."


def violations(resource: Resource) -> Iterator[str]:
    """Report ports that other hosts reach; those of a Swarm are on every address of its nodes."""
    for port in published(resource):
        if not ipaddress.ip_address(port.address).is_loopback:
            yield (
                f"port {port.external} listens on {port.address}, in clear: remove `bind`, and let a proxy with a"
                " certificate lead there. Where that is so already, as on a Swarm it has to be:"
                " policy.publicAddress: disabled."
            )
