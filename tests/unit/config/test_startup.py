"""What Python does in a replica before LiteLLM."""

import os
import subprocess
import sys

import pytest

from components.litellm_runtime import ENVIRONMENT, STARTUP_SOURCE

TELL = "import gc; print(*gc.get_threshold(), sep=',')"


def thresholds(**variables: str) -> str:
    """Return the garbage collector's thresholds in an interpreter that starts as a replica's does."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(STARTUP_SOURCE), **variables}
    done = subprocess.run(
        [sys.executable, "-c", TELL], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert not done.stderr
    return done.stdout.strip()


def test_the_replicas_thresholds_hold_from_the_first_import_on() -> None:
    given = ENVIRONMENT["PYTHON_GC_THRESHOLD"]

    assert thresholds(PYTHON_GC_THRESHOLD=given) == given
    assert thresholds() != given


@pytest.mark.parametrize("given", ["", "many", "1,2,3,4"])
def test_what_cannot_be_read_changes_nothing(given: str) -> None:
    assert thresholds(PYTHON_GC_THRESHOLD=given) == thresholds()
