"""The stack config as the engine hands it over, checked whole and against this host before anything is declared."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from backup import take
from components import own_state
from components.platform import platform
from components.secrets import Secrets
from config import database, settings
from config.problems import ConfigError, Problem
from engine import preflight
from engine.api import EngineError
from engine.identity import Identity, engine_name, stack_label
from engine.ownership import Recorded
from engine.volume import refuse_lost
from postgres_admin import external as external_database
from redis_admin import external as external_cache

VOLUMES = ("prometheus",)
"""The volumes that a stack has next to its database's."""


def load() -> settings.Settings:
    """Return the settings of this stack. Raises pulumi.RunError, with every mistake, before anything is touched."""
    # The whole of the config, not one name after the other: a name that nobody asks for is a mistake to report.
    raw = pulumi.runtime.config.CONFIG.get()
    encrypted = [name for name in raw if pulumi.runtime.config.is_config_secret(name)]
    label = stack_label(project=pulumi.get_project(), stack=pulumi.get_stack())
    try:
        checked = settings.check(raw, encrypted=encrypted, project=pulumi.get_project())
        _warn(checked.warnings)
        given = checked.settings
        _check_owner(given, label=label)
        platform(given).check(
            label=label,
            address=given.bind,
            ports=given.ports.published(grafana=given.grafana.enabled),
            image=given.images.postgres,
            volume=given.volume if given.runs_database else None,
        )
        preflight.check_images(given.used_images)
        _look_at_database(given, label=label)
        if given.cache.server:
            external_cache.check(given.cache.server, label=label, image=given.images.litellm)
    except ConfigError as error:
        _warn(error.warnings)
        raise pulumi.RunError(str(error)) from None
    except EngineError as error:
        raise pulumi.RunError(str(error)) from None
    return given


def identity(secrets: Secrets) -> Identity:
    """Return how this stack's things are named; `secrets` hold what makes that its own."""
    return Identity(
        project=pulumi.get_project(), stack=pulumi.get_stack(), owner=secrets.owner, key=secrets.fingerprint_key
    )


def _check_owner(given: settings.Settings, *, label: str) -> None:
    """Raise EngineError if another state has something of the stack's, or if the stack's protected data is gone."""
    engine, recorded = platform(given), own_state.read()
    database = [engine_name(label, given.volume)] if given.runs_database else []
    volumes = [*database, *(engine_name(label, volume) for volume in VOLUMES)]
    engine.check_owner(label=label, recorded=recorded, volumes=volumes)
    if engine.is_local and given.protect:
        _refuse_lost(database, recorded=recorded, accepted=given.empty_database)


def _refuse_lost(volumes: Iterable[str], *, recorded: Recorded, accepted: str | None) -> None:
    stack = pulumi.get_stack()
    for volume in volumes:
        refuse_lost(volume, recorded=recorded, accepted=accepted, backups=take.existing(stack), stack=stack)


def _look_at_database(given: settings.Settings, *, label: str) -> None:
    """Raise EngineError unless the stack can run on the Postgres of somebody else's that its config names."""
    server, engine, own = given.database.server, platform(given), engine_name(label, given.volume)
    if server is None:
        return
    external_database.check(
        server,
        label=label,
        image=given.images.postgres,
        demand=database.demand(given.model_dump(include={"replicas", "engine", "environment", "proxy"})),
        volume=own if engine.is_local and engine.has_volume(own) else None,
    )


def _warn(warnings: Iterable[Problem]) -> None:
    for warning in warnings:
        pulumi.log.warn(str(warning))
