"""keptData: the database, and the secrets without which it is unreadable, are not lost to an edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.resources import PASSWORD, VOLUME, VOLUME_OF_PULUMI_DOCKER, Resource, Violation

DESCRIPTION = "No volume and no salt key is deleted or replaced, and what is protected stays so."
SALT_KEY = "secrets-salt-key"
"""Start of the names of the salt keys (components/secrets.py)."""

_VOLUMES = (VOLUME, VOLUME_OF_PULUMI_DOCKER)
_REPLACING = {**dict.fromkeys(_VOLUMES, ("name",)), PASSWORD: ("keepers", "length", "special")}
"""Inputs of which another value makes another thing; the program ignores the rest, or never changes it."""

_MEND = (
    "take back the change of the stack config that does it; to give the data up for good, take a backup (make backup)"
    " and remove the stack (make down)"
)
_KEEP = "keep `protect: true`; where the environment shall be disposable from now on, set policy.keptData: disabled too"


def violations(recorded: Sequence[Resource], registered: Sequence[Resource]) -> Iterator[Violation]:
    """Report what the state records and the update would lose."""
    after = {resource.urn: resource for resource in registered}
    for old in recorded:
        # A volume of an earlier version is the same resource under another type (engine/volume.py).
        new = after.get(old.urn) or after.get(old.urn.replace(VOLUME_OF_PULUMI_DOCKER, VOLUME))
        if _is_kept(old) and (loss := _loss(old, new)):
            yield Violation(message=f"{_title(old)} {loss}.", urn=old.urn)


def _is_kept(resource: Resource) -> bool:
    salt_key = resource.type == PASSWORD and resource.name.startswith(SALT_KEY)
    return resource.protect or resource.type in _VOLUMES or salt_key


def _loss(old: Resource, new: Resource | None) -> str:
    if new is None:
        # `make upgrade-database` leaves the volume of before on the host, outside of the state.
        return "" if old.retained and not old.protect else f"would be deleted: {_MEND}"
    changed = [
        name
        for name in _REPLACING.get(old.type, ())
        if new.known(name) is not None and new.known(name) != old.known(name)
    ]
    if changed:
        return f"would be replaced by a new one, because of another {' and '.join(changed)}: {_MEND}"
    return f"would lose its protection: {_KEEP}" if old.protect and not new.protect else ""


def _title(resource: Resource) -> str:
    return f"the volume {resource.known('name')!r}" if resource.type in _VOLUMES else f"the secret {resource.name!r}"
