"""The dynamic provider of a group of virtual keys: one resource for hundreds and thousands of keys.

The engine and its state cost a resource more than the proxy costs a key. A group costs them once, whatever it holds.
A run that is killed inside a group records nothing, and loses nothing: the proxy itself holds the record.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
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
from litellm_admin.api.errors import AdminError
from litellm_admin.api.key_groups import GroupKeyApi, named
from litellm_admin.api.objects import Live, differences, is_empty, same, undeclared
from litellm_admin.api.succession import original_alias, retire
from litellm_admin.api.transport import Transport
from litellm_admin.api.virtual_keys import undeclared_expiry
from litellm_admin.checks import is_unknown
from litellm_admin.key_group import Member, hash_of, is_of, member, merged, mistakes
from litellm_admin.notices import say, warn_replaced
from litellm_admin.object_provider import PATIENCE, unread

Props = dict[str, Any]

AT_A_TIME: Final = 4
"""Keys: one worker of LiteLLM 1.106.2 makes no more in a second if it is asked for more at once."""

EMPTIED: Final = "emptied"
"""What a refresh writes to a key: the shared fields that the proxy does not hold any more."""

_SHOWN: Final = 10
_INPUTS: Final = ("url", "token", "licensed", "group", "seed", "fields", "keys")


class KeyGroupError(Exception):
    """What could not be done to the keys of a group; the message holds no secret."""

    def __init__(self, group: str, failures: list[AdminError]) -> None:
        lines = [f"  - {failure}" for failure in failures[:_SHOWN]]
        if len(failures) > _SHOWN:
            lines.append(f"  - and {len(failures) - _SHOWN} more")
        super().__init__(
            "\n".join([f"of key group {group!r}:", *lines, "What was done stays; the next update goes on from there."])
        )


class KeyGroupProvider(ResourceProvider):
    """Virtual keys that share a name, a seed for their values, and most of their fields."""

    serialize_as_secret_always = False

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """Report every field that the proxy would refuse or ignore, already at preview."""
        return CheckResult(news, [CheckFailure(field, reason) for field, reason in mistakes(news)])

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Compare key by key. Another name of the group means other keys."""
        if is_unknown(_news):
            return DiffResult(changes=True)
        replaces = [] if _olds.get("group") == _news["group"] else ["group"]
        changed = {alias: fields for alias in _news["keys"] if (fields := _changed(_olds, _news, alias))}
        rotated = [alias for alias in changed if _is_rotated(_olds, _news, alias)]
        if rotated:
            say(f"{_subject(_news)}: a new value is made for {len(rotated)} keys; budgets, limits and spend carry over")
        for alias, fields in changed.items():
            if alias in _olds["keys"] and (fixed := sorted(fields & GroupKeyApi.fixed)):
                warn_replaced(f"virtual key {alias!r}", fixed)
        gone = (_olds.get("keys") or {}).keys() - _news["keys"].keys()
        moved = any(_olds.get(name) != _news.get(name) for name in ("url", "token", "seed"))
        return DiffResult(
            changes=bool(replaces or changed or gone or moved), replaces=replaces, delete_before_replace=True
        )

    def create(self, props: Props) -> CreateResult:
        """Make the keys, or go on with those of an interrupted run; what that one made beside them is removed."""
        api = _api(props)
        held = api.members(subject=_subject(props))
        aliases = {alias for alias, _ in held.values()}
        _each(props, props["keys"], lambda alias: _settle(api, member(props, alias), held, rotated=alias in aliases))
        api.delete_all(sorted(_strays(props, held, declared=props["keys"])), subject=_subject(props))
        return CreateResult(str(props["group"]), _outs(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Make, change and remove the keys whose declaration changed. A new address or login alone calls nothing."""
        api, before = _api(_news), _olds.get("keys") or {}
        changed = {alias: fields for alias in _news["keys"] if (fields := _changed(_olds, _news, alias))}

        def bring(alias: str) -> None:
            wanted = member(_news, alias)
            if alias not in before or _is_rotated(_olds, _news, alias):
                _make(api, wanted, rotated=alias in before)
            else:
                reconcile.update(api, wanted.hash, wanted.fields, changed=changed[alias], subject=wanted.subject)

        _each(_news, changed, bring)
        if gone := before.keys() - _news["keys"].keys():
            held = named(api.members(subject=_subject(_news)), gone)
            api.delete_all(sorted({*held, *(hash_of(_olds, alias) for alias in gone)}), subject=_subject(_news))
        return UpdateResult(_outs(_news))

    def delete(self, _id: str, _props: Props) -> None:
        """Remove the group's keys; those that are gone already are fine."""
        api, keys = _api(_props), _props.get("keys") or {}
        held = api.members(subject=_subject(_props))
        known = {hash_of(_props, alias) for alias in keys}
        api.delete_all(
            sorted({*known, *named(held, keys), *_strays(_props, held, declared=keys)}), subject=_subject(_props)
        )

    def read(self, id_: str, props: Props) -> ReadResult:
        """Return the keys as they are, so that drift shows in the next preview; also a stray one, to be removed.

        As for every object, a gateway that is down makes nothing disappear.
        """
        try:
            held = _api(props, patience=0).members(subject=_subject(props))
        except AdminError as error:
            return unread(id_, props, error)
        hashes = {hash_of(props, alias): alias for alias in props.get("keys") or {}}
        keys = {alias: _seen(props, alias, held[hash_][1]) for hash_, alias in hashes.items() if hash_ in held}
        strays = sorted(_strays(props, held, declared=keys).values())
        seen = {**_outs(props), "keys": {**{alias: {} for alias in strays}, **keys}}
        return ReadResult(id_, seen, seen)


def _api(props: Mapping[str, Any], *, patience: float = PATIENCE) -> GroupKeyApi:
    transport = Transport(str(props["url"]), token=str(props["token"]), patience=patience)
    return GroupKeyApi(transport, group=str(props["group"]))


def _each(props: Mapping[str, Any], aliases: Iterable[str], do: Callable[[str], object]) -> None:
    """Do something to each of the keys, and raise KeyGroupError with all that failed in the end."""
    failures: list[AdminError] = []
    down = Event()

    def one(alias: str) -> None:
        if down.is_set():
            return
        try:
            do(alias)
        except AdminError as error:
            failures.append(error)
            # Each of the others would wait as long for a gateway that is not there.
            if error.unreachable:
                down.set()

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(one, aliases))
    if failures:
        raise KeyGroupError(str(props["group"]), failures)


def _strays(
    props: Mapping[str, Any], held: Mapping[str, tuple[str, Live]], *, declared: Container[str]
) -> dict[str, str]:
    """Return the aliases, by hash, of what a run that was killed made, and that is not declared any more."""
    return {
        hash_: alias
        for hash_, (alias, _) in held.items()
        if original_alias(alias) is None and alias not in declared and is_of(props, alias, hash_)
    }


def _settle(api: GroupKeyApi, wanted: Member, held: Mapping[str, tuple[str, Live]], *, rotated: bool) -> None:
    """Bring a key to its declaration that a run before may have made already."""
    if wanted.hash not in held:
        _make(api, wanted, rotated=rotated)
        return
    _, live = held[wanted.hash]
    changed = {*differences(GroupKeyApi, wanted.fields, live), *undeclared(GroupKeyApi, wanted.fields, live)}
    if changed:
        reconcile.update(api, wanted.hash, wanted.fields, changed=changed, subject=wanted.subject)


def _make(api: GroupKeyApi, wanted: Member, *, rotated: bool) -> None:
    fields = dict(wanted.fields)
    if rotated:
        fields["spend"] = retire(
            api, wanted.alias, successor=wanted.hash, grace=wanted.grace, adopt=False, subject=wanted.subject
        )
    reconcile.create(api, wanted.hash, fields, subject=wanted.subject)


def _changed(olds: Mapping[str, Any], news: Mapping[str, Any], alias: str) -> set[str]:
    """Name what changed of a key: its fields, and `key` where that is another one or a new one."""
    if alias not in (olds.get("keys") or {}):
        return {"key"}
    old, new = merged(olds, alias), merged(news, alias)
    fields = {name for name in (old.keys() | new.keys()) - {"grace"} if not same(old.get(name), new.get(name))}
    return fields | ({"key"} if olds.get("seed") != news.get("seed") else set())


def _is_rotated(olds: Mapping[str, Any], news: Mapping[str, Any], alias: str) -> bool:
    return alias in (olds.get("keys") or {}) and hash_of(olds, alias) != hash_of(news, alias)


def _seen(props: Mapping[str, Any], alias: str, live: Live) -> Props:
    """Return what a key says beside what all share, as the proxy holds it."""
    declared = merged(props, alias)
    names = (declared.keys() & GroupKeyApi.managed()) - GroupKeyApi.unreadable
    filled = {f: live.fields[f] for f in GroupKeyApi.filled({*declared, "key"}, live)}
    filled |= undeclared_expiry(declared, live)
    drifted = {f: v for f in names if not GroupKeyApi.agrees(f, declared[f], v := live.fields.get(f))}
    emptied = {f for f, value in drifted.items() if is_empty(value)}
    shown = {**(props["keys"][alias] or {}), **drifted, **filled}
    said = {f: value for f, value in shown.items() if f not in emptied | {EMPTIED}}
    # Null does not reach the engine, and what all share would seem to hold.
    hidden = sorted(emptied & (props.get("fields") or {}).keys())
    return {**said, EMPTIED: hidden} if hidden else said


def _outs(props: Mapping[str, Any]) -> Props:
    return {name: props[name] for name in _INPUTS if props.get(name) is not None}


def _subject(props: Mapping[str, Any]) -> str:
    return f"key group {str(props.get('group'))!r}"
