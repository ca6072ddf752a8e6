"""References inside `access`, and from there to the models: every one that leads nowhere is a mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.access import RESERVED
from config.model_names import ModelNames, model_names
from config.problems import Problem, nearest
from config.proxy import STACK_ENVIRONMENT, declared_names
from config.reading import mapping
from config.secret_texts import secret_problems

_KINDS = {
    "budgets": ("budget", "budget_id", "end_user_budget_id"),
    "teams": ("team", "team_id"),
    "users": ("user", "user_id"),
}
"""Section: the words that name one of its objects."""
_MODEL_LISTS = ("models", "allowed_models", "default_team_member_models")


class _Declared(NamedTuple):
    """An object as it is written, not yet validated."""

    path: str
    fields: Mapping[str, Any]
    refers_to: tuple[str, ...]


def problems(values: Mapping[str, Any]) -> list[Problem]:
    """Every reference in `access` that leads nowhere, every alias twice, and every name that is the stack's own."""
    access = mapping(values, "access")
    models = model_names(values)
    found = [*_reserved(access), *_repeated_aliases(access), *_strangers(access), *_unread(values)]
    for kind in ("models", "credentials"):
        found += secret_problems(
            mapping(access, kind), declared_names(values) - STACK_ENVIRONMENT, path=("access", kind)
        )
    for name, model in _objects(access, "models"):
        found += _credential_problems(f"access.models.{name}", model, values)
    for declared in _declared(access):
        found += _model_problems(declared, models)
        for kind in declared.refers_to:
            found += _reference_problems(declared, kind, mapping(access, kind))
    return found


def _declared(access: Mapping[str, Any]) -> Iterator[_Declared]:
    for name, key in _objects(access, "keys"):
        yield _Declared(f"access.keys.{name}", key, ("budgets", "teams", "users"))
    for name, group in _objects(access, "keyGroups"):
        yield _Declared(f"access.keyGroups.{name}.fields", mapping(group, "fields"), tuple(_KINDS))
        for alias, key in _objects(group, "keys"):
            yield _Declared(f"access.keyGroups.{name}.keys.{alias}", key, tuple(_KINDS))
    for name, customer in _objects(access, "customers"):
        yield _Declared(f"access.customers.{name}", customer, ("budgets",))
    for name, user in _objects(access, "users"):
        yield _Declared(f"access.users.{name}", user, ())
    for name, team in _objects(access, "teams"):
        yield _Declared(f"access.teams.{name}", team, ())
        for alias, key in _objects(team, "keys"):
            yield _Declared(f"access.teams.{name}.keys.{alias}", key, ("budgets", "users"))
        for member, fields in _objects(team, "members"):
            yield _Declared(f"access.teams.{name}.members.{member}", fields, ())


def _unread(values: Mapping[str, Any]) -> Iterator[Problem]:
    general = mapping(values, "proxy", "general_settings")
    kept = [kind for kind in ("models", "credentials") if mapping(values, "access", kind)]
    if kept and general.get("store_model_in_db") is False:
        message = f"access.{kept[0]} are kept in the database, and no replica would read them there: remove this"
        yield Problem(path="proxy.general_settings.store_model_in_db", message=message)


def _reserved(access: Mapping[str, Any]) -> Iterator[Problem]:
    sections = [("access.budgets", mapping(access, "budgets")), ("access.users", mapping(access, "users"))]
    for path, names in [*sections, *_key_sections(access)]:
        for name in names:
            if str(name).startswith(RESERVED):
                yield Problem(path=f"{path}.{name}", message=f"names that start with {RESERVED!r} are the stack's own")


def _repeated_aliases(access: Mapping[str, Any]) -> Iterator[Problem]:
    sections = _key_sections(access)
    counted = Counter(alias for _, keys in sections for alias in keys)
    for path, keys in sections:
        for alias in keys:
            if counted[alias] > 1:
                where = ", ".join(other for other, names in sections if alias in names and other != path)
                yield Problem(
                    path=f"{path}.{alias}", message=f"the alias of a key is unique on the proxy; it is in {where} too"
                )


def _strangers(access: Mapping[str, Any]) -> Iterator[Problem]:
    users = mapping(access, "users")
    for name, team in _objects(access, "teams"):
        for alias, key in _objects(team, "keys"):
            if word := next((word for word in _KINDS["teams"] if word in key), None):
                path = f"access.teams.{name}.keys.{alias}.{word}"
                yield Problem(path=path, message="the key is in the team that it is written in: remove this")
        for member in mapping(team, "members"):
            if member not in users:
                yield Problem(
                    path=f"access.teams.{name}.members.{member}", message=_missing("users", str(member), users)
                )


def _model_problems(declared: _Declared, models: ModelNames) -> Iterator[Problem]:
    aliases = mapping(declared.fields, "aliases")
    for word in _MODEL_LISTS:
        listed = declared.fields.get(word)
        for index, model in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(model, str) and model not in aliases and not models.permit(model):
                path = f"{declared.path}.{word}[{index}]"
                yield Problem(path=path, message=models.missing(model), severity=models.severity)
    single = {f"aliases.{alias}": model for alias, model in aliases.items()}
    for word, model in {**single, "default_model": declared.fields.get("default_model")}.items():
        if isinstance(model, str) and not models.answer(model):
            yield Problem(path=f"{declared.path}.{word}", message=models.missing(model), severity=models.severity)


def _reference_problems(declared: _Declared, kind: str, there: Mapping[str, Any]) -> Iterator[Problem]:
    for word in _KINDS[kind]:
        name = declared.fields.get(word)
        if isinstance(name, str) and name not in there:
            yield Problem(path=f"{declared.path}.{word}", message=_missing(kind, name, there))


def _missing(kind: str, name: str, there: Mapping[str, Any]) -> str:
    adopt = "; one that is on the proxy already is declared with `adopt: true`" if kind != "budgets" else ""
    return f"no {kind.removesuffix('s')} {name!r} in access.{kind}; {nearest(name, there)}{adopt}"


def _credential_problems(path: str, model: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Problem]:
    name = mapping(model, "litellm_params").get("litellm_credential_name")
    declared = mapping(values, "access", "credentials")
    listed = mapping(values, "proxy").get("credential_list")
    entries = listed if isinstance(listed, list) else ()
    in_file = [entry.get("credential_name") for entry in entries if isinstance(entry, Mapping)]
    if isinstance(name, str) and name not in (*declared, *in_file):
        message = f"no credential {name!r} in access.credentials; {nearest(name, declared)}"
        yield Problem(path=f"{path}.litellm_params.litellm_credential_name", message=message)


def _key_sections(access: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    teams = [(f"access.teams.{name}.keys", mapping(team, "keys")) for name, team in _objects(access, "teams")]
    groups = [
        (f"access.keyGroups.{name}.keys", mapping(group, "keys")) for name, group in _objects(access, "keyGroups")
    ]
    return [("access.keys", mapping(access, "keys")), *teams, *groups]


def _objects(section: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, fields in mapping(section, name).items():
        if isinstance(fields, Mapping):
            yield str(key), fields
