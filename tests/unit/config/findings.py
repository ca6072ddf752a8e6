"""What a check of a stack config finds, by place, for the tests of the linter's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from config import settings
from config.problems import ConfigError, Problem


class Found(NamedTuple):
    """Messages by path."""

    errors: Mapping[str, str]
    warnings: Mapping[str, str]


def found(**sections: Any) -> Found:
    """Check a stack config whose secrets are all encrypted."""
    raw = {f"p:{name}": value if isinstance(value, str) else json.dumps(value) for name, value in sections.items()}
    errors: Sequence[Problem] = ()
    try:
        warnings = settings.check(raw, encrypted=list(raw), project="p").warnings
    except ConfigError as error:
        errors, warnings = error.problems, error.warnings
    by_path = [{problem.path: problem.message for problem in problems} for problems in (errors, warnings)]
    assert [len(messages) for messages in by_path] == [len(errors), len(warnings)]
    return Found(*by_path)


def model(name: str = "chat", *, info: Mapping[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    """Return an entry of model_list."""
    entry: dict[str, Any] = {"model_name": name, "litellm_params": {"model": "openai/gpt-4o-mini", **parameters}}
    return {**entry, "model_info": dict(info)} if info else entry
