"""A stand-in for GitHub's command: it lists what it is told to, and keeps what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SCRIPT = """#!/bin/sh
# Prints what `there` holds for a list, and records every other call with the body that it gives.
echo "$*" >> "{folder}/calls"
case "$*" in
  *--paginate*) cat "{folder}/there" ;;
  *body=@*) for word; do case "$word" in body=@*) cat "${{word#body=@}}" > "{folder}/body" ;; esac; done ;;
esac
"""


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """The command `gh` in `folder`, for the start of PATH."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "gh").write_text(SCRIPT.format(folder=self.folder))
        (self.folder / "gh").chmod(0o755)
        self.has("")

    def has(self, ids: str) -> None:
        """Let the next lists show these ids, one a line."""
        (self.folder / "there").write_text(ids)

    @property
    def lists(self) -> list[str]:
        return [call for call in self._calls if "--paginate" in call]

    @property
    def writes(self) -> list[str]:
        """What was written where, without the file that the body came from."""
        return [call.partition(" --field body=")[0] for call in self._calls if "--paginate" not in call]

    @property
    def body(self) -> str:
        """What was written last."""
        return (self.folder / "body").read_text(encoding="utf-8")

    @property
    def _calls(self) -> list[str]:
        calls = self.folder / "calls"
        return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
