"""Secrets where everybody reads them, and the key that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.problems import Problem
from config.reading import mapping
from config.secret_texts import ENVIRON, is_secret

KNOWN_KEY = "sk-1234"
"""The master key of LiteLLM's documentation."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report secrets in `environment`, which is stored in clear, and the known key in `secrets`."""
    for name, value in mapping(values, "environment").items():
        if not isinstance(value, str):
            continue
        if is_secret(str(name), value) or value == KNOWN_KEY:
            mend = f"remove it and `pulumi config set --secret --path secrets.{name}`"
            yield Problem(path=f"environment.{name}", message=f"a secret in clear; {mend}")
        elif value.startswith(ENVIRON):
            message = f"variables are not replaced in the value of another one: write the value, not {ENVIRON}NAME"
            yield Problem(path=f"environment.{name}", message=message)
    for name, value in mapping(values, "secrets").items():
        if value == KNOWN_KEY:
            message = "the key of LiteLLM's documentation, which everybody knows: give it a value of your own"
            yield Problem(path=f"secrets.{name}", message=message, severity="warning")
