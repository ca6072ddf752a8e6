"""Passwords as Postgres stores them, so that none goes through SQL, where statements are logged."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

_ITERATIONS = 4096  # what Postgres itself uses (scram_iterations)
_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class _Parts:
    iterations: int
    salt: bytes
    stored_key: bytes
    server_key: bytes

    def __str__(self) -> str:
        salt, stored, server = (
            base64.b64encode(part).decode() for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"SCRAM-SHA-256${self.iterations}:{salt}${stored}:{server}"


def verifier(password: str) -> str:
    """Return what Postgres can check an ASCII password by, and nobody can log in with (RFC 5803)."""
    return str(_parts(password, salt=secrets.token_bytes(_SALT_BYTES), iterations=_ITERATIONS))


def matches(password: str, stored: str) -> bool:
    """Whether Postgres, which has `stored` in pg_authid.rolpassword, takes this password."""
    try:
        _, parameters, _ = stored.split("$")
        iterations, salt = parameters.split(":")
        made = _parts(password, salt=base64.b64decode(salt), iterations=int(iterations))
    except ValueError:
        return False
    return hmac.compare_digest(str(made), stored)


def _parts(password: str, *, salt: bytes, iterations: int) -> _Parts:
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return _Parts(
        iterations=iterations,
        salt=salt,
        stored_key=hashlib.sha256(client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", "sha256"),
    )
