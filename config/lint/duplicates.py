"""Ids that two objects have: one of them would be the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from config.places import places
from config.problems import Problem
from config.reading import mapping


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report teams that would be one on the proxy, and warn of deployments that LiteLLM takes for one."""
    teams = {
        f"access.teams.{name}": str(mapping(team).get("team_id") or name)
        for name, team in mapping(values, "access", "teams").items()
    }
    for path, others in _shared(teams):
        yield Problem(path=path, message=f"the id of a team is unique on the proxy; {others} has it too")
    # The router keeps deployments by their id (set_model_list in litellm/router.py).
    infos = {place.path: place.values.get("id") for place in places(values) if place.section == "model_info"}
    for path, others in _shared({path: str(given) for path, given in infos.items() if isinstance(given, str | int)}):
        message = f"{others} has it too, and LiteLLM counts limits and failures of both as one: give each its own"
        yield Problem(path=f"{path}.id", message=message, severity="warning")


def _shared(ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Go through the places of ids that are elsewhere too, each with where else."""
    by_id: dict[str, list[str]] = defaultdict(list)
    for path, given in ids.items():
        by_id[given].append(path)
    for path, given in ids.items():
        if others := [other for other in by_id[given] if other != path]:
            yield path, ", ".join(others)
