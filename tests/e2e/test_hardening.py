"""What a container may do, as the engine, the kernel and the container itself tell it while the stack runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from engine.identity import COMPONENT_LABEL, STACK_LABEL
from engine.restart_policy import UNLESS_STOPPED
from tests.e2e.stack import Stack


@pytest.fixture
def containers(stack: Stack, engine: docker.DockerClient) -> dict[str, Container]:
    """Return the running containers by component; replicas are alike, so one of them stands for all."""
    label = f"{STACK_LABEL}=litellm-stack/{stack.name}"
    found = engine.containers.list(filters={"label": label}, ignore_removed=True)
    by_component = {container.labels[COMPONENT_LABEL]: container for container in found}
    assert {"database", "edge", "prometheus", "proxy"} <= by_component.keys()
    return by_component


def host(container: Container) -> dict[str, Any]:
    settings: dict[str, Any] = container.attrs["HostConfig"]
    return settings


def test_every_process_is_somebody_without_rights(containers: dict[str, Container]) -> None:
    for component, container in containers.items():
        # A health check may end between the two looks.
        processes = [status for pid in _pids(container) if (status := _status(pid))]
        assert processes, component
        for status in processes:
            # Real, effective, saved and file system id.
            assert "0" not in status["Uid"].split(), component
            assert "0" not in status["Gid"].split(), component
            for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                assert int(status[capabilities], 16) == 0, (component, capabilities)
            assert status["NoNewPrivs"] == "1", component


def test_nothing_is_given_back_that_was_dropped(containers: dict[str, Container]) -> None:
    for component, container in containers.items():
        settings = host(container)
        assert settings["CapDrop"] == ["ALL"], component
        assert not settings["CapAdd"], component
        assert settings["SecurityOpt"] == ["no-new-privileges:true"], component
        assert not settings["Privileged"], component
        assert not settings["Devices"], component
        assert "host" not in (settings["PidMode"], settings["IpcMode"], settings["NetworkMode"], settings["UsernsMode"])


def test_nothing_can_be_written_but_what_is_kept_and_what_is_in_memory(containers: dict[str, Container]) -> None:
    for component, container in containers.items():
        assert host(container)["ReadonlyRootfs"], component
        refused = container.exec_run(["sh", "-c", "echo probe > /probe"])
        assert refused.exit_code != 0, component
        assert b"Read-only file system" in refused.output, component
        in_memory = host(container)["Tmpfs"]
        assert "/tmp" in in_memory, component
        assert container.exec_run(["sh", "-c", "echo probe > /tmp/probe && rm /tmp/probe"]).exit_code == 0, component
        for options in in_memory.values():
            assert {"nosuid", "nodev", "noexec"} <= set(options.split(",")), component
        writable = [mount for mount in container.attrs["Mounts"] if mount["RW"]]
        assert {mount["Type"] for mount in writable} <= {"volume"}, component
        assert not writable or component not in ("cache", "edge", "proxy"), component


def test_a_program_in_memory_does_not_run(containers: dict[str, Container]) -> None:
    script = "printf '#!/bin/sh\\n' > /tmp/probe; chmod +x /tmp/probe; /tmp/probe; code=$?; rm /tmp/probe; exit $code"
    for component, container in containers.items():
        result = container.exec_run(["sh", "-c", script])
        assert result.exit_code == 126, (component, result.output)


def test_no_container_can_take_all_of_the_host(containers: dict[str, Container], engine: docker.DockerClient) -> None:
    for component, container in containers.items():
        settings = host(container)
        assert settings["Memory"] > 0, component
        assert settings["MemorySwap"] == settings["Memory"], f"{component} may swap"
        assert 0 < settings["NanoCpus"] <= engine.info()["NCPU"] * 1e9, component
        assert settings["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}, component


def test_a_container_that_stops_comes_back(containers: dict[str, Container]) -> None:
    policies = {component: host(container)["RestartPolicy"]["Name"] for component, container in containers.items()}
    assert policies == dict.fromkeys(containers, UNLESS_STOPPED)


def test_only_this_host_reaches_what_is_published(containers: dict[str, Container]) -> None:
    published = {
        component: {binding["HostIp"] for bindings in container.ports.values() for binding in bindings or ()}
        for component, container in containers.items()
    }
    assert published["edge"] == {"127.0.0.1"}
    assert published["database"] == published["proxy"] == set()
    assert set().union(*published.values()) == {"127.0.0.1"}


def _pids(container: Container) -> list[str]:
    listed = container.top(ps_args="-eo pid")
    return [row[0] for row in listed["Processes"]]


def _status(pid: str) -> dict[str, str]:
    """Return what the kernel says of a process, which shows on this host too; nothing of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
