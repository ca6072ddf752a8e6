"""Object permissions of keys, teams and users: a row of their own, which an update is laid over."""

from collections.abc import Mapping
from typing import Any

from litellm_admin.api.objects import is_empty
from litellm_admin.fields.base import ObjectPermission

FIELD = "object_permission"
_EMPTY: dict[str, Any] = {name: {} if name == "mcp_tool_permissions" else [] for name in ObjectPermission.model_fields}


def held(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row of a key, team or user permits, as it is declared."""
    permission = row.get(FIELD) or {}
    return {name: permission[name] for name in _EMPTY if not is_empty(permission.get(name))}


def whole(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an update's body that sets the permissions, with a word on each that is not declared."""
    return {FIELD: {**_EMPTY, **(changes[FIELD] or {})}} if FIELD in changes else {}
