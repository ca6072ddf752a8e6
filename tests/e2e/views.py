"""`make status` and `make report` on a stack of the tests: what `make` hands them, without make."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.e2e.stack import ROOT, Stack


def view(module: str, stack: Stack, **options: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m <module>` on the stack and return what it said."""
    outputs = stack.outputs()
    given = {
        "name": stack.name,
        "label": f"litellm-stack/{stack.name}",
        "gateway_url": outputs["gatewayUrl"],
        "prometheus_url": outputs["prometheusUrl"],
        "token": outputs["masterKey"],
    }
    return subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps({**given, **options}),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
