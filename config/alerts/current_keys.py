"""Which of the values that a virtual key had is the current one.

LiteLLM shows the budget of a key by its alias and the hash of its value, and keeps a series in a replica's memory until
the replica ends (litellm/integrations/prometheus.py). After a rotation the alias has series of two hashes, and that of
the old value never changes again: neither with the spend, nor with a reset, nor with another limit. The hash that was
seen last for the first time is the current value's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.alerts.rule import Recording

VALUE: Final = "api_key_alias, hashed_api_key"
"""The labels by which series tell of which value of a key they are."""

SHOWN: Final = "litellm_remaining_api_key_budget_metric"
"""The gauge that each key has which was used, with a budget or without one."""

FIRST_SEEN: Final = "litellm_stack:api_key_first_seen"
CURRENT: Final = "litellm_stack:api_key_current"

REMEMBERED: Final = "1h"
"""How long Prometheus may be away without forgetting when it saw a value first."""


def recordings() -> Iterator[Recording]:
    """Return the rules that note when the value of a key was seen first, as a Unix time, and which one is current."""
    # Noted as long as the alias has any series: if the replica ends that has those of the current value, another one
    # may still have those of the old value.
    noted = f"min by ({VALUE}) (last_over_time({FIRST_SEEN}[{REMEMBERED}])) and on (api_key_alias) {SHOWN}"
    yield Recording(record=FIRST_SEEN, expression=f"{noted} or min by ({VALUE}) (timestamp({SHOWN}))")
    last = f"max by (api_key_alias) ({FIRST_SEEN})"
    yield Recording(record=CURRENT, expression=f"{FIRST_SEEN} == on (api_key_alias) group_left () {last}")


def of_current_value(series: str) -> str:
    """Return PromQL for those of a key's series that are of its current value."""
    return f"({series} and on ({VALUE}) {CURRENT})"
