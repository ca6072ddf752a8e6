"""Small previews for the tests, in the form that `pulumi preview --json` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.preview import Preview

RECORDED = Path(__file__).with_name("recorded")
RECORDINGS = sorted(file.stem for file in RECORDED.glob("*.json"))
TYPES = {
    "Container": "docker:index/container:Container",
    "Volume": "pulumi-python:dynamic/engine:Volume",
    "RandomPassword": "random:index/randomPassword:RandomPassword",
    "Service": "docker:index/service:Service",
    "ServiceConfig": "docker:index/serviceConfig:ServiceConfig",
    "RenderedFile": "pulumi-python:dynamic/engine:RenderedFile",
    "SaltKey": "pulumi-python:dynamic/ciphertext:SaltKey",
}

Inputs = Mapping[str, Any]


def step(
    op: str, kind: str, name: str, *, old: Inputs | None = None, new: Inputs | None = None, **more: Any
) -> dict[str, Any]:
    """Return one step; `more` are its further properties, those of the states as old_... and new_..."""
    type_ = TYPES.get(kind, f"pulumi-python:dynamic/litellm:{kind}")
    urn = f"urn:pulumi:prod::litellm-stack::litellm-stack:components:Any${type_}::{name}"
    states = {
        f"{which}State": {
            "inputs": inputs,
            **{key.removeprefix(f"{which}_"): value for key, value in more.items() if key.startswith(f"{which}_")},
        }
        for which, inputs in (("old", old), ("new", new))
        if inputs is not None
    }
    rest = {key: value for key, value in more.items() if not key.startswith(("old_", "new_"))}
    return {"op": op, "urn": urn, **states, **rest}


def key(op: str, alias: str, *, old: Inputs | None = None, new: Inputs | None = None, **more: Any) -> dict[str, Any]:
    """Return a step of a virtual key."""
    states = {
        name: {"key_alias": alias, "key": "[secret]", "token": "[secret]", **fields}
        for name, fields in (("old", old), ("new", new))
        if fields is not None
    }
    return step(op, "VirtualKey", f"access-key-{alias}", **states, **more)


def preview(*steps: dict[str, Any], **more: Any) -> Preview:
    """Return the document of these steps."""
    return Preview.model_validate({"steps": list(steps), **more})


def document(name: str) -> dict[str, Any]:
    """Return a recorded preview."""
    content: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return content


CONFIG = "model_list:\n- litellm_params: {model: openai/a}\n  model_name: a\n"
BOTH = CONFIG + "- litellm_params: {model: openai/b}\n  model_name: b\n"


def config(old: str, new: str) -> dict[str, Any]:
    """Return the step of config.yaml."""
    op = "same" if old == new else "replace"
    return step(op, "RenderedFile", "proxy-config", old={"content": old}, new={"content": new})
