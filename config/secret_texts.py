"""Texts that are secrets, and references to variables that nobody declares, wherever they stand in a stack config."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.problems import Problem, path_of

ENVIRON = "os.environ/"
SECRET_NAME = re.compile(r"(^|_)(api_key|secret|secret_access_key|access_key_id|password|private_key|token)$")
NO_SECRET_NAMES = frozenset({"bos_token", "eos_token"})
"""Names that look like a secret's and hold a word of a prompt's format."""

POINTERS = ("oidc/",)
"""Starts of values that say where a secret comes from (get_secret in litellm/secret_managers/main.py)."""

PLACEHOLDERS = frozenset(
    {"any", "anything", "dummy", "empty", "fake", "needed", "no", "none", "not", "null", "placeholder", "required"}
    | {"api", "key", "local", "my", "sk", "test", "unused", "x", "your"}
)
"""Words of values such as `fake-key`, for servers that ask for a key and do not look at it."""

SHAPES = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}|\bgh[opsu]_[A-Za-z0-9]{30,}|\bxox[abprs]-\S{10,}"
    r"|\bhf_[A-Za-z0-9]{30,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""How secrets of providers look, whatever the setting is called."""

URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")

Location = tuple[str | int, ...]


def secret_problems(
    settings: Mapping[str, Any], declared: frozenset[str], *, path: Location, besides: Collection[str] = ()
) -> Iterator[Problem]:
    """Find secrets in clear, and references to variables that are not declared, anywhere in the section at `path`.

    Those at the paths `besides` are another rule's.
    """
    for location, value in texts(settings, path):
        for variable in re.findall(rf"{ENVIRON}([A-Za-z0-9_]+)", value):
            if variable not in declared:
                mend = f"`pulumi config set --secret --path secrets.{variable}`"
                message = f"{ENVIRON}{variable} is not set; {mend}, or add it to `environment`"
                yield Problem(path=path_of(location), message=message)
        place = path_of(location)
        if place not in besides and ENVIRON not in value and is_secret(str(location[-1]), value):
            mend = f"write {ENVIRON}NAME here and `pulumi config set --secret --path secrets.NAME`"
            yield Problem(path=place, message=f"a secret in clear; {mend}")


def is_secret(name: str, value: str) -> bool:
    """Tell whether a text is a secret: by what it looks like, or by the name of its setting."""
    if looks_secret(value):
        return True
    if not SECRET_NAME.search(name) or name in NO_SECRET_NAMES or value.startswith(POINTERS):
        return False
    words = re.split(r"[\s_-]+", value.lower())
    return bool(value) and not all(word in PLACEHOLDERS for word in words)


def looks_secret(value: str) -> bool:
    """Tell whether a text is a secret by what it looks like."""
    return bool(SHAPES.search(value) or URL_WITH_PASSWORD.search(value))


def texts(value: Any, location: Location) -> Iterator[tuple[Location, str]]:
    """Go through every text in `value`, with its location."""
    if isinstance(value, str):
        yield location, value
    elif isinstance(value, Mapping):
        for name, child in value.items():
            yield from texts(child, (*location, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from texts(child, (*location, index))
