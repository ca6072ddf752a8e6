"""Names in LiteLLM's sections that it does not know there: typing errors, and settings in the wrong section."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.lint.vocabulary import Vocabulary, vocabulary
from config.places import OF_A_MODEL, SETTINGS, Place, places
from config.problems import Problem, nearest
from config.proxy import OWNED, SECTIONS

IGNORED = (*SETTINGS, "model")
"""Sections in which LiteLLM passes over a name that it does not know (load_config in litellm/proxy/proxy_server.py)."""

HANDED_ON = {
    "litellm_params": "hands it on to the provider",
    "model_info": "keeps it as information of yours",
    "cache_params": "hands it on to the cache's backend",
}
"""Sections that take any name, and what LiteLLM does with one that it does not know; what looks mistyped counts."""

LIKE = 0.84
"""How alike two names must be (difflib's ratio) for one to be the other mistyped."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Warn of names that LiteLLM would pass over, or hand on although they look mistyped."""
    words = vocabulary()
    for place in places(values):
        known = words.sections.get(place.section, frozenset())
        for name in place.values:
            if name in known or name in OWNED:
                continue
            if place.section in IGNORED:
                mend = _mend(place, str(name), words)
                yield _warning(place, str(name), f"LiteLLM {words.version} ignores it: {mend}")
            elif place.section in HANDED_ON:
                yield from _mistyped(place, str(name), words)


def _mend(place: Place, name: str, words: Vocabulary) -> str:
    elsewhere = [section for section in SETTINGS if name in words.sections[section]]
    of_a_model = [section for section in OF_A_MODEL if name in words.sections[section]]
    if place.section == "model" and of_a_model:
        return f"it belongs in {of_a_model[0]}"
    if name in SECTIONS:
        return "it is a section of its own, beside this one"
    if elsewhere:
        return f"it belongs in {' or '.join(elsewhere)}"
    if similar := _like(name, words.sections[place.section]):
        return f"did you mean {similar!r}?"
    if of_a_model:
        return f"it belongs in a model's {of_a_model[0]}"
    for section in SETTINGS:
        if similar := _like(name, words.sections[section]):
            return f"did you mean {similar!r} in {section}?"
    return nearest(name, words.sections["model"]) if place.section == "model" else "remove it"


def _mistyped(place: Place, name: str, words: Vocabulary) -> Iterator[Problem]:
    other = next((section for section in OF_A_MODEL if name in words.sections[section]), None)
    does = f"LiteLLM {words.version} knows no such name and {HANDED_ON[place.section]}"
    # A single word in model_info is likely to be the operator's own: LiteLLM shows it to clients.
    if other and place.section in OF_A_MODEL and "_" in name:
        yield _warning(place, name, f"LiteLLM reads it in {other} only: it belongs there")
    elif similar := _like(name, words.sections[place.section]):
        yield _warning(place, name, f"{does}; did you mean {similar!r}?")


def _like(name: str, known: Collection[str]) -> str | None:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=LIKE)
    return close[0] if close else None


def _warning(place: Place, name: str, message: str) -> Problem:
    return Problem(path=f"{place.path}.{name}", message=message, severity="warning")
