"""Where things are kept: none of it in the checkout, so that a second one manages the same stacks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APPLICATION = "litellm-stack"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The user's folders for this application; they need not exist yet."""

    cache: Path
    data: Path
    config: Path
    pulumi_home: Path

    @property
    def state(self) -> Path:
        """The local backend."""
        return self.data / "state"

    @property
    def passphrase(self) -> Path:
        """The file with the passphrase of the local backend's secrets."""
        return self.config / "passphrase"


def user_folders(environment: Mapping[str, str], *, platform: str = sys.platform) -> Folders:
    """By the XDG base directory specification, or Apple's places on macOS where no XDG variable says otherwise."""
    home = Path(environment.get("HOME") or Path.home())
    if platform == "darwin":
        support = home / "Library" / "Application Support"
        cache, data, config = home / "Library" / "Caches", support, support
    else:
        cache, data, config = home / ".cache", home / ".local" / "share", home / ".config"
    return Folders(
        cache=Path(environment.get("XDG_CACHE_HOME") or cache) / APPLICATION,
        data=Path(environment.get("XDG_DATA_HOME") or data) / APPLICATION,
        config=Path(environment.get("XDG_CONFIG_HOME") or config) / APPLICATION,
        pulumi_home=Path(environment.get("PULUMI_HOME") or home / ".pulumi"),
    )
