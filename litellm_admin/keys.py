"""The values of virtual keys: derived from a seed, named by their hash."""

import base64
import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 24  # 192 bits; base64url makes exactly 32 characters of them, without padding


def derive_key(seed: str, *, name: str, rotation: int) -> str:
    """Derive the value of the virtual key `name`: `sk-` and 32 characters of [A-Za-z0-9_-].

    The same seed, name and rotation give the same value at any time on any machine, so that a create whose answer
    was lost finds its own key again. Another rotation gives a value that tells nothing about the one before.

    Raises ValueError for an empty seed or name, or a negative rotation.
    """
    if not seed or not name or rotation < 0:
        raise ValueError("a key is derived from a seed and a name that are not empty, and a rotation of 0 or more")
    # HKDF (RFC 5869) over a seed of full entropy needs no salt.
    derived = HKDF(SHA256(), _KEY_BYTES, None, f"litellm-stack/key/{name}/{rotation}".encode()).derive(seed.encode())
    return f"sk-{base64.urlsafe_b64encode(derived).decode()}"


def key_hash(value: str) -> str:
    """Return the id by which LiteLLM stores and takes the key: the SHA-256 of its value, 64 hex digits.

    Source: litellm/proxy/utils.py, hash_token.
    """
    return hashlib.sha256(value.encode()).hexdigest()
