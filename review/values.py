"""Values as a reviewer reads them: dollars as dollars, nothing as a dash, a secret as a word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from litellm_admin.fields.amounts import whole_numbers
from review.markdown import NOTHING, code
from review.secrecy import SECRET, UNKNOWN

DOLLARS: Final = frozenset({"max_budget", "soft_budget", "max_budget_in_team", "team_member_budget"})
_LONGEST: Final = 160


def is_empty(value: Any) -> bool:
    """Whether a value says the same as none: LiteLLM takes an empty list for no restriction."""
    return value is None or value in ("", [], {})


def shown(name: str, value: Any) -> str:
    """Return the value of the field `name` as Markdown for a cell."""
    if is_empty(value):
        return NOTHING
    if value == UNKNOWN:
        return "*known after the update*"
    if value == SECRET:
        return "*secret*"
    if name in DOLLARS:
        return dollars(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(code(_cut(item)) for item in value)
    if isinstance(value, bool | Mapping | list):
        return code(_cut(json.dumps(whole_numbers(value), sort_keys=True, ensure_ascii=False)))
    return f"{whole_numbers(value):,}" if isinstance(value, int | float) else code(_cut(str(value)))


def dollars(value: Any) -> str:
    """Return an amount of US dollars."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return code(_cut(str(value)))
    return f"${Decimal(str(value)).normalize():,f}"


def limit(amount: Any, duration: Any) -> str:
    """Return a spend limit: dollars, and the span of time that they are for."""
    if is_empty(amount):
        return NOTHING
    return f"{dollars(amount)} per {code(str(duration))}" if not is_empty(duration) else f"{dollars(amount)} for good"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
