"""Dynamic providers of the salt key: stateless and importable, so that Pulumi stores them by reference."""

from __future__ import annotations

from functools import cache
from typing import Any

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ResourceProvider, UpdateResult

from ciphertext import rotation


class SaltKeyProvider(ResourceProvider):
    """Lets the salt key change only where nothing is lost by it, and re-encrypts what it encrypted."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse a salt key that changed by accident, at preview already."""
        reason = rotation.refusal(_olds, news) if "salt_key" in _olds else None
        # A failure shows the value of its input, so it is not the salt key's.
        return CheckResult(news, [CheckFailure("rotation", reason)] if reason else [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another salt key is a rotation; another login or container of the database is recorded or looked at."""
        if rotation.is_moved(_olds, _news) and _olds["rotation"] != _news["rotation"]:
            _say(rotation.announcement(_olds, _news))
        recorded = ("salt_key", "rotation", "database_url", "database")
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in recorded))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Take the salt key for a database that it reads."""
        rotation.verify(props)
        return CreateResult(id_=props["name"], outs={**props, "former": []})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Rotate, or look at a database that was replaced."""
        if rotation.is_moved(_olds, _news):
            rotation.rotate(_olds, _news)
            return UpdateResult(outs={**_news, "former": rotation.former(_olds)})
        if _olds.get("database") != _news.get("database"):
            rotation.verify(_news)
        return UpdateResult(outs={**_news, "former": _olds.get("former") or []})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove what an update that was cut off left behind."""
        rotation.clear(_props)


class SettledProvider(ResourceProvider):
    """Ends a rotation. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another salt key has to be settled, and so has what an update left behind that was cut off."""
        moved = any(_olds.get(name) != _news.get(name) for name in ("salt_key", "rotation"))
        return DiffResult(changes=moved or rotation.is_unsettled(_olds))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Settle what there is."""
        rotation.settle(props)
        return CreateResult(id_=props["name"], outs=props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Settle the rotation."""
        rotation.settle(_news)
        return UpdateResult(outs=_news)


@cache
def _say(message: str) -> None:
    # The engine shows what a provider prints.
    print(f"warning: {message}")
