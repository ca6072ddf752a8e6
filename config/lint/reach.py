"""Which models the budgets of a stack config can reach: those that a request may use whose cost counts against one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.lint.budgets import DEFAULTS
from config.lint.fallbacks import KINDS, ROUTERS, SECTIONS
from config.model_names import SPECIAL, matches
from config.places import Place, models
from config.prices import ROUTED
from config.reading import mapping, texts

OF_THE_PROXY = ("max_budget", "max_end_user_budget", "max_end_user_budget_id", "max_internal_user_budget")
AMOUNTS = ("max_budget", "max_budget_in_team", "team_member_budget")
"""Fields of objects that limit what may be spent."""


class Budget(NamedTuple):
    """A budget: the path of its amount, and the models whose cost counts against it; None stands for all."""

    path: str
    models: tuple[str, ...] | None


def reached(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the paths of the models that a budget can reach, each with the path of the first such budget.

    `values` is a stack config that is not yet validated. If it is open what a holder may use, that counts as all.
    """
    catalog = _Catalog(values)
    found: dict[str, str] = {}
    for model in catalog.entries:
        parameters = mapping(model.values, "litellm_params")
        if _limits(parameters.get("max_budget")) and parameters.get("budget_duration"):
            found[model.path] = f"{model.path}.litellm_params.max_budget"
    for budget in (*_of_the_proxy(mapping(values, "proxy")), *_of_objects(mapping(values, "access"))):
        if len(found) == len(catalog.entries):
            break
        for path in catalog.usable(budget.models):
            found.setdefault(path, budget.path)
    return found


def _of_the_proxy(proxy: Mapping[str, Any]) -> Iterator[Budget]:
    settings = mapping(proxy, "litellm_settings")
    for name in OF_THE_PROXY:
        if _limits(settings.get(name)):
            yield Budget(f"proxy.litellm_settings.{name}", None)
    for name in DEFAULTS:
        # Others create those objects later, and may give them any model.
        if _limits(mapping(settings, name).get("max_budget")):
            yield Budget(f"proxy.litellm_settings.{name}.max_budget", None)
    for tag, fields in mapping(settings, "tag_budget_config").items():
        if _limits(mapping(fields).get("max_budget")):
            yield Budget(f"proxy.litellm_settings.tag_budget_config.{tag}.max_budget", None)
    for provider, fields in mapping(proxy, "router_settings", "provider_budget_config").items():
        if any(_limits(mapping(fields).get(name)) for name in ("budget_limit", "max_budget")):
            yield Budget(f"proxy.router_settings.provider_budget_config.{provider}", (f"{provider}/*",))


def _of_objects(access: Mapping[str, Any]) -> Iterator[Budget]:
    budgets, teams, users = (mapping(access, kind) for kind in ("budgets", "teams", "users"))
    shared = _Shared(budgets)
    for name, fields in mapping(access, "customers").items():
        if found := shared.limit(f"access.customers.{name}", mapping(fields)):
            yield Budget(found, None)
    for name, fields in users.items():
        if found := shared.limit(f"access.users.{name}", mapping(fields)):
            yield Budget(found, _models(mapping(fields)))
    for name, fields in teams.items():
        path, team = f"access.teams.{name}", mapping(fields)
        if found := shared.limit(path, team):
            yield Budget(found, _models(team))
        for member, own in mapping(team, "members").items():
            if found := shared.limit(f"{path}.members.{member}", mapping(own)):
                yield Budget(found, _models(team))
    for path, key in _keys(access):
        user = _name(key, "user")
        of_user = shared.limit(f"access.users.{user}", mapping(users, user))
        if found := shared.limit(path, key) or of_user:
            yield Budget(found, _models(key, team=mapping(teams, _name(key, "team"))))
        for model in mapping(key, "model_max_budget"):
            yield Budget(f"{path}.model_max_budget.{model}", (str(model),))
    for name, fields in budgets.items():
        # Others may create what names it: customers, above all.
        if name not in shared.named and _limits(mapping(fields).get("max_budget")):
            yield Budget(f"access.budgets.{name}.max_budget", None)


class _Shared:
    """The budgets in `access.budgets`; `named` collects those that an object names."""

    def __init__(self, budgets: Mapping[str, Any]) -> None:
        self._budgets = budgets
        self.named: set[str] = set()

    def limit(self, path: str, fields: Mapping[str, Any]) -> str | None:
        """Return the path of what limits the spend of an object, or None if nothing does."""
        budgets = [name for word in ("budget", "end_user_budget_id") if (name := _name(fields, word))]
        self.named.update(budgets)
        for word in AMOUNTS:
            if _limits(fields.get(word)):
                return f"{path}.{word}"
        windows = fields.get("budget_limits")
        if isinstance(windows, list) and any(_limits(mapping(window).get("max_budget")) for window in windows):
            return f"{path}.budget_limits"
        spent = (name for name in budgets if _limits(mapping(self._budgets, name).get("max_budget")))
        return next((f"access.budgets.{name}.max_budget" for name in spent), None)


