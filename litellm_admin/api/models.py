"""Models in the proxy's database on the admin API."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi, same
from litellm_admin.fields.model import ModelFields

PARTS = frozenset({"litellm_params", "model_info"})
"""Objects that the proxy adds parts of its own to."""


def other_parts(declared: object, held: object) -> dict[str, Any]:
    """Return the declared parts of an object that are held differently, as they are held.

    The proxy leaves secrets out, masks what looks like one, and shows what it read for os.environ/NAME.
    """
    wanted = declared if isinstance(declared, Mapping) else {}
    there = held if isinstance(held, Mapping) else {}
    readable = {n: v for n, v in wanted.items() if n in there and not str(v).startswith("os.environ/")}
    return {n: there[n] for n, v in readable.items() if not _masked(v, there[n]) and not same(v, there[n])}


def _masked(declared: object, held: object) -> bool:
    return "*" in str(held) and "*" not in str(declared)


def deployment_id(name: str, fields: Mapping[str, Any], *, secret: str) -> str:
    """Return an id for the model `name` with these fields: other fields, another id.

    Nobody can try values against it who does not know the secret.
    """
    content = json.dumps(fields, sort_keys=True).encode()
    return f"{name}-{hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()[:12]}"


class ModelApi(ObjectApi):
    """Find, make and delete deployments. None is ever changed.

    PATCH /model/{id}/update cannot take a parameter away, and the other replicas learn of a change up to half a minute
    later. A changed model is a new deployment beside the old one, which goes when all replicas know the new one.
    """

    noun = "model"
    model = ModelFields
    spends = False
    fixed = ModelFields.managed()

    @classmethod
    def agrees(cls, field: str, declared: object, held: object) -> bool:
        """Compare the parts of an object that are declared and can be read."""
        return not other_parts(declared, held) if field in PARTS else super().agrees(field, declared, held)

    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the deployment with this id, from the replica's memory or else from the database."""
        query: dict[str, str | int] = {"modelId": id_}
        answer = self._transport.call("GET", "/v2/model/info", operation="read", subject=subject, query=query)
        rows = [row for row in answer["data"] if row["model_info"].get("db_model")]
        return self._live(rows[0]) if rows else None

    def rows(self) -> list[Mapping[str, Any]]:
        """Return all deployments that the replica knows, those of config.yaml too, with the prices that it knows."""
        answer = self._transport.call("GET", "/v1/model/info", operation="list the models of", subject="the proxy")
        rows: list[Mapping[str, Any]] = answer["data"]
        return rows

    def create(self, fields: Mapping[str, Any], *, subject: str) -> None:
        """Make the deployment with the id in `id`."""
        info = {**(fields.get("model_info") or {}), "id": fields["id"]}
        body = {"model_name": fields["model_name"], "litellm_params": fields["litellm_params"], "model_info": info}
        try:
            self._post("/model/new", body, operation="create", subject=subject)
        except AdminError as error:
            failure = error
        else:
            return
        if "STORE_MODEL_IN_DB" in failure.message:
            raise AdminError(
                status=failure.status,
                operation="create",
                subject=subject,
                message="the proxy keeps no models in its database: set general_settings.store_model_in_db: true",
            )
        if failure.status == 500 and self.find(str(fields["id"]), subject=subject) is not None:
            # "Failed to add model to db", for a row of this id too: it is of a first try.
            return
        raise failure

    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Refuse: another content is another deployment."""
        raise NotImplementedError(f"{subject} {id_} is replaced, not changed ({sorted(changes)}, {live})")

    def delete(self, id_: str, *, subject: str) -> None:
        """Delete the deployment with this id."""
        try:
            self._post("/model/delete", {"id": id_}, operation="delete", subject=subject)
        except AdminError as error:
            if error.status != 400 or "not found in db" not in error.message:
                raise

    def owns(self, live: Live) -> bool:  # noqa: ARG002
        """Whoever makes up the same id out of the same content and secret is the same stack."""
        return True

    def _live(self, row: Mapping[str, Any]) -> Live:
        return Live(fields={field: row.get(field) for field in self.managed()}, computed={})
