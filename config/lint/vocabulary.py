"""The names that the stack's version of LiteLLM knows; `make names` reads them from its source."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "litellm_names.json"


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What LiteLLM `version` knows of config.yaml.

    sections: names by section. booleans: those of them that are true or false. choices: words that a setting takes.
    """

    version: str
    sections: Mapping[str, frozenset[str]]
    booleans: Mapping[str, frozenset[str]]
    choices: Mapping[str, frozenset[str]]


@functools.cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the version of LiteLLM that the stack is tested with."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return Vocabulary(
        version=content["litellm"],
        sections={section: frozenset(names) for section, names in content["sections"].items()},
        booleans={section: frozenset(names) for section, names in content["booleans"].items()},
        choices={setting: frozenset(words) for setting, words in content["choices"].items()},
    )
