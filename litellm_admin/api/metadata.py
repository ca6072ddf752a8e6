"""The metadata of an object, where the proxy also keeps fields of the object, and the stack its mark."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Self

from litellm_admin.api.objects import is_empty
from litellm_admin.fields.base import MANAGED_BY


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What one metadata column holds.

    plain: the object's `metadata` as it is declared. backed: fields of the object. managed_by: the mark, if any.
    """

    plain: Mapping[str, Any]
    backed: Mapping[str, Any]
    managed_by: str | None

    @classmethod
    def read(cls, column: object, backed: AbstractSet[str], *, hidden: AbstractSet[str] = frozenset()) -> Self:
        """Take a column apart. hidden: entries of the proxy's own, which it keeps whatever is written."""
        entries = dict(column) if isinstance(column, Mapping) else {}
        mark = entries.pop(MANAGED_BY, None)
        fields = {name: entries.pop(name) for name in backed if name in entries}
        plain = {name: value for name, value in entries.items() if name not in hidden}
        return cls(plain=plain, backed=fields, managed_by=None if mark is None else str(mark))

    def changed(self, changes: Mapping[str, Any], backed: AbstractSet[str]) -> dict[str, Any]:
        """Return the part of an update's body that is about metadata; empty if nothing there changes.

        The proxy replaces the column as a whole: all that is to stay is sent, and the changed fields by their names
        too, because only then does the proxy check them.
        """
        fields = {name: value for name, value in changes.items() if name in backed}
        if not fields and "metadata" not in changes:
            return {}
        plain = changes["metadata"] or {} if "metadata" in changes else self.plain
        held = {name: value for name, value in {**self.backed, **fields}.items() if not is_empty(value)}
        named = {name: value for name, value in fields.items() if not is_empty(value)}
        return {"metadata": {**plain, **held, **mark(self.managed_by)}, **named}


def mark(managed_by: str | None) -> dict[str, str]:
    """Return the entry that tells whose object it is."""
    return {} if managed_by is None else {MANAGED_BY: managed_by}
