"""A backup inside an update, before anything that a change of versions or of the salt key could harm is touched.

It names the database by its container and not by that container's id: the backup is of the old one, and the new one
waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from backup.take import Subject, take
from engine import major
from postgres_admin import beside
from postgres_admin.beside import Beside

Props = dict[str, Any]

TRIGGERS = {
    "salt_rotation": "another salt key",
    "postgres_image": "another Postgres",
    "litellm_image": "another LiteLLM",
}
"""Inputs whose change is reason for a backup, and what to call it."""
_RECORDED = ("stack", "container", "volume", "litellm_reference", "seed", "passphrase", "place")
_KEPT_SALT_KEYS = 16
"""More than anybody changes before all rows are settled; they must not grow for ever."""


class BackupProvider(ResourceProvider):
    """Takes backups. Stateless, so that Pulumi stores it by reference."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Take a backup for a trigger; record what else changed, for backups by hand."""
        if reasons := _reasons(_olds, _news):
            print(f"a backup of the database is taken before anything changes, because of {' and '.join(reasons)}")
        # A salt key that is recorded already is nothing new: an update that is refused records the one it was given.
        changed = _news.get("salt_key") not in _salt_keys(_olds)
        changed |= any(_olds.get(name) != _news.get(name) for name in _RECORDED)
        return DiffResult(changes=bool(reasons) or changed)

    def create(self, props: Props) -> CreateResult:
        """Take a backup if there is a database already."""
        outs = {**props, "salt_keys": [props["salt_key"]]}
        return CreateResult(str(props["container"]), {**outs, "file": _take(props, outs)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Take a backup of what the recorded image and salt keys made. A failure ends the update here."""
        salt_keys = list(dict.fromkeys([_news["salt_key"], *_salt_keys(_olds)]))[:_KEPT_SALT_KEYS]
        outs = {**_news, "salt_keys": salt_keys, "file": _olds.get("file")}
        if _reasons(_olds, _news):
            # An image that the preview could not look into is on the engine now.
            if _news.get("volume"):
                major.check(image=_news["postgres_image"], volume=_news["volume"], stack=_news["stack"])
            outs["file"] = _take({**_olds, "container": _news["container"]}, outs) or outs["file"]
        return UpdateResult(outs)


class Backup(Resource, module="backup", name="Backup"):
    """The database's last backup that an update took; what depends on it changes after that.

    file: its path on the host that ran the update, none so far where there was nothing to save. salt_keys: those that
    rows may be encrypted with, newest first; a rotation that was cut off leaves some under the one of before.
    """

    file: pulumi.Output[str | None]
    salt_keys: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        container: str,
        volume: str | None,
        postgres_image: pulumi.Input[str],
        litellm_image: pulumi.Input[str],
        litellm_reference: str,
        salt_key: pulumi.Input[str],
        salt_rotation: int,
        seed: pulumi.Input[str],
        passphrase: pulumi.Input[str],
        place: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take image ids and the number of the salt key's rotation, as triggers; the rest is recorded.

        `volume` holds the database, unless somebody else does. `place` (`Beside`) is from where to reach it, unless
        that is inside its container.
        """
        inputs = {
            "stack": stack,
            "container": container,
            "volume": volume,
            "postgres_image": postgres_image,
            "litellm_image": litellm_image,
            "litellm_reference": litellm_reference,
            "salt_key": pulumi.Output.secret(salt_key),
            "salt_rotation": salt_rotation,
            "seed": pulumi.Output.secret(seed),
            "passphrase": pulumi.Output.secret(passphrase),
            "file": None,
            "salt_keys": None,
            **({"place": pulumi.Output.secret(place)} if place else {}),
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["salt_keys", *(["place"] if place else [])])
        super().__init__(BackupProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))


def _take(made_by: Props, now: Props) -> str | None:
    subject = Subject(
        stack=str(now["stack"]),
        container=str(now["container"]),
        litellm_image=str(made_by["litellm_reference"]),
        salt_keys=now["salt_keys"],
        seed=str(made_by["seed"]),
        place=_place(made_by, now),
    )
    file = take(subject, passphrase=str(now["passphrase"]))
    if file:
        print(f"took the backup {file}")
    return str(file) if file else None


def _place(made_by: Props, now: Props) -> Beside | None:
    """Return from where to reach the database: with the tools of the image that works with it, not of the next one.

    Tools that are older than a server do not save it. Of somebody else's only the next image is chosen to fit.
    """
    place, before = beside.recorded(now), beside.recorded(made_by)
    return replace(place, image=before.image) if place and before and not place.external else place


def _reasons(olds: Props, news: Props) -> list[str]:
    # What is not known yet in a preview is about to change, too.
    return [reason for name, reason in TRIGGERS.items() if olds.get(name) != news.get(name)]


def _salt_keys(recorded: Props) -> list[str]:
    return list(recorded.get("salt_keys") or ())
