"""What a one-shot container may do and take, as it finds itself."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from config.settings import default_images
from engine import job
from engine.api import EngineError
from engine.identity import OWNER_LABEL

# cgroup v2, or else v1.
LIMITS = """
grep -E '^(CapEff|NoNewPrivs):' /proc/self/status
touch /probe
cat /sys/fs/cgroup/memory.max 2> /dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes
cat /sys/fs/cgroup/cpu.max 2> /dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us
exit 3
"""


def order(command: list[str], **more: Any) -> dict[str, Any]:
    props = {
        "container_name": f"job-test-{secrets.token_hex(3)}",
        "image": default_images()["redis"],
        "command": command,
        "network": "none",
        "user": "999:999",
        "timeout": 60,
        "environment": {},
        "labels": {OWNER_LABEL: "job-test"},
        "tmpfs": {},
        "triggers": [],
    }
    return props | more


def test_a_job_has_no_rights_and_limits_and_fails_the_update_with_its_log() -> None:
    with pytest.raises(EngineError, match="failed with exit code 3; its log ends with") as caught:
        job.run(order(["sh", "-c", LIMITS]))
    log = str(caught.value)
    assert "CapEff:\t0000000000000000" in log
    assert "NoNewPrivs:\t1" in log
    assert "Read-only file system" in log
    assert f" {2 * 1024**3}\n" in log
    assert log.endswith(" 100000"), "one CPU: as much time as passes"


def test_a_job_that_does_not_end_is_given_up() -> None:
    with pytest.raises(EngineError, match="did not end within 1 s"):
        job.run(order(["sleep", "60"], timeout=1))
