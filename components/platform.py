"""The one place where the engine is chosen; components describe what runs, and ask this for it."""

from __future__ import annotations

from config.settings import Settings
from config.swarm import SWARM
from engine.platform import Platform
from engine.single_host import SingleHost
from engine.swarm.platform import Swarm


def platform(settings: Settings) -> Platform:
    """Return what runs the stack: `engine` in stack config."""
    if settings.engine == SWARM:
        return Swarm(
            encrypted=settings.swarm.encrypted, data_label=settings.swarm.data_label, take_over=settings.take_over
        )
    return SingleHost(take_over=settings.take_over, lost=settings.empty_database)
