"""What a user wants to know after `make up`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supply import dotenv
from supply.errors import SupplyError


def write_env(outputs: Mapping[str, Any], *, key: str, path: Path) -> None:
    """Write the application's `.env` for a virtual key."""
    keys: dict[str, str] = outputs["virtualKeys"]
    if key not in keys:
        raise SupplyError(
            f"the stack has no virtual key {key!r}",
            mend=f"It has: {', '.join(keys) or 'none'}. Declare it under access.keys and run `make up`.",
        )
    models = outputs["keyModels"][key]
    values = {"LITELLM_BASE_URL": outputs["gatewayUrl"], "LITELLM_API_KEY": keys[key]}
    dotenv.update(path, {**values, **({"LITELLM_MODEL": models[0]} if models else {})})


def text(outputs: Mapping[str, Any], *, stack: str, env_file: Path | None) -> str:
    """Return the summary. It shows where secrets are, never what they are."""
    lines = [
        f"The gateway of stack {stack} is up.",
        "",
        f"  Gateway      {outputs['gatewayUrl']}",
        f"  Admin UI     {outputs['adminUrl']}   user admin, password: make master-key{_for(stack)}",
        f"  Prometheus   {outputs['prometheusUrl']}",
    ]
    if env_file:
        lines += [f"  App's .env   {env_file}", "", "Try it:", "", f"  {_try(env_file)}"]
    return "\n".join(lines)


def _for(stack: str) -> str:
    return "" if stack == "dev" else f" STACK={stack}"


def _try(env_file: Path) -> str:
    """Return a line for the shell. curl takes the key out of its own arguments, so that `ps` does not show it."""
    body = '{"model": "\'"$LITELLM_MODEL"\'", "messages": [{"role": "user", "content": "Hello"}]}'
    return (
        f'. {shlex.quote(str(env_file))} && curl -s "$LITELLM_BASE_URL/v1/chat/completions"'
        f' --oauth2-bearer "$LITELLM_API_KEY"'
        f" -H 'Content-Type: application/json' -d '{body}'"
    )
