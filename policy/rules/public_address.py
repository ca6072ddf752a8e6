"""publicAddress: what listens on more than this host is meant to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from policy.resources import CONTAINER, Resource

DESCRIPTION = "Published ports listen on this host only."
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  # what Docker takes where no address is given


def violations(resource: Resource) -> Iterator[str]:
    """Report ports that other hosts reach."""
    for port in resource.known("ports") or () if resource.type == CONTAINER else ():
        address = _address(port)
        if not ipaddress.ip_address(address).is_loopback:
            yield (
                f"port {port.get('external')} listens on {address}, in clear: remove `bind`, and let a proxy with a"
                " certificate lead there. Where that is so already: policy.publicAddress: disabled."
            )


def published_at(port: Mapping[str, Any]) -> str:
    """Return the address and port of the host that lead into a container."""
    return f"{_address(port)}:{port.get('external')}"


def _address(port: Mapping[str, Any]) -> str:
    return str(port.get("ip") or EVERY_ADDRESS)
