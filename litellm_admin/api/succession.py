"""A virtual key whose value is rotated: the one of before goes on under another alias, and then expires by itself.

The proxy's own /key/regenerate needs a licence. Aliases are unique on it, so the old key has to give its alias away
before the new one is made; the alias that it gets tells which key came after it, so that a run that was cut off in
between finds it again.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from litellm_admin.api.errors import AdminError
from litellm_admin.api.objects import Live
from litellm_admin.api.virtual_keys import KeyApi
from litellm_admin.fields.amounts import NO_GRACE, seconds

_HASH = 12
"""Digits of the successor's hash in the alias."""
_RETIRED = re.compile(rf"(.+)~[0-9a-f]{{{_HASH}}}", re.DOTALL)


def retired_alias(alias: str, *, successor: str) -> str:
    """Return the alias of the key that had `alias` before the key with the hash `successor`."""
    return f"{alias}~{successor[:_HASH]}"


def original_alias(held: str | None) -> str | None:
    """Return the alias that a key had before it gave it to a successor; None for a key that has its own."""
    match = _RETIRED.fullmatch(held or "")
    return match[1] if match else None


def is_retired(held: str | None, *, alias: str) -> bool:
    """Whether a key that had `alias` has given it to a successor."""
    return original_alias(held) == alias


def retire(keys: KeyApi, alias: str, *, successor: str, grace: str, adopt: bool, subject: str) -> float:
    """Have whatever key has `alias` give it away and expire after `grace`; return what it has spent, in US dollars.

    0 if there is no such key. A second call for the same successor finds the key that the first one retired. Raises
    AdminError if the key is somebody else's, unless it is to be adopted, and if the proxy does not do it.
    """
    away = retired_alias(alias, successor=successor)
    for hash_ in keys.hashes(subject=subject, key_alias=alias):
        if hash_ == successor:
            continue
        live = keys.find(hash_, subject=subject)
        if live is None:
            continue
        if not adopt and live.computed["created_by"] != keys.login():
            raise AdminError(
                operation="rotate",
                subject=subject,
                message=f"its alias is taken by a key (hash {hash_[:12]}...) that is not this stack's own: give this "
                "one another alias, delete that key, or rotate it too with `adopt: true`",
            )
        if grace == NO_GRACE:
            keys.delete(hash_, subject=subject)
        else:
            keys.give_away(hash_, away, expires_in=_shorter(grace, live.computed["expires"]), subject=subject)
        return float(live.computed["spend"])
    return next((float(live.computed["spend"]) for live in _named(keys, away, subject)), 0.0)


def delete_retired(keys: KeyApi, alias: str, *, subject: str) -> None:
    """Delete the keys that had `alias` before and have not expired yet."""
    login = keys.login()
    for row in list(keys.rows(subject=subject, key_alias=f"{alias}~", substring_matching="true")):
        if is_retired(row.get("key_alias"), alias=alias) and row.get("created_by") == login:
            keys.delete(str(row["token"]), subject=subject)


def _named(keys: KeyApi, alias: str, subject: str) -> Iterator[Live]:
    for hash_ in keys.hashes(subject=subject, key_alias=alias):
        if (live := keys.find(hash_, subject=subject)) is not None:
            yield live


def _shorter(grace: str, expires: str | None) -> str | None:
    """Return the grace, or None if the key expires before its end anyway."""
    if expires is None:
        return grace
    end = datetime.now(UTC) + timedelta(seconds=seconds(grace))
    return grace if datetime.fromisoformat(expires) > end else None
