"""The dynamic providers, one for each kind of object.

They hold no state and live in an importable module, so that a resource keeps a reference of a few bytes and not the
code (Pulumi pickles what is neither). The state names this module and these classes: they stay where they are. Refresh
and destroy run it without the program.
"""

import time
from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from litellm_admin import reconcile
from litellm_admin.adoption import FIRST, start_of, was_rotated
from litellm_admin.api.budgets import BudgetApi
from litellm_admin.api.client import AdminClient
from litellm_admin.api.credentials import CredentialApi
from litellm_admin.api.customers import CustomerApi
from litellm_admin.api.models import PARTS, ModelApi, deployment_id, other_parts
from litellm_admin.api.objects import Live, same
from litellm_admin.api.succession import delete_retired, is_retired, original_alias, retire
from litellm_admin.api.team_members import TeamMemberApi, membership_id
from litellm_admin.api.teams import TeamApi
from litellm_admin.api.users import UserApi
from litellm_admin.api.virtual_keys import KeyApi, undeclared_expiry
from litellm_admin.checks import is_unknown
from litellm_admin.inputs import (
    BudgetInputs,
    CredentialInputs,
    CustomerInputs,
    ModelInputs,
    TeamInputs,
    TeamMemberInputs,
    UserInputs,
    VirtualKeyInputs,
)
from litellm_admin.keys import key_hash
from litellm_admin.notices import say_rotated
from litellm_admin.object_provider import ObjectProvider, Props, client_of


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

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report also a key that is neither to be created nor to be adopted; record where its rotation starts."""
        adopts = news.get("adopt") is True
        if adopts and "rotation" in news:
            news = {**news, "start": start_of(_olds, news)}
        result = super().check(_olds, news)
        if (news.get("key") is None) is not adopts:
            result.failures.append(CheckFailure("key", "has to be given, unless there is adopt: true instead of it"))
        given = [name in news for name in ("own_key", "rotation", "grace")]
        if adopts and any(given) and not all(given):
            result.failures.append(CheckFailure("own_key", "goes with rotation and grace: give all three or none"))
        result.failures += self._lost(_olds, news)
        return result

    def _lost(self, olds: Props, news: Props) -> list[CheckFailure]:
        """Report what would take a value away that only its users know, or what cannot bring such a value back."""
        adopts = news.get("adopt") is True
        failures = []
        if olds and adopts:
            # Another one in its place would have another value.
            fixed = sorted(field for field in self.changed(olds, news) if field in self.api.fixed)
            failures += [CheckFailure(field, "cannot be changed for a key that is adopted") for field in fixed]
        if olds.get("adopt") is True and not adopts and not was_rotated(olds):
            failures.append(
                CheckFailure(
                    "adopt",
                    "cannot be removed: the key would lose the value that its users have. To give it a value of the"
                    " stack's own first, raise its rotation",
                )
            )
        if olds.get("adopt") is True and adopts and was_rotated(olds) and "start" in news and not was_rotated(news):
            failures.append(
                CheckFailure(
                    "rotation",
                    "is not higher than when the key was adopted, and the value of then is known to its users only:"
                    " write a higher number, such as that of before",
                )
            )
        return failures

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return the hash by which the proxy names the key; that of an adopted key is looked up by its alias."""
        if props.get("key") is not None:
            return key_hash(str(props["key"]))
        return client_of(props).keys.id_of(str(props["key_alias"]), subject=self.subject(props))

    def moved(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """Name what makes it another key; an adopted one is never replaced (litellm_admin/adoption.py)."""
        return [] if news.get("adopt") is True else super().moved(olds, news)

    def clashes(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Whether both keys have the same alias, which is unique on the proxy, and the old one keeps it."""
        if super().clashes(id_, olds, news):
            return True
        return "grace" not in news and bool(olds.get("key_alias") == news.get("key_alias"))

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compare as for every object, and say what becomes of a value that is rotated."""
        result = super().diff(_id, _olds, _news)
        rotated = _is_rotated(_olds, _news)
        if rotated or ("grace" in _news and self.moved(_olds, _news)):
            say_rotated(self.subject(_news), grace=str(_news["grace"]))
        result.changes = bool(result.changes or rotated)
        return result

    def create(self, props: Props) -> CreateResult:
        """Create the key; if its value is rotated, the one of before gives it its alias, and its spend counts on."""
        if props.get("adopt") is True:
            return self._adopt(props)
        if "grace" not in props:
            return super().create(props)
        declared = self._in_place_of_earlier(props, str(props["key_alias"]), adopt=False)
        return self.make(props, declared)

    def _adopt(self, props: Props) -> CreateResult:
        """Take over the key that has the alias. One that has the stack's value already was rotated before."""
        id_ = self.object_id(props)
        own = {"key": props["own_key"]} if id_ == key_hash(str(props.get("own_key"))) else {}
        live = reconcile.create(
            self.calls(client_of(props)),
            id_,
            self.declared({**props, **own}),
            subject=self.subject(props),
            adopt=True,
        )
        start = {"start": FIRST} if own else {}
        return CreateResult(id_, {**self.outs(props, live), **own, **start})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Change what changed; an adopted key whose rotation was raised gets its next value."""
        if _news.get("adopt") is not True:
            return super().update(_id, _olds, _news)
        if not _is_rotated(_olds, _news):
            own = _own(_olds)
            outs = super().update(_held(_id, _olds), _olds, {**_news, **own}).outs or {}
            return UpdateResult({**outs, **own})
        props = {**_news, "key": _news["own_key"]}
        alias = str(_olds.get("key_alias") or _news["key_alias"])
        # A run that was cut off may have given its alias away already, and a refresh may have seen that.
        declared = self._in_place_of_earlier(props, original_alias(alias) or alias, adopt=True)
        live = reconcile.create(
            self.calls(client_of(props)), self.object_id(props), declared, subject=self.subject(props)
        )
        return UpdateResult(self.outs(props, live))

    def _in_place_of_earlier(self, props: Props, alias: str, *, adopt: bool) -> Props:
        """Have the key with this alias expire after the grace; return the declaration of the key that follows it."""
        spend = retire(
            client_of(props).keys,
            alias,
            successor=self.object_id(props),
            grace=str(props["grace"]),
            adopt=adopt,
            subject=self.subject(props),
        )
        return {**self.declared(props), "spend": spend}

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return the key as it is."""
        result = super().read(_held(id_, props), props)
        if result.inputs is None or props.get("adopt") is not True:
            return result
        # The value is no input of an adopted key: the engine would keep it in clear.
        inputs = {name: value for name, value in result.inputs.items() if name != "key"}
        return ReadResult(result.id, result.outs, inputs)

    def gone(self, id_: str, props: Props) -> ReadResult:
        """Keep the record of an adopted key that has the stack's value: the next update creates it again."""
        if props.get("adopt") is not True or not _own(props):
            return super().gone(id_, props)
        recorded = {name: value for name, value in props.items() if name not in self.api.managed()}
        return ReadResult(id_, recorded, dict(recorded))

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the key, and those of before it; but one that was rotated away expires by itself."""
        keys, alias, subject = client_of(_props).keys, str(_props.get("key_alias")), self.subject(_props)
        held = _held(_id, _props)
        live = keys.find(held, subject=subject)
        if live is None or is_retired(live.fields["key_alias"], alias=alias):
            return
        keys.delete(held, subject=subject)
        if "grace" in _props:
            delete_retired(keys, alias, subject=subject)

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the drifted fields; `duration` shows by the moment of expiry that was recorded after it was set."""
        moved = "duration" in props and props.get("expires") != live.computed.get("expires")
        return super().drift(props, live) | ({"duration"} if moved else set())

    def drifted(self, props: Mapping[str, Any], live: Live) -> Props:
        """Return the drifted fields; an expiry that is not declared is shown by its moment, to be taken away."""
        drifted = super().drifted(props, live)
        return {**drifted, **undeclared_expiry(props, live)} if "duration" in drifted else drifted


def _own(props: Mapping[str, Any]) -> Props:
    """Return the value that the stack gave to an adopted key; nothing while it has its users'."""
    return {"key": props["key"]} if props.get("key") else {}


def _held(id_: str, props: Mapping[str, Any]) -> str:
    """Return the hash of the key's value; the id of an adopted key follows a rotation with the next refresh."""
    return key_hash(str(props["key"])) if props.get("key") else id_


def _is_rotated(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether an adopted key gets another value."""
    if news.get("adopt") is not True or "start" not in news or not was_rotated(news):
        return False
    return is_unknown(news["own_key"]) or olds.get("key") != news["own_key"]


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


class TeamProvider(ObjectProvider):
    """Teams."""

    api = TeamApi
    inputs = TeamInputs
    identity = "team_id"
    label = "team_id"

    def calls(self, client: AdminClient) -> TeamApi:
        """Return the calls for teams."""
        return client.teams


class TeamMemberProvider(ObjectProvider):
    """Memberships of users in teams."""

    api = TeamMemberApi
    inputs = TeamMemberInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> TeamMemberApi:
        """Return the calls for memberships."""
        return client.team_members

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return an id of both ids."""
        return membership_id(str(props["team_id"]), str(props["user_id"]))

    def moved(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """Name what makes it another membership."""
        return [name for name in ("team_id", "user_id") if not same(olds.get(name), news.get(name))]

    def subject(self, props: Mapping[str, Any]) -> str:
        """Name the member and the team."""
        return f"{super().subject(props)} of team {str(props.get('team_id'))!r}"


class UserProvider(ObjectProvider):
    """Users."""

    api = UserApi
    inputs = UserInputs
    identity = "user_id"
    label = "user_id"

    def calls(self, client: AdminClient) -> UserApi:
        """Return the calls for users."""
        return client.users


class SettlingProvider(ObjectProvider):
    """Objects that each replica keeps in its memory, and reads anew every half minute.

    Their input `settle` is how many seconds pass until all replicas know of a change; 0 for a single one.
    """

    def settle(self, props: Mapping[str, Any]) -> float:
        """Return the input."""
        return float(props.get("settle") or 0)

    def create(self, props: Props) -> CreateResult:
        """Make the object, and wait until all replicas know it."""
        result = super().create(props)
        time.sleep(self.settle(props))
        return result

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Change the object, and wait until all replicas know the change."""
        result = super().update(_id, _olds, _news)
        if self.changed(_olds, _news):
            time.sleep(self.settle(_news))
        return result

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return the object as it is; what differs may be a replica that has not read it yet."""

        def settled(result: ReadResult) -> bool:
            return result.id is not None and (result.inputs is None or not self.changed(result.inputs, props))

        ask = super().read
        return reconcile.ask_until(lambda: ask(id_, props), settled, within=self.settle(props))


class ModelProvider(SettlingProvider):
    """Models in the proxy's database; a changed one is another deployment beside the old one."""

    api = ModelApi
    inputs = ModelInputs
    identity = "model_id"
    label = "model_id"

    def calls(self, client: AdminClient) -> ModelApi:
        """Return the calls for models."""
        return client.models

    def object_id(self, props: Mapping[str, Any]) -> str:
        """Return an id that tells of what the deployment holds."""
        return str(self.declared(props)["id"])

    def declared(self, props: Mapping[str, Any]) -> dict[str, Any]:
        """Return the deployment's id and fields."""
        fields = super().declared(props)
        name = str(fields.pop("model_id"))
        return {**fields, "id": deployment_id(name, fields, secret=str(props["token"]))}

    def clashes(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """Whether the new deployment is the old one again, put right."""
        return not is_unknown(news) and self.object_id(news) == id_

    def drifted(self, props: Mapping[str, Any], live: Live) -> Props:
        """Return the drifted fields; of an object only the parts that are declared."""
        return {
            field: {**props[field], **other_parts(props[field], live.fields.get(field))} if field in PARTS else value
            for field, value in super().drifted(props, live).items()
        }


class CredentialProvider(SettlingProvider):
    """Credentials in the proxy's database."""

    api = CredentialApi
    inputs = CredentialInputs
    identity = "credential_name"
    label = "credential_name"

    def calls(self, client: AdminClient) -> CredentialApi:
        """Return the calls for credentials."""
        return client.credentials

    def drift(self, props: Mapping[str, Any], live: Live) -> set[str]:
        """Name the drifted fields; of the values only the names can be read."""
        other = frozenset(props.get("credential_values") or ()) != live.computed["names"]
        return super().drift(props, live) | ({"credential_values"} if other else set())
