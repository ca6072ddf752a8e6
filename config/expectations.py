"""What the gateway has to show once an update is through: models on each replica, and the list that each key gets.

Nothing is expected that cannot be told from the declarations alone: what a wildcard stands for, what is in the database
beside them, what a team whose models are not managed may use. How LiteLLM 1.106.2 makes a key's list:
litellm/proxy/auth/model_checks.py, and `model_list` in litellm/proxy/proxy_server.py for what it then hides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config import litellm
from config.access import KeySettings, TeamSettings
from config.reading import mapping, texts
from config.secret_texts import ENVIRON
from config.settings import Settings

OF_A_GROUP = 500
"""Keys of a group that are asked for: as many log in within seconds, and a group may have thousands."""

_ROUTE_RULES = frozenset({"admin_only_routes", "allowed_routes"})
"""Settings of general_settings that may take the list of models from every key."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What a key gets that asks for its models.

    listed: names that have to be there. only: no other name may be. refusable: the gateway may know the key and refuse
    the list nevertheless, for a route that is not the key's, or because the key has expired.
    """

    listed: tuple[str, ...] = ()
    only: bool = False
    refusable: bool = False


@dataclass(frozen=True, kw_only=True)
class _Gateway:
    """What of the whole gateway decides over a key's list.

    listable: names that show where nothing limits the list. groups: access group: those of them in it. refusable: every
    key may be refused the list. stored: the database may add names. given: keys may be given models where none are
    declared.
    """

    listable: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    refusable: bool
    stored: bool
    given: bool

    def listed_for(self, models: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names that have to show for a key or team that is limited to `models`."""
        found: list[str] = []
        for name in models:
            found += self.listable if name == "all-proxy-models" else self.groups.get(name, ())
            found += [name] if name in self.listable else []
        return tuple(dict.fromkeys(found))


def served_models(settings: Settings) -> tuple[str, ...]:
    """Return the names of the models that each replica has to know."""
    sections = litellm.sections(settings)
    if _filters(sections):
        return ()
    stored = [model.fields() for model in settings.access.models.values()]
    return tuple(dict.fromkeys(str(entry["model_name"]) for entry in (*_configured(sections), *stored) if _told(entry)))


def proxy_budget(settings: Settings) -> dict[str, Any] | None:
    """Return the fields that the row of the proxy-wide budget has to hold; None where there is no such budget.

    It is empty where the database may hold settings too, which LiteLLM then follows.
    """
    declared = mapping(litellm.sections(settings), "litellm_settings")
    fields = {name: _resolved(settings, declared.get(name)) for name in ("max_budget", "budget_duration")}
    try:
        fields["max_budget"] = float(fields["max_budget"] or 0)
    except (TypeError, ValueError):
        return None  # LiteLLM does not start with it
    if fields["max_budget"] <= 0:
        return None
    return {} if litellm.reads_database(settings) else fields


def _resolved(settings: Settings, value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith(ENVIRON)):
        return value
    name = value.removeprefix(ENVIRON)
    secret = settings.secrets.get(name)
    return secret.get_secret_value() if secret else settings.environment.get(name)


def key_expectations(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return what to expect of each key, as JSON, by alias; those that are blocked have nothing to show."""
    gateway, access = _gateway(settings), settings.access
    expected = {}
    for alias, key, name in (*access.all_keys(), *access.keys_of_groups(most=OF_A_GROUP)):
        team = access.teams[name] if name else None
        if not key.blocked and not (team and team.blocked):
            expectation = _expectation(gateway, key, team)
            expected[alias] = {**asdict(expectation), "listed": list(expectation.listed)}
    return expected


def _expectation(gateway: _Gateway, key: KeySettings, team: TeamSettings | None) -> Expectation:
    refusable = gateway.refusable or bool(key.allowed_routes or key.duration)
    if not key.models or "all-team-models" in key.models:
        return Expectation(listed=_unlimited(gateway, key, team), refusable=refusable)
    # Groups and aliases that the declarations do not know, and that somebody may have made by hand, add names.
    added = bool(team or key.aliases or key.access_group_ids or key.agent_id or gateway.stored)
    plain = set(key.models) <= set(gateway.listable) - gateway.groups.keys()
    return Expectation(listed=gateway.listed_for(key.models), only=plain and not added, refusable=refusable)


def _unlimited(gateway: _Gateway, key: KeySettings, team: TeamSettings | None) -> tuple[str, ...]:
    """Return what a key lists that has no models of its own: its team's, or all."""
    if team is not None:
        # What a declaration leaves out is not managed: the team may have been given any models by hand.
        of_team = team.models or ()
        return gateway.listed_for(tuple("all-proxy-models" if name == "all-team-models" else name for name in of_team))
    return () if key.adopt or gateway.given else gateway.listable


def _gateway(settings: Settings) -> _Gateway:
    sections = litellm.sections(settings)
    entries = [] if _filters(sections) else [e for e in _configured(sections) if isinstance(e.get("model_name"), str)]
    hidden = {entry["model_name"] for entry in entries if not _told(entry) or _hidden(mapping(entry, "model_info"))}
    listable = tuple(dict.fromkeys(e["model_name"] for e in entries if e["model_name"] not in hidden))
    groups: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        for _, group in texts(entry, "model_info", "access_groups"):
            groups[group] = groups.get(group, ()) + tuple(name for name in (entry["model_name"],) if name in listable)
    return _Gateway(
        listable=listable,
        groups=groups,
        refusable=bool(_ROUTE_RULES & mapping(sections, "general_settings").keys()),
        stored=litellm.reads_database(settings),
        given=bool(mapping(sections, "litellm_settings").get("default_key_generate_params")),
    )


def _configured(sections: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in sections.get("model_list") or ():
        if isinstance(entry, Mapping):
            yield entry


def _told(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry makes a model of just that name, on every replica, for everybody."""
    name, info = str(entry.get("model_name")), mapping(entry, "model_info")
    return not (
        "*" in name
        or name.startswith(ENVIRON)
        or info.get("team_id") is not None
        or info.get("supported_environments") is not None
    )


def _hidden(info: Mapping[str, Any]) -> bool:
    return info.get("blocked") is True or info.get("discoverable") is False


def _filters(sections: Mapping[str, Any]) -> bool:
    """Tell whether something decides at run time which models are shown: a callback of somebody's own, or health."""
    callbacks = mapping(sections, "litellm_settings").get("callbacks")
    named = callbacks if isinstance(callbacks, list) else [callbacks]
    own = any(isinstance(name, str) and "." in name for name in named)
    return own or mapping(sections, "general_settings").get("model_list_healthy_only") is True
