"""Start the pack: the CLI runs this for `--policy-pack policy`, and tells it the stack config."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from pulumi_policy import PolicyPack
from pydantic import TypeAdapter, ValidationError

from config.policy import PolicySettings
from policy import pack, state

CONFIG, PROJECT, STACK = "PULUMI_CONFIG", "PULUMI_PROJECT", "PULUMI_STACK"


def settings(config: Mapping[str, Any], project: str) -> tuple[PolicySettings, bool]:
    """Return the rules' settings, and whether the environment is protected.

    What cannot be read counts as not given: the program says what is wrong with it, and stops the update for it.
    """
    try:
        protect = TypeAdapter(bool).validate_python(config.get(f"{project}:protect", True))
        return PolicySettings.model_validate_json(config.get(f"{project}:policy") or "{}"), protect
    except ValidationError:
        return PolicySettings(), True


def main() -> None:
    """Serve the policies until the engine has no more questions."""
    given, protect = settings(json.loads(os.environ.get(CONFIG) or "{}"), os.environ[PROJECT])
    environment = pack.Environment(
        settings=given,
        protect=protect,
        labels=pack.labels(),
        recorded=functools.cache(lambda: state.read(os.environ[STACK])),
    )
    PolicyPack("litellm-stack", pack.policies(environment))


if __name__ == "__main__":
    main()
