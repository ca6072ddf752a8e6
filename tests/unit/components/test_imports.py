"""What is imported takes most of a preview's time: in the program, and once more where its dynamic providers run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("backup", "ciphertext", "engine", "litellm_admin", "postgres_admin", "redis_admin", "verification")
ONLY_IN_THE_PROGRAM = {"components", "pulumi_docker"}


def test_providers_do_not_import_what_only_the_program_needs() -> None:
    providers = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if "(ResourceProvider):" in file.read_text(encoding="utf-8")
    ]
    assert len(providers) > 10
    script = f"import sys, {', '.join(providers)}\nprint(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ONLY_IN_THE_PROGRAM.isdisjoint(said.split())
