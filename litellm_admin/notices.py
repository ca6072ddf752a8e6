"""What a provider tells beside its result: the engine shows what it prints as diagnostics."""

from functools import cache

from litellm_admin.api.errors import AdminError
from litellm_admin.fields.amounts import NO_GRACE

KEPT = "its objects are kept as recorded"
"""What a refresh says of a gateway that it could not ask."""


def say(message: str) -> None:
    """Tell what an update means, in a preview."""
    _once(message, kind="")


def warn(message: str) -> None:
    """Tell what somebody should see to."""
    _once(message)


def warn_kept(url: str, error: AdminError) -> None:
    """Tell that a refresh got no answer to conclude from."""
    status = f"HTTP {error.status}: " if error.status is not None else ""
    _once(f"the gateway at {url} cannot be asked ({status}{error.message}): {KEPT}")


def warn_lost(url: str) -> None:
    """Tell that the gateway does not know the login any more."""
    _once(f"the gateway at {url} does not know the provisioner key: its objects count as gone and are made again")


def warn_replaced(subject: str, fields: list[str]) -> None:
    """Tell that an object has to be made anew for a change that the proxy cannot do in place."""
    _once(
        f"{subject}: the proxy cannot change {', '.join(fields)} in place; it is made anew, and its spend restarts at 0"
    )


def say_rotated(subject: str, *, grace: str) -> None:
    """Tell what a new value means for those who have the old one."""
    old = "is refused at once" if grace == NO_GRACE else f"stays valid for {grace} and then expires"
    say(f"{subject}: a new value is made, and the old one {old}; budget, limits and spend carry over")


@cache
def _once(message: str, *, kind: str = "warning: ") -> None:
    print(f"{kind}{message}")
