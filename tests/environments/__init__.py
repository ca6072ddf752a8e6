"""The example environments as they are shipped: a user edits those of the checkout, and no test may depend on them.

A hook of .pre-commit-config.yaml keeps both the same.
"""

from __future__ import annotations

from pathlib import Path

NAMES = ("dev", "staging", "prod")


def text(name: str) -> str:
    """Return the stack config of an example environment."""
    return (Path(__file__).parent / f"Pulumi.{name}.yaml").read_text(encoding="utf-8")
