"""What goes wrong with backups, in words that carry no secret."""

from engine.api import EngineError


class BackupError(EngineError):
    """A backup cannot be taken, read or restored; the message says why and how to mend it."""
