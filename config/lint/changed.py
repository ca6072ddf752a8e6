"""Values that are not what was written: YAML and Pulumi read them otherwise on their way from the file.

Pulumi's YAML (gopkg.in/yaml.v3) leaves `yes` a text, reads `2024-05-01` as a moment, and hands numbers over as doubles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.lint.vocabulary import vocabulary
from config.places import SETTINGS, places
from config.problems import Problem, path_of
from config.reading import Location, mapping, values_below
from config.secret_texts import PROSE, SECRET_NAME, normal

DATE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d(?:\.\d+)?) (?P<zone>[+-]\d{4} \S+)")
"""A moment as Go writes it, which is what an unquoted date becomes."""

NO_NAME = "<nil>"
"""What Pulumi writes for a name that is null in YAML."""

FLAGS = dict.fromkeys(("yes", "on", "y", "true"), "true") | dict.fromkeys(("no", "off", "n", "false"), "false")
"""Texts that are meant to be true or false."""
_WORDS = frozenset({"yes", "no", "on", "off"})
"""Those of them that look like it wherever they stand."""

_TEXTS = PROSE | {"mode", "model_name", "name", "title"}
_EXACT = 2**53
"""Doubles hold every whole number up to this one."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report dates and words that became texts, and warn of numbers that lost digits."""
    for location, value in values_below({name: value for name, value in values.items() if name != "secrets"}):
        yield from _dates(location, value)
        if isinstance(value, int | float) and not isinstance(value, bool) and _EXACT < abs(value) < float("inf"):
            message = "numbers this large lose digits on their way: write an id in quotes"
            yield Problem(path=path_of(location), message=message, severity="warning")
    said = set()
    for place in places(values):
        known = vocabulary().booleans.get(place.section, frozenset())
        for name, value in place.values.items():
            if place.section in SETTINGS and name not in vocabulary().sections[place.section]:
                said.add(f"{place.path}.{name}")  # by config/lint/names.py
            if name in known and isinstance(value, str) and value.lower() in FLAGS:
                said.add(f"{place.path}.{name}")
                message = f"{value!r} is a text here, and LiteLLM wants true or false: write {FLAGS[value.lower()]}"
                yield Problem(path=f"{place.path}.{name}", message=message)
    yield from _words(values, said)


def _dates(location: Location, value: Any) -> Iterator[Problem]:
    for depth, part in enumerate(location):
        if isinstance(part, str) and DATE.fullmatch(part):
            yield Problem(path=path_of(location[: depth + 1]), message=f"a date as a name: {_quoted(part)}")
        elif part == NO_NAME and depth > 1:  # one that is no section is another rule's
            yield Problem(path=path_of(location[: depth + 1]), message="a name is missing before the colon")
    if isinstance(value, str) and DATE.fullmatch(value):
        yield Problem(path=path_of(location), message=f"a date: {_quoted(value)}")


def _quoted(moment: str) -> str:
    match = DATE.fullmatch(moment)
    fix = f'write "{match["day"]}"' if match and match["time"] == "00:00:00" else "write it in quotes"
    return f"without quotes it arrives as {moment!r}; {fix}"


def _words(values: Mapping[str, Any], said: set[str]) -> Iterator[Problem]:
    models = {"access": {"models": mapping(values, "access", "models")}}
    for section in ({"proxy": mapping(values, "proxy")}, models):
        for location, value in values_below(section):
            name, path = str(location[-1]), path_of(location)
            if not isinstance(value, str) or value.lower() not in _WORDS or path in said:
                continue
            if isinstance(location[-1], str) and name not in _TEXTS and not SECRET_NAME.search(normal(name)):
                message = f"{value!r} is a text, and neither true nor false: to mean that, write {FLAGS[value.lower()]}"
                yield Problem(path=path, message=message, severity="warning")
