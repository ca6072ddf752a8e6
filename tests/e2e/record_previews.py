"""Record real previews for the tests of the report: `python -m tests.e2e.record_previews`.

It brings up a stack of its own, previews the changes of `previews.py` on it, writes what Pulumi printed to
tests/unit/review/recorded/, and removes the stack. What no report reads is left out, so that the files stay small;
addresses, folders and ids that differ between two recordings are replaced. Nothing is written that holds a secret of
the stack, and no preview may change its state.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx

from review.__main__ import main as report
from tests.e2e import previews
from tests.e2e.conftest import CANARY
from tests.e2e.leftovers import remove
from tests.e2e.stack import ROOT, Stack

RECORDED = ROOT / "tests" / "unit" / "review" / "recorded"
NAME = "recorded"

_KEPT_OF_A_CONTAINER = ("envs", "memory", "mounts", "mustRun", "name", "ports")
_BOOKKEEPING = ("__provider", "__defaults", "labels")
_IDS = re.compile(r"\b[0-9a-f]{64}\b|(?<=-)[0-9a-f]{8}(?=-\d\b)|\blitellm_[0-9a-f]{12}\b")
_REFERENCES = ("team_id", "user_id", "budget_id")


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """A stack that is up, with the config that the changes start from."""

    stack: Stack
    engine: docker.DockerClient
    before: dict[str, Any]

    def record_all(self) -> None:
        """Record every change."""
        self.record("nothing", self.before)
        changes: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "mixed": previews.mixed,
            "rotation": previews.rotation,
            "dangerous": previews.dangerous,
        }
        for name, change in changes.items():
            self.record(name, change(self.before))
        _drift(self.stack, self.engine)
        self.record("drift", self.before)
        crowd = previews.crowded(self.before)
        self.stack.configure(crowd)
        done = self.stack.run("up", "--yes", "--skip-preview", environment={"PULUMI_SKIP_CHECKPOINTS": "true"})
        assert done.returncode == 0, done.stdout[-6000:]
        self.record("crowd", previews.crowd_changed(crowd))

    def record(self, name: str, config: dict[str, Any]) -> None:
        """Record the preview of one config, if it neither holds a secret nor changes the state."""
        stack = self.stack
        stack.configure(config)
        state = stack.folder / "state" / ".pulumi" / "stacks" / "litellm-stack" / f"{stack.name}.json"
        before = state.read_bytes()
        text = stack.pulumi("preview", "--json", "--show-sames", "--refresh")
        assert state.read_bytes() == before, f"the preview {name} changed the state"
        found = [secret for secret in _secrets(stack) if secret in text]
        assert not found, f"the preview {name} holds {len(found)} secrets in clear"
        written = self._anonymous(json.dumps(trimmed(json.loads(text)), ensure_ascii=False))
        file = RECORDED / f"{name}.json"
        file.write_text(written.replace('{"op": ', '\n{"op": ') + "\n", encoding="utf-8")
        assert report([str(file)]) == 0

    def _anonymous(self, text: str) -> str:
        """Put fixed values in the place of what differs between two recordings of the same change."""
        text = _IDS.sub("0" * 8, text.replace(str(self.stack.folder), "/home/you"))
        ports = {
            **dict(zip(self.stack.config["ports"].values(), ("4001", "9091"), strict=True)),
            **dict(zip(self.before["ports"].values(), ("4000", "9090"), strict=True)),
        }
        for port, fixed in ports.items():
            text = re.sub(rf"\b{port}\b", fixed, text)
        return text


def record() -> None:
    """Record all of them."""
    engine = docker.from_env()
    RECORDED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(folder=Path(folder), config=previews.before(), name=NAME)
        try:
            stack.encrypt("secrets.PROVIDER", CANARY)
            recorder = Recorder(stack=stack, engine=engine, before=dict(stack.config))
            recorder.record("first", stack.config)
            stack.up()
            recorder.record_all()
        finally:
            stack.run("destroy", "--yes", "--skip-preview")
            remove(engine, f"litellm-stack/{stack.name}")


def _drift(stack: Stack, engine: docker.DockerClient) -> None:
    """Do what people do by hand: raise a limit, delete a key, stop a container."""
    outputs = stack.outputs()
    login = {"Authorization": f"Bearer {outputs['masterKey']}"}
    with httpx.Client(base_url=outputs["gatewayUrl"], headers=login, timeout=60) as client:
        keys = outputs["virtualKeys"]
        for path, body in (
            ("/key/update", {"key": keys["chat-app"], "max_budget": 1000, "models": ["chat"]}),
            ("/key/delete", {"keys": [keys["old-app"]]}),
            ("/budget/update", {"budget_id": "free-tier", "max_budget": 77}),
        ):
            client.post(path, json=body).raise_for_status()
    engine.containers.get(f"{stack.prefix}prometheus").stop()


def _secrets(stack: Stack) -> set[str]:
    """Return every secret of the stack's state."""
    return set(_plaintexts(json.loads(stack.pulumi("stack", "export", "--show-secrets")))) | {CANARY}


def _plaintexts(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and "plaintext" in value:
        yield from _texts(json.loads(value["plaintext"]))
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _plaintexts(item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= len("sk-") + 12:
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def trimmed(preview: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what no report reads."""
    planned = {step["urn"]: step for step in preview["steps"] if step["op"] != "refresh"}
    steps = [step for step in preview["steps"] if step["op"] != "refresh" or _has_drifted(step, planned)]
    drifted = {step["urn"] for step in steps if step["op"] == "refresh"}
    kept = [_step(step, told=step["op"] != "same" or step["urn"] in drifted) for step in steps]
    diagnostics = [each for each in preview.get("diagnostics") or () if each.get("severity") != "debug"]
    return {"steps": kept, "diagnostics": diagnostics, "changeSummary": preview["changeSummary"]}


def _has_drifted(refresh: dict[str, Any], planned: dict[str, dict[str, Any]]) -> bool:
    found = planned.get(refresh["urn"], {}).get("oldState")
    return found is None or _inputs(found) != _inputs(refresh["oldState"])


def _inputs(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (state.get("inputs") or {}).items() if name not in _BOOKKEEPING}


def _step(step: dict[str, Any], *, told: bool) -> dict[str, Any]:
    kept = {name: step[name] for name in ("op", "urn", "diffReasons", "replaceReasons") if step.get(name)}
    return kept | {name: _state(step[name], told=told) for name in ("oldState", "newState") if step.get(name)}


def _state(state: dict[str, Any], *, told: bool) -> dict[str, Any]:
    type_ = state["type"]
    inputs = _inputs(state)
    if type_ == "docker:index/container:Container":
        inputs = {name: inputs[name] for name in _KEPT_OF_A_CONTAINER if name in inputs}
    elif not told and ":dynamic/litellm:" not in type_ and not state["urn"].endswith("::proxy-config"):
        inputs = {}
    outputs = {name: value for name, value in (state.get("outputs") or {}).items() if name == "result"}
    sources = {name: urns for name, urns in (state.get("propertyDependencies") or {}).items() if name in _REFERENCES}
    parts = {"inputs": inputs, "outputs": outputs, "propertyDependencies": {n: u for n, u in sources.items() if u}}
    flags = {name: True for name in ("protect", "retainOnDelete") if state.get(name)}
    return {name: part for name, part in parts.items() if part} | flags


if __name__ == "__main__":
    record()
