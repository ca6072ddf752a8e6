"""The one error that a user is meant to read."""

from __future__ import annotations


class SupplyError(Exception):
    """Something the user can mend; shown without a traceback, and the command ends with status 1.

    `message` says what is wrong, `mend` what to do about it.
    """

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message}\n{self.mend}".rstrip()


class NoEngineError(SupplyError):
    """This host has no Docker engine that can be used, and none could be installed."""
