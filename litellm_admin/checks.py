"""Inputs checked at preview, when some values are not known yet."""

from collections.abc import Mapping
from typing import Any

from pulumi.output import Unknown
from pydantic import BaseModel, ValidationError

_PROVIDER = "__provider"


def is_unknown(value: object) -> bool:
    """Whether a value, or anything inside it, is not known before the update runs."""
    if isinstance(value, Mapping):
        return any(is_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(is_unknown(item) for item in value)
    return isinstance(value, Unknown)


def check_inputs(model: type[BaseModel], news: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each mistake as the field's path and the reason, without the value, which may be a secret."""
    unknown = {name for name, value in news.items() if is_unknown(value)}
    known = {name: value for name, value in news.items() if name not in unknown and name != _PROVIDER}
    try:
        model.model_validate(known, context={"licensed": news.get("licensed") is True})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return [
            (".".join(str(part) for part in problem["loc"]), _reason(problem["type"], problem["msg"]))
            for problem in problems
            if not problem["loc"] or problem["loc"][0] not in unknown
        ]
    return []


def _reason(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is no field that is known here: look for a slip of the pen"
    return message.removeprefix("Value error, ")
