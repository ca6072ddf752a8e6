"""What is checked of the stack config beyond its shape, one rule a file. `problems` runs them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.lint import (
    addresses,
    budgets,
    changed,
    choices,
    cooldowns,
    defaults,
    duplicates,
    durations,
    enterprise,
    fallbacks,
    names,
    prices,
    secrets,
    sections,
    timeouts,
)
from config.problems import Problem
from config.secret_texts import looks_secret

RULES = (
    names,
    choices,
    changed,
    cooldowns,
    fallbacks,
    sections,
    duplicates,
    durations,
    timeouts,
    addresses,
    budgets,
    defaults,
    prices,
    enterprise,
    secrets,
)


def problems(values: Mapping[str, Any]) -> list[Problem]:
    """Return what the rules find in a stack config that is not yet validated, each finding once."""
    found = [problem for rule in RULES for problem in rule.problems(values)]
    # What looks like a secret is an error of its own (config/secret_texts.py), which does not show it.
    return [problem for problem in dict.fromkeys(found) if not looks_secret(problem.message)]
