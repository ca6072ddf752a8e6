"""The dynamic provider of the credential that the other resources log in with.

The master key is used here and nowhere else, so that rotating it touches one record, and a delete after a rotation
still finds a valid login. What the credential may call is the least that manages keys, budgets and customers.
"""

from collections.abc import Mapping
from typing import Any, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from litellm_admin import reconcile
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.checks import check_inputs
from litellm_admin.inputs import ProvisionerInputs
from litellm_admin.keys import key_hash
from litellm_admin.notices import say
from litellm_admin.object_provider import unread

Props = dict[str, Any]

ALLOWED_ROUTES: Final = (
    "/key/generate",
    "/key/update",
    "/key/delete",
    "/key/info",
    "/key/list",
    "/budget/new",
    "/budget/update",
    "/budget/info",
    "/budget/list",
    "/budget/delete",
    "/customer/new",
    "/customer/update",
    "/customer/info",
    "/customer/list",
    "/customer/delete",
    "/team/new",
    "/team/update",
    "/team/permissions_update",
    "/team/info",
    "/team/delete",
    "/team/member_add",
    "/team/member_update",
    "/team/member_delete",
    "/user/new",
    "/user/update",
    "/v2/user/info",
    "/user/delete",
    "/model/new",
    "/model/delete",
    "/v2/model/info",
    "/credentials",
    "/credentials/*",
)
"""A list of paths, because the group management_routes allows more, and leaves budgets and customers out."""

EXPIRED: Final = "expired_key"
"""What LiteLLM calls the error when a request comes with a key that has expired."""

FILLED: Final = "filled"
"""What a refresh writes: the limits that the proxy's settings gave the key."""

_INPUTS = ("url", "master_key", "key", "user_id", "key_alias")


class ProvisionerProvider(ResourceProvider):
    """An admin user, and a key of that user with a short list of routes."""

    serialize_as_secret_always = False

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report inputs that the proxy would refuse."""
        failures = [CheckFailure(field, reason) for field, reason in check_inputs(ProvisionerInputs, news)]
        return CheckResult(news, failures)

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Replace for another key or user, beside the old one; update for the rest."""
        changed = [name for name in _INPUTS if _olds.get(name) != _news.get(name)]
        if "master_key" in changed and "master_key" in _olds:
            say(
                "master key: replicas are replaced beside the old ones, without a lost request; virtual keys and every "
                "other login go on, and the old master key is refused from the cutover on"
            )
        if "key" in changed and "key" in _olds:
            say(
                "provisioner key: a new one is registered beside the old one, which goes last; nothing restarts, and "
                "clients do not notice"
            )
        replaces = [name for name in changed if name in ("key", "user_id")]
        drifted = _drifted(_olds)
        return DiffResult(
            changes=bool(changed or drifted), replaces=replaces, delete_before_replace="key" not in changed
        )

    def create(self, props: Props) -> CreateResult:
        """Register the user and the key with the master key, or go on with those of an interrupted run."""
        client = _master(props)
        client.admin_users.ensure(str(props["user_id"]))
        reconcile.create(client.keys, _hash(props), _declared(props), subject=_subject(props))
        return CreateResult(_hash(props), _outs(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Bring alias, routes and limits to what they shall be; a new master key or address is only recorded."""
        if _olds.get("key_alias") != _news["key_alias"] or _drifted(_olds):
            client = _master(_news)
            client.admin_users.ensure(str(_news["user_id"]))
            reconcile.update(client.keys, _id, _declared(_news), changed=(), subject=_subject(_news))
        return UpdateResult(_outs(_news))

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the key, and the user unless a newer key of theirs is in use.

        The master key on record is one of before where both were rotated at once; then the key removes itself. Where
        the proxy knows neither, there is nothing left to remove.
        """
        for token in (_props["master_key"], _props["key"]):
            try:
                _remove(AdminClient(str(_props["url"]), token=str(token)), _id, _props)
            except AdminError as error:
                if not error.unknown_login:
                    raise
            else:
                return

    def read(self, id_: str, props: Props) -> ReadResult:
        """Look the key up with itself: the master key on record may be an older one than the proxy's.

        One that has expired, because the proxy's settings gave it an end, is brought back by the next update.
        """
        client = AdminClient(str(props["url"]), token=str(props["key"]), patience=0)
        try:
            live = client.keys.find(id_, subject=_subject(props))
        except AdminError as error:
            if error.kind == EXPIRED:
                known = {name: props[name] for name in _INPUTS if name in props}
                return ReadResult(id_, {**props, FILLED: ["duration"]}, {**known, "token": props["key"]})
            return unread(id_, props, error)
        if live is None:
            return ReadResult(None, {})
        inputs = {name: props[name] for name in _INPUTS if name in props} | {"user_id": live.fields.get("user_id")}
        outs = {**_outs(inputs), "allowed_routes": live.fields.get("allowed_routes") or []}
        if filled := list(client.keys.filled(_declared(props), live)):
            outs[FILLED] = filled
        return ReadResult(id_, outs, {**inputs, "token": props["key"]})


def _master(props: Mapping[str, Any]) -> AdminClient:
    return AdminClient(str(props["url"]), token=str(props["master_key"]))


def _remove(client: AdminClient, id_: str, props: Mapping[str, Any]) -> None:
    user_id = str(props["user_id"])
    if set(client.keys.hashes(subject=f"admin user {user_id!r}", user_id=user_id)) - {id_}:
        client.keys.delete(id_, subject=_subject(props))
    else:
        # The proxy deletes a user's keys with the user: one call, because it may be the last that the key can make.
        client.admin_users.delete(user_id)


def _drifted(olds: Mapping[str, Any]) -> bool:
    return bool(olds.get(FILLED)) or olds.get("allowed_routes") != list(ALLOWED_ROUTES)


def _hash(props: Mapping[str, Any]) -> str:
    return key_hash(str(props["key"]))


def _subject(props: Mapping[str, Any]) -> str:
    return f"provisioner key of {str(props.get('user_id'))!r}"


def _declared(props: Mapping[str, Any]) -> Props:
    # Aliases are unique on the proxy, and a new key has to stand beside the old one.
    alias = f"{props['key_alias']}-{_hash(props)[:8]}"
    return {
        "key": props["key"],
        "key_alias": alias,
        "user_id": props["user_id"],
        "allowed_routes": list(ALLOWED_ROUTES),
        "blocked": False,
    }


def _outs(props: Mapping[str, Any]) -> Props:
    inputs = {name: props[name] for name in _INPUTS if name in props}
    return {**inputs, "token": props["key"], "allowed_routes": list(ALLOWED_ROUTES)}
