"""An age file that a passphrase opens, also on a host that is slower, or busier, than the one that wrote it.

age chooses scrypt's work by the speed that it measures when it encrypts, and refuses to do more than sixteen times what
it measures when it decrypts (rage, age/src/scrypt.rs). On a busy host the two differ by more than that, and the library
says no more than that it failed. So the passphrase is tried by itself, by age's specification
(https://age-encryption.org/v1), and where it is right the library is asked until it measures better.
"""

from __future__ import annotations

import base64
import re

import pyrage  # type: ignore[import-untyped]  # it has no types
import tenacity
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

ATTEMPTS = 20
SECONDS_BETWEEN = 3

_STANZA = re.compile(rb"\A-> scrypt (?P<salt>\S{22}) (?P<work>[0-9]{1,2})\n(?P<body>\S{43})\Z")
_LABEL = b"age-encryption.org/v1/scrypt"
_MOST_WORK = 24
"""More would take over 16 GB of memory; on today's hosts age writes 16 to 20."""


class WrongPassphraseError(Exception):
    """The passphrase is another one, or the file was damaged."""


class BusyHostError(Exception):
    """The passphrase is right, and the host is too slow for the work that the file asks for."""


def encrypt(content: bytes, passphrase: str) -> bytes:
    """Return an age file with the content."""
    encrypted: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return encrypted


def decrypt(locked: bytes, passphrase: str) -> bytes:
    """Return the content of an age file. Raises WrongPassphraseError, or BusyHostError after a minute."""
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: _is_busy(error, locked, passphrase)),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_fixed(SECONDS_BETWEEN),
    )
    try:
        content: bytes = attempts(pyrage.passphrase.decrypt, locked, passphrase)
    except pyrage.DecryptError:
        raise WrongPassphraseError from None
    except tenacity.RetryError:
        raise BusyHostError from None
    return content


def _is_busy(error: BaseException, locked: bytes, passphrase: str) -> bool:
    return isinstance(error, pyrage.DecryptError) and opens(locked, passphrase)


def opens(locked: bytes, passphrase: str) -> bool:
    """Tell whether the passphrase opens the file's key, whatever work that takes."""
    header = locked.partition(b"\n--- ")[0].partition(b"\n")[2]
    stanza = _STANZA.match(header)
    if stanza is None or int(stanza["work"]) > _MOST_WORK:
        return False
    salt, body = (base64.b64decode(stanza[part] + b"=" * (-len(stanza[part]) % 4)) for part in ("salt", "body"))
    kdf = Scrypt(salt=_LABEL + salt, length=32, n=2 ** int(stanza["work"]), r=8, p=1)
    key = kdf.derive(passphrase.encode())
    try:
        ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return False
    return True
