"""The stack's secrets: generated once, encrypted in the state, or given through `pulumi config set --secret`."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pydantic import SecretStr

from config.settings import Settings
from litellm_admin.keys import derive_key, key_hash

LENGTH = 32
"""Characters of a generated secret: letters and digits, 190 bits."""


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """`settings` may give secrets; it holds the rotation numbers of those that the stack generates."""

    settings: Settings


class Secrets(pulumi.ComponentResource):
    """Master key, salt key, database passwords, and a seed that every other secret is derived from.

    database_superuser_password: made with the database and never rotated, because nobody logs in with it once the
    database has a login of its own. database_password: that of the login.
    """

    master_key: pulumi.Output[str]
    salt_key: pulumi.Output[str]
    database_superuser_password: pulumi.Output[str]
    database_password: pulumi.Output[str]
    seed: pulumi.Output[str]
    backup_passphrase: pulumi.Output[str]
    owner: pulumi.Output[str]
    fingerprint_key: pulumi.Output[str]

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Secrets", name, {}, opts)
        given, rotation, protect = args.settings, args.settings.rotation, args.settings.protect
        self.master_key = _given(given.master_key) or pulumi.Output.concat(
            "sk-", self._generate(f"{name}-master-key", rotation=rotation.number(rotation.master_key))
        )
        # These live as long as the database: with another salt key its encrypted rows are unreadable, with another
        # seed every virtual key is a different one.
        self.salt_key = (
            _given(given.salt_key)
            or self._generations(f"{name}-salt-key", rotation.number(rotation.salt_key), protect=protect)[-1]
        )
        seeds = self._generations(f"{name}-seed", rotation.number(rotation.seed), protect=protect)
        self.seed = seeds[-1]
        # No secret: it tells this state's things from those of another state with a stack of the same name. It stays
        # when the seed is rotated, because a label is no reason to replace a network or a volume.
        self.owner = pulumi.Output.unsecret(seeds[0].apply(owner_of))
        # It stays as well: with another one, everything would look changed.
        self.fingerprint_key = _derive(seeds[0], "fingerprints", rotation=1)
        self.database_superuser_password = self._generate(f"{name}-database-password", protect=protect)
        self.database_password = _given(given.database_password) or self.derive(
            "database-login", rotation=rotation.number(rotation.database_password)
        )
        # It opens backups that are older than itself only if it stays.
        self.backup_passphrase = _given(given.backup_passphrase) or self._generate(
            f"{name}-backup-passphrase", protect=protect
        )
        self.register_outputs({})

    def derive(self, purpose: str, *, rotation: int = 1) -> pulumi.Output[str]:
        """Return the secret for `purpose`: the same one in every run, until `rotation` is raised."""
        return _derive(self.seed, purpose, rotation=rotation)

    def _generations(self, name: str, number: int, *, protect: bool) -> list[pulumi.Output[str]]:
        """Generate a secret for each number up to this one: the one of before is needed to read what it encrypted."""
        names = [name, *(f"{name}-{generation}" for generation in range(2, number + 1))]
        return [self._generate(generation, protect=protect) for generation in names]

    def _generate(self, name: str, *, rotation: int = 1, protect: bool = False) -> pulumi.Output[str]:
        password = random.RandomPassword(
            name,
            length=LENGTH,
            # These secrets travel in URLs and environment variables, where punctuation needs quoting.
            special=False,
            keepers={"rotation": str(rotation)},
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        return pulumi.Output.secret(password.result)


def owner_of(seed: str) -> str:
    """Return the owner on the labels of a stack whose first seed this is."""
    return key_hash(derive_key(seed, name="owner", rotation=1))[:12]


def _derive(seed: pulumi.Output[str], purpose: str, *, rotation: int) -> pulumi.Output[str]:
    return seed.apply(lambda value: derive_key(value, name=purpose, rotation=rotation))


def _given(secret: SecretStr | None) -> pulumi.Output[str] | None:
    return pulumi.Output.secret(secret.get_secret_value()) if secret else None
