"""What a running stack is like, shown in a terminal; reading and drawing are in status/."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from supply.errors import SupplyError
from supply.pulumi import Pulumi


def where(pulumi: Pulumi, *, project: str) -> dict[str, str]:
    """Return where the stack is read, and its master key: for the standard input of what reads it."""
    outputs = pulumi.outputs()
    if "gatewayUrl" not in outputs:
        raise SupplyError(f"Stack {pulumi.stack} is not up", mend=f"Bring it up first: make up STACK={pulumi.stack}")
    return {
        "name": pulumi.stack,
        "label": f"{project}/{pulumi.stack}",
        "gateway_url": str(outputs["gatewayUrl"]),
        "prometheus_url": str(outputs["prometheusUrl"]),
        "token": str(outputs["masterKey"]),
    }


def show(
    module: str, given: Mapping[str, object], *, python: Path, checkout: Path, environment: Mapping[str, str]
) -> int:
    """Run `python -m <module>` on what `where` returned; its exit status."""
    # The key goes through standard input: everybody on the host can read arguments.
    return subprocess.run(
        [str(python), "-m", module],
        input=json.dumps(given),
        text=True,
        check=False,
        cwd=checkout,
        env=environment,
    ).returncode
