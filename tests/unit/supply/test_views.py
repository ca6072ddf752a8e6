"""Where `make status` and `make report` read a stack, from the outputs that Pulumi prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from status.gathering import Stack
from supply.errors import SupplyError
from supply.pulumi import Pulumi
from supply.views import where


def pulumi(folder: Path, *, outputs: object, resources: Sequence[object]) -> Pulumi:
    program = folder / "pulumi"
    state = json.dumps({"deployment": {"resources": resources}})
    program.write_text(
        f"#!/bin/sh\ncase $2 in output) echo '{json.dumps(outputs)}' ;; export) echo '{state}' ;; esac\n"
    )
    program.chmod(0o755)
    return Pulumi(environment={"PATH": f"{folder}:/usr/bin:/bin"}, checkout=folder, stack="prod")


def test_what_is_handed_over_is_what_status_takes(tmp_path: Path) -> None:
    outputs = {"gatewayUrl": "http://127.0.0.1:4000", "prometheusUrl": "http://127.0.0.1:9090", "masterKey": "sk-1"}
    # The address by which this host reaches a gateway that is elsewhere: `adminUrl`.
    login = {"type": "pulumi-python:dynamic/litellm:Provisioner", "inputs": {"url": "https://gateway.example.com"}}
    assert Stack(**where(pulumi(tmp_path, outputs=outputs, resources=[login]), project="litellm-stack")) == Stack(
        name="prod",
        label="litellm-stack/prod",
        gateway_url="https://gateway.example.com",
        prometheus_url="http://127.0.0.1:9090",
        token="sk-1",
    )


def test_a_stack_that_is_not_up_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="Stack prod is not up") as raised:
        where(pulumi(tmp_path, outputs={}, resources=[]), project="litellm-stack")
    assert "make up STACK=prod" in raised.value.mend
