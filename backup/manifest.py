"""What travels beside the dump: all that it takes to use it on another stack."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from backup.errors import BackupError

FORMAT = 1
_VERSION = re.compile(r":v?(\d+(?:\.\d+)+)")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`salt_keys` are those that rows may be encrypted with, newest first; `taken` is UTC in ISO 8601."""

    stack: str
    taken: str
    postgres_major: int
    litellm_image: str
    salt_keys: Sequence[str]
    seed: str

    def encode(self) -> bytes:
        """Return the manifest as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}).encode()

    @classmethod
    def decode(cls, content: bytes) -> Manifest:
        """Read what `encode` wrote. Raises BackupError for another format."""
        fields = json.loads(content)
        if fields.pop("format") != FORMAT:
            raise BackupError("this backup was written in another format; restore it with a newer litellm-stack")
        return cls(**fields)

    def refuse_older(self, *, postgres_major: int, litellm_image: str) -> None:
        """Raise BackupError for a stack that is older than the backup: neither Postgres nor LiteLLM can go back."""
        if postgres_major < self.postgres_major:
            raise BackupError(
                f"the backup is of Postgres {self.postgres_major}, and the stack runs {postgres_major}: set a newer"
                " images.postgres, run `make up`, and restore then"
            )
        mine, theirs = _version(litellm_image), _version(self.litellm_image)
        if mine and theirs and mine < theirs:
            raise BackupError(
                f"the backup is of LiteLLM {self.litellm_image}, and the stack runs the older {litellm_image}: set a"
                " newer images.litellm, run `make up`, and restore then"
            )


def _version(image: str) -> tuple[int, ...]:
    """Return the version in an image's tag; nothing where it names none."""
    match = _VERSION.search(image)
    return tuple(int(part) for part in match[1].split(".")) if match else ()
