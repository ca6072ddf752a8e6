"""What a group of virtual keys declares: the members, each with its value and its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pulumi.output import Unknown
from pydantic import BaseModel, ConfigDict, Field

from litellm_admin.checks import check_inputs
from litellm_admin.fields.amounts import NO_GRACE, Count, Flag, Name
from litellm_admin.inputs import Token, Url, VirtualKeyInputs
from litellm_admin.keys import derive_key, key_hash

OWN_WORDS: Final = frozenset({"rotation", "grace"})
"""What a member may say beside the fields of its key."""
_ROTATIONS = 50
"""How often a key's value was changed at most, for all that is tried."""
_UNKNOWN_VALUE = "sk-not-known-before-the-update"


class KeyGroupInputs(BaseModel):
    """The inputs of a group; what is in `fields` and `keys` is checked member by member."""

    # A message must not repeat an input: the token is one.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Url
    token: Token
    licensed: Flag | None = None
    group: Name
    seed: Token
    fields: dict[str, Any] | None = None
    keys: dict[Name, dict[str, Any]]


class _Words(BaseModel):
    """What a member says beside its key's fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rotation: Annotated[Count, Field(ge=1)] = 1


@dataclass(frozen=True, kw_only=True)
class Member:
    """A key of a group.

    fields: what the key shall hold, with its value in `key`. grace: how long the value before this one stays valid.
    """

    alias: str
    hash: str
    fields: Mapping[str, Any]
    grace: str

    @property
    def subject(self) -> str:
        """Name the key in messages."""
        return f"virtual key {self.alias!r}"


def merged(props: Mapping[str, Any], alias: str) -> dict[str, Any]:
    """Return what a member declares: what all share, and what it says itself."""
    return {**(props.get("fields") or {}), **(props["keys"][alias] or {})}


def hash_of(props: Mapping[str, Any], alias: str) -> str:
    """Return the hash of a member's value."""
    return key_hash(_value(props, alias))


def is_of(props: Mapping[str, Any], alias: str, hash_: str) -> bool:
    """Whether a key is of this group and not of another one of its name: its value comes from the group's seed.

    Which rotation it had is not known of a key that is not declared any more.
    """
    numbers = range(1, _ROTATIONS + 1)
    return any(hash_ == key_hash(derive_key(str(props["seed"]), name=alias, rotation=number)) for number in numbers)


def values_of(props: Mapping[str, Any]) -> dict[str, str]:
    """Return the members' values by their aliases."""
    return {alias: _value(props, alias) for alias in props["keys"]}


def member(props: Mapping[str, Any], alias: str) -> Member:
    """Return a member. The inputs have to be known."""
    declared, value = merged(props, alias), _value(props, alias)
    fields = {name: field for name, field in declared.items() if name not in OWN_WORDS}
    login = {name: props[name] for name in ("url", "token", "licensed") if props.get(name) is not None}
    return Member(
        alias=alias,
        hash=key_hash(value),
        fields=VirtualKeyInputs.fields_of({**fields, **login, "key": value, "key_alias": alias}),
        grace=str(declared.get("grace", NO_GRACE)),
    )


def _value(props: Mapping[str, Any], alias: str) -> str:
    return derive_key(str(props["seed"]), name=alias, rotation=int(merged(props, alias).get("rotation") or 1))


def mistakes(news: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each mistake in a group's inputs as the field's path and the reason; some values may not be known yet."""
    found = check_inputs(KeyGroupInputs, news)
    if found or isinstance(news.get("keys"), Unknown) or isinstance(news.get("fields"), Unknown):
        return found
    login = {"url": "http://127.0.0.1", "token": "-", "key": _UNKNOWN_VALUE, "licensed": news.get("licensed")}
    shared = news.get("fields") or {}
    for alias, own in news["keys"].items():
        if isinstance(own, Unknown):
            continue
        wrong = _of_member({**shared, **own}, {**login, "key_alias": alias})
        found += [(f"{'keys.' + alias if _head(path) in own else 'fields'}.{path}", reason) for path, reason in wrong]
        if wrong and not any(_head(path) in own for path, _ in wrong):
            # What all share is wrong for each of them.
            break
    return found


def _of_member(declared: Mapping[str, Any], identity: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = {name: value for name, value in declared.items() if name != "rotation"}
    reserved = sorted({"url", "token", "key", "key_alias", "adopt", "licensed"} & fields.keys())
    if reserved:
        return [(name, "is no field of a key in a group") for name in reserved]
    words = {name: value for name, value in declared.items() if name == "rotation"}
    given = {**fields, **{name: value for name, value in identity.items() if value is not None}}
    return check_inputs(VirtualKeyInputs, given) + check_inputs(_Words, words)


def _head(path: str) -> str:
    return path.partition(".")[0]
