"""What the Swarm's modules do without a Swarm."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.api import EngineError
from engine.identity import COMPONENT_LABEL, SPEC_LABEL
from engine.swarm import converged, handed_over, tasks, volume
from engine.swarm.names import LONGEST_NAME, duration, unique
from engine.swarm.volume import NodeVolumeProvider


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0s"), (2, "2s"), (60, "1m"), (90, "1m30s"), (600, "10m"), (3600, "1h"), (3605, "1h0m5s"), (6010, "1h40m10s")],
)
def test_spans_are_written_as_the_provider_reads_them_back(seconds: int, written: str) -> None:
    assert duration(seconds) == written


def test_a_name_keeps_its_hash_however_long_it_is() -> None:
    assert unique("stack-proxy-KEY", "0123abcd") == "stack-proxy-KEY-0123abcd"
    assert len(unique("x" * 80, "0123abcd")) == LONGEST_NAME
    assert unique("x" * 80, "0123abcd").endswith("x-0123abcd")


def test_secrets_become_variables_of_the_program_as_they_are(tmp_path: Path) -> None:
    values = {"PLAIN": "sk-1", "SPACED": "a  'b' \"c\" $HOME `id` *", "LINES": "one\ntwo\n\n", "EMPTY": ""}
    for name, value in values.items():
        (tmp_path / name).write_text(value)
    script = handed_over.SCRIPT.replace(handed_over.FOLDER, str(tmp_path))
    command = ["sh", "-c", script, "sh", "env", "-0"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}).stdout
    variables = dict(entry.split("=", 1) for entry in said.split("\0") if entry)
    assert {name: variables[name] for name in values} == values
    assert variables.keys() - {*values, "PATH", "PWD", "OLDPWD", "SHLVL", "_"} == set()


def task(state: str, *, at: str, error: str = "", desired: str = "shutdown") -> dict[str, Any]:
    return {"ID": at, "UpdatedAt": at, "DesiredState": desired, "Status": {"State": state, "Err": error}}


def client(log: bytes) -> Any:
    """Return what answers for the log of the task `2` only."""

    def get(url: str, **_: Any) -> Any:
        return SimpleNamespace(ok=url.endswith("/tasks/2/logs"), content=log)

    return SimpleNamespace(api=SimpleNamespace(base_url="http+docker://localhost", api_version="1.41", get=get))


def test_the_last_failure_is_told_with_its_log_and_without_its_secrets() -> None:
    pieces = [b"cannot log in with ", b"sk-canary-0123456789\n"]
    log = b"".join(struct.pack(tasks.HEADER, 2, len(piece)) + piece for piece in pieces)
    failures = [
        task("failed", at="1", error="older"),
        task("failed", at="2", error="task: non-zero exit (1)"),
        task("running", at="3", desired="running"),
    ]
    told = tasks.last_failure(cast("Any", client(log)), failures, hidden=["sk-canary-0123456789"])
    assert told.endswith("task: non-zero exit (1); its log ends with\n    cannot log in with [secret]")
    assert [tasks.is_running(entry) for entry in failures] == [False, False, True]


def test_where_nothing_failed_that_is_said() -> None:
    assert tasks.last_failure(cast("Any", client(b"")), [], hidden=[]) == "no task has failed so far"


def test_what_a_removed_service_still_runs_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "POLL_SECONDS", 0)

    def entry(state: str, *, service: str, component: str = "database") -> dict[str, Any]:
        spec = {"ContainerSpec": {"Labels": {COMPONENT_LABEL: component, "more": "x"}}}
        return {**task(state, at="1"), "ServiceID": service, "NodeID": "node-1", "Spec": spec}

    others = [entry("running", service="there"), entry("running", service="gone", component="edge")]
    seen = [[*others, entry(state, service="gone")] for state in ("running", "running", "shutdown")]
    asked = iter(seen)
    api = SimpleNamespace(services=lambda: [{"ID": "there"}], tasks=lambda: next(asked))
    labels = {COMPONENT_LABEL: "database"}
    tasks.wait_until_ended(cast("Any", SimpleNamespace(api=api)), labels=labels, timeout=60)
    assert next(asked, None) is None

    api.tasks = lambda: seen[0]
    with pytest.raises(EngineError, match="have not ended within 0 s, on node node-1"):
        tasks.wait_until_ended(cast("Any", SimpleNamespace(api=api)), labels=labels, timeout=0)


def service(*, spec: str, running: int, desired: int) -> dict[str, Any]:
    return {
        "Spec": {"Labels": {SPEC_LABEL: spec}},
        "ServiceStatus": {"RunningTasks": running, "DesiredTasks": desired},
    }


def test_a_change_that_a_swarm_took_back_is_a_failure_at_once() -> None:
    props = {"spec": "new", "timeout": 300}
    assert converged._failure(service(spec="old", running=2, desired=2), props, waited=1) is not None
    assert converged._failure(service(spec="new", running=2, desired=2), props, waited=1) is None


def test_each_task_has_the_time_that_one_container_has() -> None:
    props, starting = {"spec": "new", "timeout": 300}, service(spec="new", running=1, desired=3)
    assert converged._failure(starting, props, waited=899) is None
    told = converged._failure(starting, props, waited=901)
    assert told == "has 1 of 3 tasks after 901 s (startTimeout)"
    assert converged._failure(service(spec="new", running=0, desired=0), props, waited=301) is not None


def test_a_volume_that_stays_is_told_of_with_its_record(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = {"stack-database"}
    monkeypatch.setattr(volume, "_is_recorded", recorded.__contains__)
    provider, before = NodeVolumeProvider(), {"name": "stack-database", "data_label": "data"}
    props = {**before, "owner": "0123456789ab"}
    assert provider.diff("v", props, props).changes is False
    assert provider.diff("v", before, props).changes is True, "one of an earlier version is recorded"
    assert provider.diff("v", props, {**props, "name": "other"}).replaces == ["name"]
    provider.delete("v", props)
    said = capsys.readouterr().out
    assert "`docker volume rm stack-database`" in said
    assert f"`docker config rm {volume.record_name('stack-database')}`" in said
    recorded.clear()
    assert provider.diff("v", props, props).changes is True


def test_the_name_of_a_volumes_record_fits_a_swarm() -> None:
    names = {volume.record_name(f"litellm-stack-{'x' * 60}-{thing}") for thing in ("database", "prometheus")}
    assert len(names) == 2
    assert all(len(name) <= LONGEST_NAME for name in names)
