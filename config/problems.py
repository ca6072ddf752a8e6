"""All mistakes of a stack config in one error, each with its place, its cause and its mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: the `path` in the stack config and a `message` that says what is wrong and what to write instead.

    A warning is for what LiteLLM would pass over; an error for what would be unsafe, or would not work.
    """

    path: str
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ConfigError(Exception):
    """The stack config cannot be used; the message lists every error and never a value that could be secret.

    `warnings` are what was found beside them.
    """

    def __init__(self, problems: Sequence[Problem], *, warnings: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        count = f"{len(problems)} mistakes" if len(problems) > 1 else "1 mistake"
        super().__init__(
            "\n".join([f"the stack config has {count}; nothing was touched:", *(f"  - {p}" for p in problems)])
        )


def path_of(location: Iterable[str | int]) -> str:
    """Write a location as a reader of the stack config would: `access.keys.chat-app.models[1]`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def nearest(word: str, known: Iterable[str]) -> str:
    """Name the known word that `word` was probably meant to be, as a sentence to append, or list all that are known."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"have: {', '.join(names)}" if names else "there is none"
