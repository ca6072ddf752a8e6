"""Models that cost nothing because LiteLLM does not know their price, although a budget is to count them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.lint.reach import reached
from config.places import Place, models
from config.prices import price_list, unpriced
from config.problems import Problem
from config.reading import mapping

SETTINGS = {
    "audio_speech": "input_cost_per_character",
    "audio_transcription": "input_cost_per_second",
    "embedding": "input_cost_per_token",
    "image_generation": "output_cost_per_image",
    "moderation": "input_cost_per_token",
    "ocr": "ocr_cost_per_page",
    "rerank": "input_cost_per_query",
    "video_generation": "output_cost_per_second",
}
"""The price of a model of each mode; those of all others are by token, of the request and of the answer."""

DEPLOYED = frozenset({"azure", "azure_ai", "bedrock", "sagemaker"})
"""Providers at which customers choose the names of their models: LiteLLM finds the price by model_info.base_model."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Warn of each model without a price that a budget can reach, and refuse prices that LiteLLM would drop."""
    for stored, entry in mapping(values, "access", "models").items():
        for setting in mapping(entry, "model_info"):
            if "cost_per_" in str(setting):
                # Seen on LiteLLM 1.106.12: /model/new answers 200, and the model has no price.
                message = (
                    "LiteLLM drops prices in the model_info of a model in its database: write it in litellm_params"
                )
                yield Problem(path=f"access.models.{stored}.model_info.{setting}", message=message)
    found = reached(values)
    for model in models(values):
        if model.path in found and (name := unpriced(model.values)):
            path = f"{model.path}.litellm_params.model"
            yield Problem(path=path, message=_message(name, model, found[model.path]), severity="warning")


def _message(name: str, model: Place, budget: str) -> str:
    prices, entry = price_list(), model.values
    section = "litellm_params" if model.path.startswith("access.") else "model_info"
    setting = SETTINGS.get(
        str(mapping(entry, "model_info").get("mode")), "input_cost_per_token and output_cost_per_token"
    )
    base = prices.provider(name) in DEPLOYED and not mapping(entry, "model_info").get("base_model")
    instead = "name the model behind it in model_info.base_model, or " if base else ""
    return (
        f"LiteLLM {prices.version} knows no price for {name!r}, so {budget} does not count its requests;"
        f" {instead}add {setting} to its {section} (0 if it is free)"
    )
