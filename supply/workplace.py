"""What every step knows: the checkout, the user's folders, the environment and the console."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supply.console import Console
from supply.folders import Folders, user_folders

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """One checkout on one host, as one user."""

    root: Path
    folders: Folders
    environment: Mapping[str, str]
    console: Console

    def extended(self, additions: Mapping[str, str]) -> Workplace:
        """Return the same workplace with further environment variables."""
        return Workplace(
            root=self.root,
            folders=self.folders,
            environment={**self.environment, **additions},
            console=self.console,
        )


def here(console: Console) -> Workplace:
    """Return the workplace of this process."""
    return Workplace(root=ROOT, folders=user_folders(os.environ), environment=dict(os.environ), console=console)
