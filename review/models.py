"""Who gains or loses which model, whatever the reason: a list, a team, the models that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from review.grouping import rows
from review.markdown import NOTHING, listed, section, table
from review.objects import Object, resolved
from review.plan import Action, Change
from review.proxy_config import deployments
from review.values import is_empty

ALL_OF_TEAM: Final = "all-team-models"
ALL: Final = frozenset({"all-proxy-models"})
NONE: Final = "no-default-models"
"""Words of LiteLLM's in the place of names (SpecialModelNames in litellm/proxy/_types.py)."""

Names = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is before or after the update: names of models, and what teams and users may use (by id)."""

    every: Names
    teams: Mapping[str, Names]
    users: Mapping[str, Names]


def report(objects: Sequence[Object], config_before: str, config_after: str) -> str:
    """Return the section; nothing where everybody may use what they could use before."""
    found = changed(objects, config_before, config_after)
    told = [(each, (listed(gained) or NOTHING, listed(lost) or NOTHING)) for each, gained, lost in found]
    return section("Models: who gains or loses", table(("who", "gains", "loses"), rows(told))) if told else ""


def changed(objects: Sequence[Object], config_before: str, config_after: str) -> list[tuple[Object, Names, Names]]:
    """Return who gains and loses which models."""
    by_urn = {each.change.urn: each.change for each in objects}
    before = _world(objects, config_before, after=False)
    after = _world(objects, config_after, after=True)
    found = []
    for each in objects:
        if each.kind not in ("VirtualKey", "Team", "User", "Customer", "TeamMember") or not each.lasts or each.is_own:
            continue
        had, has = _allowed(each, before, by_urn, after=False), _allowed(each, after, by_urn, after=True)
        if had != has:
            found.append((each, has - had, had - has))
    return found


def _world(objects: Sequence[Object], config: str, *, after: bool) -> World:
    there = [each for each in objects if each.action is not (Action.DELETE if after else Action.CREATE)]
    inputs = [(each.kind, (each.change.new if after else each.change.old).inputs) for each in there]
    stored = {str(given.get("model_name")) for kind, given in inputs if kind == "Model"}
    every = frozenset(deployments(config)) | stored
    return World(
        every=every,
        teams={str(given.get("team_id")): _named(given, every) for kind, given in inputs if kind == "Team"},
        users={str(given.get("user_id")): _named(given, every) for kind, given in inputs if kind == "User"},
    )


def _named(inputs: Mapping[str, Any], every: Names) -> Names:
    """Return the models that a list names; none in it means all, as LiteLLM reads it."""
    names = frozenset(str(name) for name in inputs.get("models") or inputs.get("allowed_models") or ())
    if not names or names & ALL:
        return every | (names - ALL)
    return names - {NONE}


def _allowed(each: Object, world: World, by_urn: Mapping[str, Change], *, after: bool) -> Names:
    inputs = (each.change.new if after else each.change.old).inputs
    own = _named(inputs, world.every)
    bounds = list(_bounds(each, world, by_urn, inputs))
    if ALL_OF_TEAM in own:
        own = (own - {ALL_OF_TEAM}) | (bounds[0] if bounds else world.every)
    for bound in bounds:
        own &= bound
    return own


def _bounds(each: Object, world: World, by_urn: Mapping[str, Change], inputs: Mapping[str, Any]) -> Iterator[Names]:
    """Go through what limits a key beside its own list: its team, or its user where it has no team."""
    if each.kind not in ("VirtualKey", "TeamMember"):
        return
    team = inputs.get("team_id") if is_empty(inputs.get("team_id")) else resolved(each.change, "team_id", by_urn)
    if not is_empty(team):
        yield world.teams.get(str(team), world.every)
    elif each.kind == "VirtualKey" and str(inputs.get("user_id")) in world.users:
        yield world.users[str(inputs.get("user_id"))]
