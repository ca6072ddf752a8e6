"""Which of the values that a virtual key had is the current one.

LiteLLM shows the budget of a key by its alias and the hash of its value, and keeps a series in a replica's memory until
the replica ends (litellm/integrations/prometheus.py). After a rotation the alias has series of two hashes, and that of
the old value does not change any more: neither with the spend, nor with a reset, nor with another limit. So the current
value is the one whose series changed last. A value that comes back, because the rotation was taken back, changes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.alerts.rule import Recording

VALUE: Final = "api_key_alias, hashed_api_key"
"""The labels by which series tell of which value of a key they are."""

SHOWN: Final = "litellm_remaining_api_key_budget_metric"
"""The gauge that each key has which was used, with a budget or without one."""

LAST_CHANGED: Final = "litellm_stack:api_key_last_changed"
CURRENT: Final = "litellm_stack:api_key_current"

SCRAPES: Final = 4
"""For how many scrapes a change shows: it takes two to see one, and some may be missed."""

REMEMBERED: Final = "1h"
"""How long Prometheus may be away without forgetting when a series changed."""


def recordings(*, scrape_interval: float) -> Iterator[Recording]:
    """Return the rules that note when the series of a value changed last, as a Unix time, and which one is current.

    `scrape_interval` is in seconds.
    """
    recent = f"{round(SCRAPES * scrape_interval * 1000)}ms"
    changed = f"max by ({VALUE}) (timestamp({SHOWN}) and changes({SHOWN}[{recent}]) > 0)"
    # Noted as long as the alias has any series: if the replica ends that has those of the current value, another one
    # may still have those of the old value.
    noted = f"max by ({VALUE}) (last_over_time({LAST_CHANGED}[{REMEMBERED}])) and on (api_key_alias) {SHOWN}"
    first = f"max by ({VALUE}) (timestamp({SHOWN}))"
    yield Recording(record=LAST_CHANGED, expression=f"{changed} or {noted} or {first}")
    last = f"max by (api_key_alias) ({LAST_CHANGED})"
    yield Recording(record=CURRENT, expression=f"{LAST_CHANGED} == on (api_key_alias) group_left () {last}")


def of_current_value(series: str) -> str:
    """Return PromQL for those of a key's series that are of its current value."""
    return f"({series} and on ({VALUE}) {CURRENT})"
