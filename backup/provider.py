"""A backup inside an update, before anything that a change of versions or of the salt key could harm is touched.

It names the database by its container and not by that container's id: the backup is of the old one, and the new one
waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from backup.take import Subject, take
from engine import major

Props = dict[str, Any]

TRIGGERS = {
    "salt_key": "another salt key",
    "postgres_image": "another Postgres",
    "litellm_image": "another LiteLLM",
}
"""Inputs whose change is reason for a backup, and what to call it."""
_RECORDED = ("stack", "container", "volume", "litellm_reference", "seed", "passphrase")


class BackupProvider(ResourceProvider):
    """Takes backups. Stateless, so that Pulumi stores it by reference."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Take a backup for a trigger; record what else changed, for backups by hand."""
        if reasons := _reasons(_olds, _news):
            print(f"a backup of the database is taken before anything changes, because of {' and '.join(reasons)}")
        return DiffResult(changes=bool(reasons) or any(_olds.get(name) != _news.get(name) for name in _RECORDED))

    def create(self, props: Props) -> CreateResult:
        """Take a backup if there is a database already."""
        return CreateResult(str(props["container"]), {**props, "previous_salt_key": None, "file": _take(props, props)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        """Take a backup of what the recorded image and salt key made. A failure ends the update here."""
        outs = {**_news, "previous_salt_key": _previous_salt_key(_olds, _news), "file": _olds.get("file")}
        if _reasons(_olds, _news):
            # An image that the preview could not look into is on the engine now.
            major.check(image=_news["postgres_image"], volume=_news["volume"], stack=_news["stack"])
            outs["file"] = _take({**_olds, "container": _news["container"]}, outs) or outs["file"]
        return UpdateResult(outs)


class Backup(Resource, module="backup", name="Backup"):
    """The database's last backup that an update took; what depends on it changes after that.

    file: its path on the host that ran the update, none so far where there was nothing to save.
    """

    file: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        container: str,
        volume: str,
        postgres_image: pulumi.Input[str],
        litellm_image: pulumi.Input[str],
        litellm_reference: str,
        salt_key: pulumi.Input[str],
        seed: pulumi.Input[str],
        passphrase: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take image ids, as triggers, and LiteLLM's image reference, to be recorded."""
        inputs = {
            "stack": stack,
            "container": container,
            "volume": volume,
            "postgres_image": postgres_image,
            "litellm_image": litellm_image,
            "litellm_reference": litellm_reference,
            "salt_key": pulumi.Output.secret(salt_key),
            "seed": pulumi.Output.secret(seed),
            "passphrase": pulumi.Output.secret(passphrase),
            "file": None,
            "previous_salt_key": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["previous_salt_key"])
        super().__init__(BackupProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, secret))


def salt_keys(recorded: Mapping[str, Any]) -> list[str]:
    """Return the salt keys that rows may be encrypted with: a rotation that was cut off leaves some under the old."""
    return [str(recorded[name]) for name in ("salt_key", "previous_salt_key") if recorded.get(name)]


def _take(made_by: Props, now: Props) -> str | None:
    subject = Subject(
        stack=str(now["stack"]),
        container=str(now["container"]),
        litellm_image=str(made_by["litellm_reference"]),
        salt_keys=list(dict.fromkeys([*salt_keys(made_by), *salt_keys(now)])),
        seed=str(made_by["seed"]),
    )
    file = take(subject, passphrase=str(now["passphrase"]))
    if file:
        print(f"took the backup {file}")
    return str(file) if file else None


def _reasons(olds: Props, news: Props) -> list[str]:
    # What is not known yet in a preview is about to change, too.
    return [reason for name, reason in TRIGGERS.items() if olds.get(name) != news.get(name)]


def _previous_salt_key(olds: Props, news: Props) -> str | None:
    changed = olds.get("salt_key") != news.get("salt_key")
    previous: str | None = olds.get("salt_key") if changed else olds.get("previous_salt_key")
    return previous
