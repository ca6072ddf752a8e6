"""The error that fails an update whose gateway does not do what was declared."""

from collections.abc import Iterable, Sequence

_SHOWN = 20


class VerificationError(Exception):
    """What the gateway does not do, one finding a line; the message holds no secret."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        lines = [f"  - {finding}" for finding in self.findings[:_SHOWN]]
        if len(self.findings) > _SHOWN:
            lines.append(f"  - and {len(self.findings) - _SHOWN} more")
        super().__init__(
            "the gateway does not do what was declared:\n"
            + "\n".join(lines)
            + "\nWhat was changed stays in place; mend the cause, and the next `make up` asks again"
            " (docs/operations.md#an-update-fails-its-verification)"
        )


def names(models: Iterable[str]) -> str:
    """Return names of models for a message, or that there are none."""
    listed = sorted(models)
    shown = ", ".join(repr(name) for name in listed[:_SHOWN])
    return f"{shown} and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else shown or "none"
