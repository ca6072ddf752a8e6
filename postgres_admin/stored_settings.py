"""Settings that somebody made in the admin UI: LiteLLM keeps them in its database, beside config.yaml.

What config.yaml sets is LiteLLM's last word, and a value in the database for it is passed over; what it does not set,
the database does, and a variable in the database takes the place of the container's (LiteLLM 1.106.2:
config_resolvers/settings_store.py, ProxyConfig._update_config_from_db in proxy_server.py). Either way two places say
what the gateway does. So they are read at each refresh, and a preview tells of both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from config.secret_texts import is_secret
from litellm_admin import notices
from litellm_admin.checks import is_unknown
from litellm_admin.fields.amounts import whole_numbers
from postgres_admin import psql, server

Props = dict[str, Any]
Sections = Mapping[str, Mapping[str, Any]]

VARIABLES = "environment_variables"
SECTIONS = ("general_settings", "litellm_settings", "router_settings", VARIABLES)
MASKED = "[secret]"
QUERY = """select coalesce(json_object_agg(param_name, param_value), '{}') from "LiteLLM_Config";"""

_INPUTS = ("declared", "variables", "container_id", "superuser", "database", "place")


class StoredSettingsProvider(ResourceProvider):
    """Reads what the database has beside config.yaml. Stateless, so that Pulumi stores it by reference."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Tell of what was read; a change of the declaration alone is recorded and does nothing."""
        if not any(is_unknown(_news[name]) for name in ("declared", "variables")):
            for message in messages(_olds.get("stored", {}), _news["declared"], _news["variables"]):
                notices.warn(message)
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in _INPUTS))

    def create(self, props: Props) -> CreateResult:
        """Look at the database for the first time."""
        return CreateResult("stored-settings", {**props, "stored": _read(props)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Look again."""
        return UpdateResult({**_news, "stored": _read(_news)})

    def read(self, id_: str, props: Props) -> ReadResult:
        """Look again; a database that is down says nothing, so what was read before stands."""
        try:
            return ReadResult(id_, {**props, "stored": _read(props)})
        except psql.NoDatabaseError:
            return ReadResult(id_, props)


class StoredSettings(Resource, module="postgres", name="StoredSettings"):
    """What LiteLLM's database sets beside config.yaml.

    declared: config.yaml's sections. variables: names of the variables that the replicas' containers have. at: the
    database's server.
    """

    def __init__(
        self,
        name: str,
        *,
        declared: Sections,
        variables: list[str],
        at: server.Server,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "declared": {section: dict(declared.get(section, {})) for section in SECTIONS if section != VARIABLES},
            "variables": sorted(variables),
            **at.inputs(),
            "stored": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=[name for name in server.SECRET if name in inputs])
        super().__init__(StoredSettingsProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))


def messages(stored: Sections, declared: Sections, variables: list[str]) -> Iterator[str]:
    """Tell of each setting that the database has otherwise than config.yaml, with both values and what counts."""
    for section in SECTIONS:
        for name, value in sorted((stored.get(section) or {}).items()):
            if section == VARIABLES:
                yield _of_variable(name, is_declared=name in variables)
                continue
            ours = declared.get(section, {})
            path = f"proxy.{section}.{name}"
            if name not in ours:
                yield (
                    f"{path} is {_shown(value)} by the admin UI, and nothing in the stack config: it holds, and nobody"
                    " reviewed it. Write it in the stack config, which then decides"
                )
            elif ours[name] != value:
                yield (
                    f"{path} is {_shown(ours[name])} in the stack config, which holds, and {_shown(value)} by the admin"
                    " UI, which LiteLLM passes over. If that one is meant, write it in the stack config"
                )


def masked(stored: Sections) -> dict[str, dict[str, Any]]:
    """Return rows of the database without what may be a secret; LiteLLM encrypts the values of variables."""
    return {
        section: {name: MASKED if section == VARIABLES else _mask(name, value) for name, value in values.items()}
        for section, values in stored.items()
        if section in SECTIONS and values
    }


def _of_variable(name: str, *, is_declared: bool) -> str:
    if is_declared:
        return (
            f"{name} has a value in the database, by the admin UI, and replicas take that in place of the stack"
            " config's. Remove it in the admin UI"
        )
    return (
        f"{name} is set by the admin UI alone. Write it in the stack config's `secrets` and remove it in the admin UI"
    )


def _shown(value: Any) -> str:
    return json.dumps(whole_numbers(value), sort_keys=True)


def _mask(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _mask(f"{name}.{key}", child) for key, child in value.items()}
    if isinstance(value, list):
        return [_mask(name, child) for child in value]
    # Who knows the address of a webhook can post there.
    hidden = isinstance(value, str) and (is_secret(name, value) or "webhook" in name)
    return MASKED if hidden else value


def _read(props: Props) -> dict[str, dict[str, Any]]:
    output = server.ask(props, QUERY, what="Reading the settings that the database holds")
    return masked(json.loads(output))
