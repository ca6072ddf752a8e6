"""What is secret in a preview, masked before a report is made of it.

Pulumi masks in `preview --json` what is marked as a secret. What is masked here on top of that is what a report must
not show even where a mark was lost: a state written by an earlier version, a plugin that does not keep marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from config.secret_texts import SHAPES

SECRET: Final = "[secret]"  # noqa: S105  # Pulumi's own mask
UNKNOWN: Final = "[unknown]"
"""A value that is known only when the update runs."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The property by which Pulumi tells objects of its own, secrets among them (resource.SigKey in pulumi/sdk/go)."""
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands in that document for an unknown value (computedValuePlaceholder in pulumi/pkg/resource/stack)."""
_NAMES: Final = re.compile(
    r"(^|_)(key|token|secret|password|passphrase|seed|envs|former|salt_keys|result|bcryptHash|database_url)$",
    re.IGNORECASE,
)
"""Names of properties whose text is never shown: keys, logins, what pulumi-random generated, environments."""
_FINGERPRINTS: Final = "keepers"
"""Keyed hashes by the name of what they are of, variables among them: no secrets (engine/workload.py)."""
_VALUES: Final = re.compile(rf"{SHAPES.pattern}|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
"""What looks like a key of LiteLLM or of a provider, or a login inside of an address."""
_REFERENCE: Final = "os.environ/"


def masked(value: Any, name: str = "") -> Any:
    """Return the value of the property `name` without what is secret in it."""
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return SECRET
        if name == _FINGERPRINTS:
            return dict(value)
        return {str(key): masked(item, name if _is_secret(name) else str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if not isinstance(value, str):
        return value
    if value == _UNKNOWN:
        return UNKNOWN
    if value and _is_secret(name) and not value.startswith(_REFERENCE):
        return SECRET
    return scrubbed(value)


def scrubbed(text: str) -> str:
    """Return the text without what looks like a secret."""
    return _VALUES.sub(SECRET, text)


def _is_secret(name: str) -> bool:
    return name == "credential_values" or bool(_NAMES.search(name))
