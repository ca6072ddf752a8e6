"""What a running stack is like, in a terminal or on a page; reading and drawing are in status/ and report/."""

from __future__ import annotations

import sys

from supply import host, tool
from supply.console import Console
from supply.inventory import own_url
from supply.pulumi import Pulumi
from supply.stack import check_declared, project_name


def show(module: str, *, stack: str, **options: str) -> int:
    """Run `python -m <module>` on a stack; its exit status."""
    console = Console(sys.stderr)
    check_declared(host.CHECKOUT, stack)
    prepared = host.prepare(console)
    # Whether somebody is changing the stack is nothing to this: that may be the time to look.
    given = {**where(prepared.pulumi(stack), project=project_name(host.CHECKOUT)), **options}
    python = host.python(console)
    return tool.run(
        module, given=given, python=python, checkout=host.CHECKOUT, environment=prepared.environment
    ).returncode


def where(pulumi: Pulumi, *, project: str) -> dict[str, str]:
    """Return where the stack is read, and its master key: for the standard input of what reads it."""
    url = own_url(pulumi, pulumi.resources())
    outputs = pulumi.outputs()
    return {
        "name": pulumi.stack,
        "label": f"{project}/{pulumi.stack}",
        "gateway_url": url,
        "prometheus_url": str(outputs["prometheusUrl"]),
        "token": str(outputs["masterKey"]),
    }
