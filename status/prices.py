"""Which models no budget counts, because LiteLLM knows no price for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from config.prices import unpriced
from litellm_admin.api.client import AdminClient


def read(client: AdminClient) -> tuple[str, ...]:
    """Return the models of the proxy without a price, as clients name them. Raises AdminError."""
    return without_price(client.models.rows())


def without_price(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of those among the proxy's models that have a deployment without a price."""
    return tuple(dict.fromkeys(str(row["model_name"]) for row in rows if unpriced(row)))
