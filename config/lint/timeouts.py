"""Timeouts of requests: numbers that the edge and the drain of a replica can allow for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config import timeouts
from config.problems import Problem
from config.reading import mapping
from config.secret_texts import ENVIRON

REQUEST_TIMEOUT = "proxy.litellm_settings.request_timeout"


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report timeouts that are not a number of seconds, and those that the stack cannot know."""
    environment = mapping(values, "environment")
    for path, value in timeouts.timeouts(values):
        variable = value.removeprefix(ENVIRON) if isinstance(value, str) and value.startswith(ENVIRON) else None
        if value is None or (variable is not None and variable not in {*environment, *mapping(values, "secrets")}):
            # A variable that is not declared is an error of its own (config/secret_texts.py).
            continue
        if variable is not None and variable not in environment:
            message = f"the edge has to allow for it: write a number of seconds, or declare {variable} in `environment`"
            yield Problem(path=path, message=message)
            continue
        number = timeouts.seconds(value, environment)
        if number is None or (number == 0 and path == REQUEST_TIMEOUT):
            here = "" if variable is None else f"{variable} in `environment` is not one: "
            above = " above 0" if path == REQUEST_TIMEOUT else ""
            yield Problem(path=path, message=f"{here}write a number of seconds{above}, {timeouts.LONGEST} at most")
