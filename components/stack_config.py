"""The stack config as the engine hands it over, checked whole and against this host before anything is declared."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.platform import platform
from components.secrets import Secrets
from config import settings
from config.problems import ConfigError, Problem
from engine.api import EngineError
from engine.identity import Identity, stack_label


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
        platform(given).check(
            label=label,
            address=given.bind,
            ports=given.ports.published(grafana=given.grafana.enabled),
            image=given.images.postgres,
            volume=given.volume,
        )
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


def _warn(warnings: Iterable[Problem]) -> None:
    for warning in warnings:
        pulumi.log.warn(str(warning))
