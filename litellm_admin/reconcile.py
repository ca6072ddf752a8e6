"""Bring one object of the proxy to its declaration, and see that it got there.

Replicas keep some kinds of objects in their memory, and the one that is asked may not be the one that was told. So an
object may take `settle` seconds to be seen as it is; 0 where every replica knows at once.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live, ObjectApi, differences, is_empty, undeclared

_EXISTS = frozenset({400, 409})
_AGAIN_SECONDS: Final = 2

Answer = TypeVar("Answer")


def create(
    api: ObjectApi, id_: str, declared: Mapping[str, Any], *, subject: str, adopt: bool = False, settle: float = 0
) -> Live:
    """Make the object, or go on with the stack's own that is there already, and return it as the proxy holds it.

    There may be one because an earlier create's answer or record was lost. It is then brought to the declaration as
    a whole, also in fields that are no longer named. Of a new one, the fields are emptied that the proxy's settings
    filled in. Raises AdminError if the object is somebody else's and not to be adopted, or if it does not hold what is
    declared in the end.
    """
    made, failure = _make(api, declared, subject)
    if made is not None:
        return made
    live = _found(api, id_, subject, within=settle)
    if live is None:
        raise failure or _missing(subject)
    foreign = failure is not None and not api.owns(live)
    if foreign and not adopt:
        raise AdminError(
            operation="create",
            subject=subject,
            message="it exists already and is not this stack's own: give it another id, delete it, or take it over "
            "with `adopt: true`",
        )
    if foreign:
        api.claim(id_, live, subject=subject)
        live = api.find(id_, subject=subject) or live
    changes = differences(type(api), declared, live)
    # A create that answers 200 has created a new object, unless it holds something else: then it existed before.
    if failure is None and not changes:
        changes = dict(api.filled(declared, live, new=True))
    else:
        unread = {f: declared[f] for f in api.unreadable if f in declared}
        left = undeclared(type(api), declared, live)
        # What cannot be read cannot have been carried into the declaration of an object that is adopted.
        changes = {**{f: v for f, v in left.items() if not (adopt and f in api.unreadable)}, **unread, **changes}
    return _settle(api, id_, declared, changes, live, subject, within=settle)


def update(
    api: ObjectApi,
    id_: str,
    declared: Mapping[str, Any],
    *,
    changed: Collection[str],
    subject: str,
    settle: float = 0,
) -> Live:
    """Bring the object to its declaration and return it as the proxy then holds it.

    changed: the fields whose declaration changed; one that is not declared any more is emptied. So are those that the
    proxy filled in. An object that is gone is made again.
    """
    live = _found(api, id_, subject, within=settle)
    if live is None:
        return create(api, id_, declared, subject=subject, settle=settle)
    touched = {f: declared.get(f) for f in changed if f in declared or not is_empty(live.fields.get(f))}
    changes = {**api.filled(declared, live), **differences(type(api), declared, live), **touched}
    return _settle(api, id_, declared, changes, live, subject, within=settle)


def _settle(
    api: ObjectApi,
    id_: str,
    declared: Mapping[str, Any],
    changes: Mapping[str, Any],
    live: Live,
    subject: str,
    *,
    within: float,
) -> Live:
    if not changes:
        return live
    if refused := api.refused(changes):
        raise AdminError(
            operation="change",
            subject=subject,
            message=f"the proxy cannot empty {', '.join(refused)}",
        )
    failure: AdminError | None = None
    if (fixed := api.needs_new(changes)) and not api.can_be_remade(declared):
        raise AdminError(
            operation="change",
            subject=subject,
            message=f"the proxy cannot change {', '.join(fixed)} in place, and without its value it cannot be made "
            "anew: declare what it has, or leave `adopt` out to have a new one made",
        )
    if fixed:
        api.delete(id_, subject=subject)
        _, failure = _make(api, declared, subject)
    else:
        api.update(id_, changes, live, subject=subject)
    wanted = {**declared, **changes}
    after = _found(api, id_, subject, within=within, seen=lambda found: not differences(type(api), wanted, found))
    if after is None:
        raise failure or _missing(subject)
    left = sorted(differences(type(api), wanted, after))
    if left:
        raise AdminError(
            operation="change",
            subject=subject,
            message=f"the proxy accepted the change and still holds something else in: {', '.join(left)}",
        )
    return after


def ask_until(ask: Callable[[], Answer], settled: Callable[[Answer], bool], *, within: float) -> Answer:
    """Return the first answer that is settled, or the last one after so many seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = ask()
        if settled(answer) or time.monotonic() >= deadline:
            return answer
        time.sleep(_AGAIN_SECONDS)


def _found(
    api: ObjectApi, id_: str, subject: str, *, within: float, seen: Callable[[Live], bool] = lambda _: True
) -> Live | None:
    """Return the object, asking again for as many seconds until it is there and `seen` as it is to be."""
    return ask_until(
        lambda: api.find(id_, subject=subject), lambda live: live is not None and seen(live), within=within
    )


def _make(api: ObjectApi, declared: Mapping[str, Any], subject: str) -> tuple[Live | None, AdminError | None]:
    """Make the object; return it if it is new for certain, and the error of a call after which it may be there."""
    try:
        return api.create(declared, subject=subject), None
    except AdminError as error:
        if error.ambiguous or error.status in _EXISTS:
            return None, error
        raise


def _missing(subject: str) -> AdminError:
    return AdminError(operation="create", subject=subject, message="the proxy accepted it and does not have it")
