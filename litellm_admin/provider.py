"""The dynamic providers: Pulumi's create, read, update, delete and diff over the admin API.

They hold no state and live in an importable module, so that a resource keeps a reference of a few bytes and not the
code (Pulumi pickles what is neither). Refresh and destroy run this module without the program.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

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
from litellm_admin.budget_api import BudgetApi
from litellm_admin.checks import check_inputs, is_unknown
from litellm_admin.client import AdminClient
from litellm_admin.customer_api import CustomerApi
from litellm_admin.errors import AdminError
from litellm_admin.inputs import BudgetInputs, CustomerInputs, Inputs, VirtualKeyInputs
from litellm_admin.key_api import KeyApi
from litellm_admin.keys import key_hash
from litellm_admin.notices import warn_kept, warn_lost, warn_replaced
from litellm_admin.objects import Live, ObjectApi, is_empty, same

Props = dict[str, Any]

PATIENCE: Final = 60.0
"""Seconds for which a change waits for a gateway that is not there or busy."""

_PROVIDER = "__provider"


class ObjectProvider(ResourceProvider):
    """What the resources have in common. Inputs and outputs are the object's fields, flat, in LiteLLM's words."""

    # The reference to the class is no secret; encrypting it would only swell the state.
    serialize_as_secret_always = False

    api: ClassVar[type[ObjectApi]]
    inputs: ClassVar[type[Inputs]]
    identity: ClassVar[str]
    """The input that makes the object this one: another value is another object."""
    label: ClassVar[str]
    """The input that names the object in messages."""
    outputs: ClassVar[tuple[str, ...]] = ()
    """What the proxy adds and the resource shows."""

    @abstractmethod
    def calls(self, client: AdminClient) -> ObjectApi:
        """Return the calls for this kind of object."""

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return the id that the proxy and Pulumi know the object by."""
        return str(props[self.identity])

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report every input that the proxy would refuse or ignore, already at preview."""
        failures = [CheckFailure(field, reason) for field, reason in check_inputs(self.inputs, news)]
        return CheckResult(news, failures)

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compare field by field what the proxy was given with what it shall hold."""
        changed = self.changed(_olds, _news)
        replaces = self.api.needs_new({f: _news.get(f) for f in changed})
        moved = not same(_olds.get(self.identity), _news.get(self.identity))
        if moved:
            replaces.append(self.identity)
        elif replaces:
            warn_replaced(self.subject(_news), replaces)
        login = any(_olds.get(name) != _news.get(name) for name in ("url", "token"))
        return DiffResult(
            changes=bool(changed or replaces or login),
            replaces=replaces,
            delete_before_replace=not moved or self.clashes(_olds, _news),
        )

    def create(self, props: Props) -> CreateResult:
        """Make the object, or go on with the own one that an interrupted run left."""
        live = reconcile.create(
            self.calls(_client(props)),
            self.object_id(props),
            self.declared(props),
            subject=self.subject(props),
            adopt=bool(props.get("adopt")),
        )
        return CreateResult(self.object_id(props), self.outs(props, live))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Change what changed and read it back. A new address or login alone calls nothing."""
        changed = self.changed(_olds, _news)
        if not changed:
            kept = {name: _olds[name] for name in self.outputs if name in _olds}
            return UpdateResult({**_inputs(_news), **kept})
        live = reconcile.update(
            self.calls(_client(_news)), _id, self.declared(_news), changed=changed, subject=self.subject(_news)
        )
        return UpdateResult(self.outs(_news, live))

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the object; one that is gone already is fine."""
        self.calls(_client(_props)).delete(_id, subject=self.subject(_props))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return the object as it is, so that drift shows in the next preview.

        A gateway that is down, or cannot say, makes nothing disappear: the record stays, with a warning, and an update
        can repair the gateway. A gateway that does not know the login at all has lost its database: then the object is
        gone with it, and is created again with the login.
        """
        try:
            live = self.calls(_client(props, patience=0)).find(id_, subject=self.subject(props))
        except AdminError as error:
            return unread(id_, props, error)
        if live is None:
            return ReadResult(None, {})
        inputs = {name: value for name, value in _inputs(props).items() if name not in self.outputs}
        drifted = {field: self.held(live, field) for field in self.drift(props, live)}
        seen = {name: value for name, value in {**inputs, **drifted}.items() if value is not None}
        return ReadResult(id_, self.outs(seen, live), seen)

    def changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> set[str]:
        """Name the fields whose declaration changed; one whose value is not known yet counts as changed."""
        names = (olds.keys() | news.keys()) & self.api.managed()
        return {f for f in names if is_unknown(news.get(f)) or not same(olds.get(f), news.get(f))}

    def clashes(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """Whether the new object cannot exist beside the old one."""
        return False

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the declared fields that the proxy holds differently from what was recorded."""
        names = (props.keys() & self.api.managed()) - self.api.unreadable
        return {f for f in names if not same(props[f], live.fields.get(f))}

    def held(self, live: Live, field: str) -> Any:
        """Return a field as it could be declared; None if it is empty or has no such form."""
        value = live.fields.get(field)
        return None if is_empty(value) or field in self.api.unreadable else value

    def declared(self, props: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object's identity and fields with the types that the proxy expects."""
        return self.inputs.fields_of(_inputs(props))

    def outs(self, props: Mapping[str, Any], live: Live) -> Props:
        """Return what Pulumi records: the inputs, and what the proxy added."""
        return {**_inputs(props), **{name: live.computed.get(name) for name in self.outputs}}

    def subject(self, props: Mapping[str, Any]) -> str:
        """Name the object in messages."""
        return f"{self.api.noun} {str(props.get(self.label))!r}"


class VirtualKeyProvider(ObjectProvider):
    """Virtual keys; the id is the hash of the value."""

    api = KeyApi
    inputs = VirtualKeyInputs
    identity = "key"
    label = "key_alias"
    outputs = ("expires",)

    def calls(self, client: AdminClient) -> KeyApi:
        """Return the calls for keys."""
        return client.keys

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return the hash by which the proxy names the key."""
        return key_hash(str(props["key"]))

    def clashes(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Whether both keys have the same alias, which is unique on the proxy."""
        return bool(olds.get("key_alias") == news.get("key_alias"))

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the drifted fields; `duration` shows by the moment of expiry that was recorded after it was set."""
        moved = "duration" in props and props.get("expires") != live.computed.get("expires")
        return super().drift(props, live) | ({"duration"} if moved else set())


class BudgetProvider(ObjectProvider):
    """Budgets."""

    api = BudgetApi
    inputs = BudgetInputs
    identity = "budget_id"
    label = "budget_id"

    def calls(self, client: AdminClient) -> BudgetApi:
        """Return the calls for budgets."""
        return client.budgets


class CustomerProvider(ObjectProvider):
    """Customers."""

    api = CustomerApi
    inputs = CustomerInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> CustomerApi:
        """Return the calls for customers."""
        return client.customers


def _client(props: Mapping[str, Any], *, patience: float | None = None) -> AdminClient:
    seconds = PATIENCE if patience is None else patience
    return AdminClient(str(props["url"]), token=str(props["token"]), patience=seconds)


def _inputs(props: Mapping[str, Any]) -> Props:
    return {name: value for name, value in props.items() if name != _PROVIDER}


def unread(id_: str, props: Props, error: AdminError) -> ReadResult:
    """Return what a refresh may conclude from a failed read, or raise the error again if that is nothing."""
    if error.unknown_login:
        warn_lost(str(props["url"]))
        return ReadResult(None, {})
    if error.tells_nothing:
        warn_kept(str(props["url"]), error)
        return ReadResult(id_, dict(props))
    raise error
