"""A container's last words, fit to be shown: no value of its secrets is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from docker.models.containers import Container

LAST_LINES = 20
ROTATION: Mapping[str, str] = {"max-size": "10m", "max-file": "3"}
"""How much of a log the engine keeps (docs.docker.com, JSON File logging driver)."""

SHORTEST_SECRET = 8
"""Shorter values of the environment (`true`, `4000`) are no secrets and would blank ordinary words."""


def last_lines(container: Container) -> str:
    """Return the last log lines of `container`, indented, without any value of its environment."""
    environment = container.attrs["Config"]["Env"] or ()
    text = container.logs(tail=LAST_LINES).decode(errors="replace")
    values = (entry.partition("=")[2] for entry in environment)
    return "\n".join(f"    {line}" for line in redact(text, values).splitlines()) or "    (it logged nothing)"


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace each of `secrets`, and the password inside each that is a URL, by `[secret]`."""
    hidden = {value for secret in secrets for value in (secret, *_passwords(secret)) if len(value) >= SHORTEST_SECRET}
    for value in sorted(hidden, key=len, reverse=True):
        text = text.replace(value, "[secret]")
    return text


def _passwords(value: str) -> tuple[str, ...]:
    try:
        password = urlsplit(value).password
    except ValueError:
        return ()
    return (password, unquote(password)) if password else ()
