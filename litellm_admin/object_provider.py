"""Pulumi's create, read, update, delete and diff over the admin API, for any kind of object."""

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
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi, is_empty, same
from litellm_admin.checks import check_inputs, is_unknown
from litellm_admin.inputs import Inputs
from litellm_admin.notices import warn_kept, warn_lost, warn_replaced

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
        return CheckResult(news, failures + self._emptied(_olds, news))

    def _emptied(self, olds: Props, news: Props) -> list[CheckFailure]:
        """Report fields that are left out now and that the proxy would keep."""
        if self.moved(olds, news):
            return []
        gone = sorted(f for f in self.api.kept if not is_empty(olds.get(f)) and is_empty(news.get(f)))
        return [CheckFailure(f, f"cannot be emptied on the proxy: {self.api.kept[f]}") for f in gone]

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compare field by field what the proxy was given with what it shall hold."""
        changed = self.changed(_olds, _news)
        replaces = self.api.needs_new({f: _news.get(f) for f in changed})
        moved = self.moved(_olds, _news)
        if moved:
            replaces += moved
        elif replaces and self.api.spends:
            warn_replaced(self.subject(_news), replaces)
        login = any(_olds.get(name) != _news.get(name) for name in ("url", "token"))
        return DiffResult(
            changes=bool(changed or replaces or login),
            replaces=replaces,
            delete_before_replace=self.clashes(_id, _olds, _news),
        )

    def create(self, props: Props) -> CreateResult:
        """Make the object, or go on with the own one that an interrupted run left."""
        return self.make(props, self.declared(props))

    def make(self, props: Props, declared: Mapping[str, Any]) -> CreateResult:
        """Make the object as declared, and record it by its inputs."""
        id_ = self.object_id(props)
        live = reconcile.create(
            self.calls(client_of(props)),
            id_,
            declared,
            subject=self.subject(props),
            adopt=bool(props.get("adopt")),
            settle=self.settle(props),
        )
        return CreateResult(id_, self.outs(props, live))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Change what changed and read it back. A new address or login alone calls nothing."""
        changed = self.changed(_olds, _news)
        if not changed:
            kept = {name: _olds[name] for name in self.outputs if name in _olds}
            return UpdateResult({**_inputs(_news), **kept})
        live = reconcile.update(
            self.calls(client_of(_news)),
            _id,
            self.declared(_news),
            changed=changed,
            subject=self.subject(_news),
            settle=self.settle(_news),
        )
        return UpdateResult(self.outs(_news, live))

    def settle(self, props: Mapping[str, Any]) -> float:  # noqa: ARG002
        """Return the seconds after which every replica knows of a change."""
        return 0

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the object; one that is gone already is fine."""
        self.calls(client_of(_props)).delete(_id, subject=self.subject(_props))

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return the object as it is, so that drift shows in the next preview.

        A gateway that is down, or cannot say, makes nothing disappear: the record stays, with a warning, and an update
        can repair the gateway. A gateway that does not know the login at all has lost its database: then the object is
        gone with it, and is created again with the login.
        """
        try:
            live = self.calls(client_of(props, patience=0)).look(id_, subject=self.subject(props))
        except AdminError as error:
            return unread(id_, props, error)
        if live is None:
            return self.gone(id_, props)
        inputs = {name: value for name, value in _inputs(props).items() if name not in self.outputs}
        seen = {name: value for name, value in {**inputs, **self.drifted(props, live)}.items() if value is not None}
        return ReadResult(id_, self.outs(seen, live), seen)

    def gone(self, id_: str, props: Props) -> ReadResult:  # noqa: ARG002
        """Return what a refresh records of an object that the proxy does not have any more."""
        return ReadResult(None, {})

    def changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> set[str]:
        """Name the fields whose declaration changed; one whose value is not known yet counts as changed."""
        names = (olds.keys() | news.keys()) & self.api.managed()
        return {f for f in names if is_unknown(news.get(f)) or not same(olds.get(f), news.get(f))}

    def moved(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """Name what makes it another object."""
        return [] if same(olds.get(self.identity), news.get(self.identity)) else [self.identity]

    def clashes(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """Whether the new object cannot exist beside the old one."""
        return not self.moved(olds, news)

    def drifted(self, props: Mapping[str, Any], live: Live) -> Props:
        """Return the drifted fields as they could be declared."""
        return {field: self.held(live, field) for field in self.drift(props, live)}

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the declared fields that the proxy holds differently from what was recorded, and those it filled in."""
        names = (props.keys() & self.api.managed()) - self.api.unreadable
        other = {f for f in names if not self.api.agrees(f, props[f], live.fields.get(f))}
        return other | self.api.filled(props, live).keys()

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


def client_of(props: Mapping[str, Any], *, patience: float | None = None) -> AdminClient:
    """Return the client that a resource's inputs name."""
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
