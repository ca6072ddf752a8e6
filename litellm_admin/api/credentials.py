"""Credentials in the proxy's database on the admin API."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litellm_admin.api.errors import AdminError
from litellm_admin.api.marked import MarkedApi
from litellm_admin.api.metadata import Metadata, mark
from litellm_admin.api.objects import Live, is_empty
from litellm_admin.fields.model import CredentialFields


class CredentialApi(MarkedApi):
    """Find, make, change and delete credentials. Values never read back: only their names can be compared."""

    noun = "credential"
    model = CredentialFields
    spends = False
    unreadable = frozenset({"credential_values"})

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the credential of this name, as the replica that answers has it in memory."""
        row = self._get(f"/credentials/by_name/{quote(id_, safe='')}", subject=subject)
        return None if row is None else self._live(row)

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the credential with the name in `credential_name`, marked as this login's."""
        info = {**(fields.get("credential_info") or {}), **mark(self._login())}
        body = {**fields, "credential_info": info}
        self._post("/credentials", body, operation="create", subject=subject)

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed values, and delete those that are there no more."""
        # The database takes what is sent for the whole, the memory lays it over what is there: null is for the latter.
        held = live.fields["credential_info"]
        info = {**dict.fromkeys(held), **(changes.get("credential_info", held) or {}), **mark(self._login())}
        body: dict[str, Any] = {"credential_info": info}
        if "credential_values" in changes:
            values = changes["credential_values"]
            body["credential_values"] = values
            body["credential_values_to_delete"] = sorted(live.computed["names"] - values.keys())
        path = f"/credentials/{quote(id_, safe='')}"
        self._transport.call("PATCH", path, operation="update", subject=subject, body=body, repeatable=True)

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the credential of this name."""
        path = f"/credentials/{quote(id_, safe='')}"
        try:
            self._transport.call("DELETE", path, operation="delete", subject=subject, repeatable=True)
        except AdminError as error:
            if error.status != 404:
                raise

    def claim(self, id_: str, live: Live, *, subject: str) -> None:
        """Mark the credential as this login's."""
        self.update(id_, {}, live, subject=subject)

    def _live(self, row: Mapping[str, Any]) -> Live:
        values = row.get("credential_values") or {}
        entries = {name: value for name, value in (row.get("credential_info") or {}).items() if not is_empty(value)}
        info = Metadata.read(entries, frozenset())
        return Live(
            fields={"credential_info": info.plain, "credential_values": values},
            computed={"names": frozenset(values), "metadata": info},
        )
