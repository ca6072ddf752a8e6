"""What LiteLLM's non-root image needs at run time, whether it serves or migrates.

Source: docker/Dockerfile.non_root and docker-compose.hardened.yml of BerriAI/litellm.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

USER = "65534:65534"
"""The image's own user, nobody."""

FOLDERS = ("/tmp", "/.npm", "/app/migrations", "/nonexistent")  # noqa: S108  # paths in the container
"""Folders that have to be writable; everything else is read-only."""

STARTUP = "/app/startup"
"""Folder in the container with what runs before LiteLLM does. Python finds it because PYTHONPATH begins with it."""

STARTUP_SOURCE = Path(__file__).parents[1] / "config" / "startup"
STARTUP_MODULES = tuple(sorted(STARTUP_SOURCE.glob("*.py")))
MODULES_PATH = "PYTHONPATH"

ENVIRONMENT: Mapping[str, str] = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # prices as released, not as a web page says at each start
    "LITELLM_LOG": "ERROR",
    "LITELLM_MIGRATION_DIR": "/app/migrations",
    "LITELLM_MODE": "PRODUCTION",  # reads no .env file
    "LITELLM_NON_ROOT": "true",
    "NPM_CONFIG_CACHE": "/.npm",
    "PYTHONFAULTHANDLER": "1",  # an interpreter that crashes says where
    # Garbage is looked for less often than Python would (docs/performance.md).
    "PYTHON_GC_THRESHOLD": "20000,10,10",
}


def modules_path(others: str) -> str:
    """Return PYTHONPATH: the stack's folder, and then `others`, which the stack config or the image has there."""
    return f"{STARTUP}:{others}" if others else STARTUP
