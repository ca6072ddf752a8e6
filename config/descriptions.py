"""The settings as a JSON schema, with what each of them means: the docstring below its field.

Pydantic reads those too (`use_attribute_docstrings`), but whenever it makes a class, and so twice in each preview,
where nobody asks for them: it looks for the class in the source of its whole module.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a model as it is written, with what each field means."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    for held in set(_models(model)):
        properties = (schema if held is model else schema["$defs"][held.__name__])["properties"]
        for name, description in _descriptions(held).items():
            properties[names(name, held.model_fields[name])[0]]["description"] = description
    return schema


def names(name: str, info: FieldInfo) -> tuple[str, ...]:
    """Return how a field is written, the short names that it has beside its own among them."""
    if isinstance(info.validation_alias, AliasChoices):
        return tuple(str(choice) for choice in info.validation_alias.choices)
    return (info.alias or name,)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, or holds several of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := model_in(part))), None)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Go through a model and all that its fields hold; one that is held twice comes twice."""
    yield model
    for info in model.model_fields.values():
        if inner := model_in(info.annotation):
            yield from _models(inner)


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return what the fields of a model mean, by their names: also those that it inherits."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _below_fields(kind)
    return {name: text for name, text in found.items() if name in model.model_fields}


def _below_fields(model: type[BaseModel]) -> dict[str, str]:
    [definition] = ast.parse(inspect.getsource(model)).body
    found = {}
    for field, below in pairwise(definition.body if isinstance(definition, ast.ClassDef) else ()):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found