def _keys(access: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for alias, key in mapping(access, "keys").items():
        yield f"access.keys.{alias}", mapping(key)
    for name, team in mapping(access, "teams").items():
        for alias, key in mapping(team, "keys").items():
            yield f"access.teams.{name}.keys.{alias}", {"team": name, **mapping(key)}
    for name, group in mapping(access, "keyGroups").items():
        shared = mapping(group, "fields")
        for alias, key in mapping(group, "keys").items():
            yield f"access.keyGroups.{name}.keys.{alias}", {**shared, **mapping(key)}


def _models(fields: Mapping[str, Any], *, team: Mapping[str, Any] | None = None) -> tuple[str, ...] | None:
    """Return what an object may use; None for all, also if that is decided elsewhere: an access group, no list."""
    listed = [name for _, name in texts(fields, "models")]
    if fields.get("access_group_ids"):
        return None
    if team and (not listed or "all-team-models" in listed):
        return _models(team)
    if not listed or not {"all-proxy-models", "all-team-models"}.isdisjoint(listed):
        return None
    aliases = {**mapping(fields, "aliases"), **mapping(fields, "model_aliases")}
    others = [name for targets in mapping(fields, "budget_fallbacks").values() for name in _named(targets)]
    return tuple(str(aliases.get(name, name)) for name in (*listed, *others))


def _name(fields: Mapping[str, Any], word: str) -> str:
    """Return what an object names by a word, with or without `_id`, or an empty text."""
    return next((name for key in (word, f"{word}_id") if isinstance(name := fields.get(key), str)), "")


class _Catalog:
    """The models of a stack config, and what leads from one to another."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.entries = list(models(values))
        self._usable: dict[tuple[str, ...] | None, list[str]] = {}
        self._routers = [mapping(values, "proxy", section) for section in SECTIONS]

    def usable(self, names: tuple[str, ...] | None) -> list[str]:
        """Return the paths of the models that requests for `names` may end at, fallbacks among them."""
        if names not in self._usable:
            self._usable[names] = self._find(names)
        return self._usable[names]

    def _find(self, names: tuple[str, ...] | None) -> list[str]:
        waiting = None if names is None else [*names]
        seen: set[str] = set()
        paths: dict[str, None] = {}
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            waiting += self._led_to(name)
            for entry in self.entries:
                if _answers(entry, name):
                    paths[entry.path] = None
                    parameters = mapping(entry.values, "litellm_params")
                    if str(parameters.get("model")).startswith(ROUTED):
                        return self.usable(None)
                    waiting += [str(parameters[word]) for word in ROUTERS if parameters.get(word)]
        return [entry.path for entry in self.entries] if waiting is None else list(paths)

    def _led_to(self, name: str) -> Iterator[str]:
        if name in SPECIAL:
            return
        for settings in self._routers:
            alias = mapping(settings, "model_group_alias").get(name)
            yield from _named([alias])
            yield from _named(settings.get("default_fallbacks"))
            for kind in KINDS:
                listed = settings.get(kind)
                for entry in listed if isinstance(listed, list) else ():
                    for model, targets in mapping(entry).items():
                        if model == "*" or matches(name, str(model)) or matches(str(model), name):
                            yield from _named(targets)


def _answers(entry: Place, name: str) -> bool:
    """Tell whether an entry serves requests for `name`, which may be a pattern or an access group as well."""
    info, model = mapping(entry.values, "model_info"), str(mapping(entry.values, "litellm_params").get("model"))
    groups = [group for _, group in texts(info, "access_groups")]
    known = [str(entry.values.get("model_name")), str(info.get("id")), str(info.get("team_public_model_name"))]
    return (
        name in groups
        or any(matches(name, own) or matches(own, name) for own in known)
        or ("*" in name and matches(model, name))
    )


def _named(targets: Any) -> Iterator[str]:
    for target in targets if isinstance(targets, list) else [targets]:
        model = target.get("model") if isinstance(target, Mapping) else target
        if isinstance(model, str):
            yield model


def _limits(amount: Any) -> bool:
    """Tell whether an amount is a budget that spend counts against; text names a variable, or is a number."""
    if isinstance(amount, str):
        return amount not in ("", "0")
    return isinstance(amount, int | float) and not isinstance(amount, bool) and amount > 0
