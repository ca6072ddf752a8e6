"""Many virtual keys as one group, on the admin API.

Each key bears the group's name. So the proxy is the record of what a run made that was killed: whatever bears the name
and is not declared is found there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from litellm_admin.api.objects import Live
from litellm_admin.api.succession import original_alias
from litellm_admin.api.transport import Transport
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.base import MANAGED_BY

_AT_ONCE: Final = 20
"""Keys that are deleted in one call: it asks the database about all of them at once, and fails where one of the answers
takes 10 s (seen with 55 on a machine with twelve times the load that it has cores for)."""


class GroupKeyApi(KeyApi):
    """The calls for the keys of one group."""

    def __init__(self, transport: Transport, *, group: str) -> None:
        super().__init__(transport)
        self._mark = mark_of(group)

    def create(self, fields: Mapping[str, Any], *, subject: str) -> Live | None:
        """Generate the key as `KeyApi.create` does, with the group's name in its metadata."""
        marked = {**(fields.get("metadata") or {}), MANAGED_BY: self._mark}
        return super().create({**fields, "metadata": marked}, subject=subject)

    def members(self, *, subject: str) -> dict[str, tuple[str, Live]]:
        """Return what the group holds, each with its alias, by its hash; keys whose value was rotated away as well."""
        return {
            hash_: (str(live.fields["key_alias"]), live)
            for hash_, live in ((str(row["token"]), self._live(row)) for row in self.rows(subject=subject))
            if live.computed["metadata"].managed_by == self._mark
        }

    def delete_all(self, hashes: Sequence[str], *, subject: str) -> None:
        """Delete keys, some at a time; those that are gone are deleted already."""
        for start in range(0, len(hashes), _AT_ONCE):
            self._post_delete("/key/delete", {"keys": list(hashes[start : start + _AT_ONCE])}, subject=subject)


def mark_of(group: str) -> str:
    """Return what tells on the proxy that a key is of a group."""
    return f"key group {group}"


def named(members: Mapping[str, tuple[str, Live]], aliases: Collection[str]) -> Iterator[str]:
    """Name the hashes of the members that have one of the aliases, or had it before their value was rotated."""
    for hash_, (alias, _) in members.items():
        if (original_alias(alias) or alias) in aliases:
            yield hash_
