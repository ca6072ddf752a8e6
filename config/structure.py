"""What pydantic found wrong with the shape of the stack config, said as a platform engineer would say it."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any

from pydantic import BaseModel, ValidationError

from config.problems import Problem, nearest, path_of


def structural_problems(error: ValidationError, root: type[BaseModel]) -> list[Problem]:
    """Turn a validation error of `root` into problems. No value of the input is repeated: it could be a secret."""
    return [
        _problem(root, tuple(details["loc"]), details["type"], details["msg"])
        for details in error.errors(include_input=False, include_url=False)
    ]


def _problem(root: type[BaseModel], location: tuple[str | int, ...], kind: str, message: str) -> Problem:
    if kind == "extra_forbidden":
        return Problem(
            path=path_of(location),
            message=f"no such setting; {nearest(str(location[-1]), _known(root, location[:-1]))}",
        )
    if location and location[-1] == "[key]":
        return Problem(path=path_of(location[:-1]), message=f"no such section; {message[0].lower()}{message[1:]}")
    return Problem(path=path_of(location), message=message.removeprefix("Value error, "))


def _known(root: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Names that the model at `location` accepts."""
    here: Any = root
    for part in location:
        here = next(_children(here, part), None)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [field.alias or name for name, field in here.model_fields.items()]
    return []


def _children(annotation: Any, part: str | int) -> Iterator[Any]:
    """Yield the types that `part` of a value of type `annotation` may have."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                yield from _models(field.annotation)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from _models(arguments[1])


def _models(annotation: Any) -> Iterator[Any]:
    """Yield the annotation itself, or the members of a union, so that `Model | None` is followed like `Model`."""
    origin = typing.get_origin(annotation)
    if origin is typing.Union or origin is UnionType:
        for member in typing.get_args(annotation):
            yield from _models(member)
    elif origin is typing.Annotated:
        yield from _models(typing.get_args(annotation)[0])
    else:
        yield annotation
