"""Who gains or loses which model, whatever the reason: a list, a team, the models that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from review.grouping import rows
from review.markdown import NOTHING, listed, section, table
from review.objects import Object, resolved
from review.plan import Action, Change
from review.preview import State
from review.proxy_config import deployments
from review.values import is_empty

ALL_OF_TEAM: Final = "all-team-models"
ALL: Final = frozenset({"all-proxy-models"})
NONE: Final = "no-default-models"
"""Words of LiteLLM's in the place of names (SpecialModelNames in litellm/proxy/_types.py)."""

LISTS: Final = frozenset({"models", "allowed_models"})
"""Fields that name models: `allowed_models` is a member's."""

Names = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is before or after the update: names of models, and what teams and users may use (by id)."""

    every: Names
    teams: Mapping[str, Names]
    users: Mapping[str, Names]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Somebody who may use other models than before."""

    holder: Object
    gains: Names
    loses: Names


def report(found: Sequence[Moved]) -> str:
    """Return the section; nothing where everybody may use what they could use before."""
    told = [(each.holder, (listed(each.gains) or NOTHING, listed(each.loses) or NOTHING)) for each in found]
    return section("Models: who gains or loses", table(("who", "gains", "loses"), rows(told))) if told else ""


def moved(objects: Sequence[Object], config_before: str, config_after: str) -> tuple[Moved, ...]:
    """Return who gains and loses which models, between these two config.yaml."""
    by_urn = {each.change.urn: each.change for each in objects}
    before = _world(objects, config_before, after=False)
    after = _world(objects, config_after, after=True)
    found = []
    for each in objects:
        if each.lasts and _is_told(each):
            had = _allowed(each, each.change.old, before, by_urn)
            has = _allowed(each, each.change.new, after, by_urn)
            found += [Moved(holder=each, gains=has - had, loses=had - has)] if had != has else []
    return tuple(found)


def _is_told(each: Object) -> bool:
    """Whether the object has access of its own: a customer, user or member without a list shares that of keys."""
    if each.kind in ("VirtualKey", "Team"):
        return not each.is_own
    return each.kind in ("User", "Customer", "TeamMember") and any(
        not is_empty(state.inputs.get(field)) for state in (each.change.old, each.change.new) for field in LISTS
    )


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
    names = frozenset(str(name) for name in next(filter(None, map(inputs.get, LISTS)), ()))
    if not names or names & ALL:
        return every | (names - ALL)
    return names - {NONE}


def _allowed(each: Object, state: State, world: World, by_urn: Mapping[str, Change]) -> Names:
    own = _named(state.inputs, world.every)
    bounds = list(_bounds(each, state, world, by_urn))
    if ALL_OF_TEAM in own:
        own = (own - {ALL_OF_TEAM}) | (bounds[0] if bounds else world.every)
    for bound in bounds:
        own &= bound
    return own


def _bounds(each: Object, state: State, world: World, by_urn: Mapping[str, Change]) -> Iterator[Names]:
    """Go through what limits a key beside its own list: its team, or its user where it has no team."""
    if each.kind not in ("VirtualKey", "TeamMember"):
        return
    team, user = (str(resolved(state, name, by_urn) or "") for name in ("team_id", "user_id"))
    if team:
        yield world.teams.get(team, world.every)
    elif each.kind == "VirtualKey" and user in world.users:
        yield world.users[user]
