"""The `rotation` section: a number for each secret, and how long a retired virtual key stays valid."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Section
from litellm_admin.fields.amounts import Grace

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Generation = Annotated[int, Field(ge=1, le=1000)]
"""The number of a secret of which every earlier value is kept too."""


class RotationSettings(Section):
    """Raising a number rotates its secret. `everything` counts for each of them, as if each had been raised with it."""

    everything: Generation = 1
    """All of them."""
    master_key: Number = 1
    """The proxy's master key, which is the admin UI's password too."""
    salt_key: Generation = 1
    """What encrypts the secrets in the proxy's database: re-encrypts all of them."""
    database_password: Number = 1
    """The proxy's login to the database."""
    cache_password: Number = 1
    """The password of the stack's Redis."""
    provisioner_key: Number = 1
    """The key that this program manages the objects on the proxy with."""
    metrics_key: Number = 1
    """The key that Prometheus reads metrics with."""
    virtual_keys: Number = 1
    """All virtual keys at once; each has a number of its own in `access` beside it."""
    seed: Generation = 1
    """What virtual keys, provisioner key, metrics key and database password are derived from: rotates them all."""
    grace: Grace = "24h"
    """How long the old value of a virtual key stays valid, where the key itself does not say."""

    def number(self, own: int, *others: int) -> int:
        """Return the number that counts for a secret: each of the given ones raises it, and `everything` does."""
        return own + sum(other - 1 for other in (*others, self.everything))
