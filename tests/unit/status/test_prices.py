"""u02: the models that `make status` marks, out of the rows of /v1/model/info."""

from __future__ import annotations

from typing import Any

from status.prices import without_price


def row(name: str, model: str, **info: Any) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": model}, "model_info": {"id": "1", **info}}


def test_u02_models_that_the_proxy_has_no_price_for_are_marked_once() -> None:
    rows = [
        row("acme", "openai/acme-large", input_cost_per_token=None),
        row("acme", "openai/acme-large"),
        row("free", "openai/acme-small", input_cost_per_token=0, output_cost_per_token=0),
        row("own", "openai/acme-large", input_cost_per_token=0.1),
        row("chat", "openai/gpt-4o-mini", input_cost_per_token=1.5e-07),
        row("reported", "openrouter/acme/large"),
        row("ours", "azure/our-deployment", base_model="azure/gpt-4o"),
    ]
    assert without_price(rows) == ("acme",)
