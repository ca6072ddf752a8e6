"""What a preview says of values whose change shows in no other words: a resource that does nothing but tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class AnnouncementProvider(ResourceProvider):
    """Compares values by their fingerprints. Stateless, so that Pulumi stores it by reference."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Name the values that are other ones, with what that means; new ones and those that go are seen elsewhere."""
        olds, news = _olds["values"], _news["values"]
        if changed := [name for name in sorted(olds.keys() & news.keys()) if olds[name] != news[name]]:
            print(f"{', '.join(changed)}: {_news['meaning']}")
        return DiffResult(changes=olds != news or _olds.get("meaning") != _news["meaning"])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the values."""
        return CreateResult("announcement", props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Record them anew."""
        return UpdateResult(_news)


class Announcement(Resource, module="engine", name="Announcement"):
    """Tells at preview which of `values` change, and the `meaning` of that.

    values: what is no secret and differs when the named thing does, such as a fingerprint.
    """

    def __init__(
        self,
        name: str,
        *,
        values: Mapping[str, pulumi.Input[str]],
        meaning: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(AnnouncementProvider(), name, {"values": dict(values), "meaning": meaning}, opts)
