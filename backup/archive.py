"""The file of a backup: a tar archive whose members are age files (https://age-encryption.org/v1).

    key.age             an age identity, encrypted with the passphrase (scrypt)
    manifest.json.age   the manifest, encrypted to that identity
    database.dump.age   what pg_dump printed, encrypted to that identity

This is age's own pattern of a passphrase-protected identity file. The passphrase alone would do for the dump too, but
the library takes that in memory only, and a dump may be larger than that. By hand, without this program:
`tar xf FILE && age -d -i key.age database.dump.age | pg_restore ...`.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

import pyrage  # type: ignore[import-untyped]  # it has no types

from backup.errors import BackupError
from backup.manifest import Manifest
from backup.passphrase import BusyHostError, WrongPassphraseError, decrypt, encrypt

KEY, MANIFEST, DUMP = "key.age", "manifest.json.age", "database.dump.age"
PASSPHRASE = "LITELLM_BACKUP_PASSPHRASE"  # noqa: S105  # the name of a variable
_MODE = 0o600
_BLOCK = tarfile.BLOCKSIZE


class OtherPassphraseError(BackupError):
    """A backup was written with another passphrase."""


class Source(Protocol):
    """Where a dump comes from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; none at the end."""

    def finish(self) -> None:
        """Raise BackupError unless what was read is the whole dump."""


class Sink(Protocol):
    """Where a dump goes to."""

    def write(self, data: bytes, /) -> int:
        """Take bytes, and return how many."""

    def flush(self) -> None:
        """Do nothing more than a file does."""


def write(file: Path, *, manifest: Manifest, dump: Source, passphrase: str) -> None:
    """Write a backup, whole or not at all, for its owner alone to read. Raises BackupError."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # opened with mode 0600
    try:
        with os.fdopen(descriptor, "w+b") as archive:
            _write(archive, manifest, dump, passphrase)
            archive.flush()
            os.fsync(descriptor)
        Path(draft).replace(file)
    except (pyrage.EncryptError, OSError) as error:
        raise BackupError(f"the backup {file} could not be written: {error}") from None
    finally:
        Path(draft).unlink(missing_ok=True)


def _write(archive: IO[bytes], manifest: Manifest, dump: Source, passphrase: str) -> None:
    identity = pyrage.x25519.Identity.generate()
    recipients = [identity.to_public()]
    _add(archive, KEY, encrypt(f"{identity}\n".encode(), passphrase))
    _add(archive, MANIFEST, pyrage.encrypt(manifest.encode(), recipients))
    start = archive.tell()
    archive.write(bytes(_BLOCK))
    pyrage.encrypt_io(dump, archive, recipients)
    dump.finish()
    end = archive.tell()
    # A member's size comes first in a tar archive, and is known last.
    archive.seek(start)
    archive.write(_header(DUMP, end - start - _BLOCK))
    archive.seek(end)
    archive.write(bytes(-end % _BLOCK + 2 * _BLOCK))


def _add(archive: IO[bytes], name: str, content: bytes) -> None:
    archive.write(_header(name, len(content)) + content + bytes(-len(content) % _BLOCK))


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, _MODE
    return entry.tobuf(tarfile.GNU_FORMAT)  # takes sizes beyond 8 GB without a second header


class Archive:
    """A backup whose passphrase is known."""

    def __init__(self, file: Path, *, passphrase: str) -> None:
        """Open `file`. Raises BackupError for one that is no backup, and for another passphrase."""
        self.file = file
        with _member(file, KEY) as key:
            locked = key.read()
        try:
            unlocked = decrypt(locked, passphrase).decode().strip()
        except BusyHostError:
            raise BackupError(
                f"the passphrase opens {file}, and this host is too busy for the work that age asks for; try again"
            ) from None
        except WrongPassphraseError:
            raise OtherPassphraseError(
                f"the passphrase does not open {file}, or its key was damaged. The passphrase is that of the stack"
                f" which took the backup (`make backup-passphrase` there); give it in {PASSPHRASE}"
            ) from None
        self._identity = pyrage.x25519.Identity.from_str(unlocked)
        content = io.BytesIO()
        self._decrypt(MANIFEST, content)
        self.manifest = Manifest.decode(content.getvalue())

    def checked_size(self) -> int:
        """Return the dump's size in bytes, after reading all of it: it is whole and nobody changed it."""
        counter = _Counter()
        self.copy(counter)
        return counter.size

    def copy(self, sink: Sink) -> None:
        """Write the dump to `sink`. Raises BackupError where it was damaged, OSError where `sink` takes no more."""
        self._decrypt(DUMP, sink)

    def _decrypt(self, name: str, sink: Sink) -> None:
        guarded = _Guarded(sink)
        with _member(self.file, name) as member:
            try:
                pyrage.decrypt_io(member, guarded, [self._identity])
            except (pyrage.DecryptError, tarfile.TarError, OSError):
                if guarded.failure is not None:
                    raise guarded.failure from None
                raise BackupError(
                    f"{self.file} was changed or cut off after it was written; restore another backup"
                ) from None


@contextmanager
def _member(file: Path, name: str) -> Iterator[IO[bytes]]:
    try:
        with tarfile.open(file, "r:") as members:
            found = members.extractfile(name)
            if found is None:
                raise KeyError(name)
            yield found
    except FileNotFoundError:
        raise BackupError(f"there is no file {file}; `make backup` prints where it puts them") from None
    except (tarfile.TarError, KeyError):
        raise BackupError(f"{file} is not a backup, or was cut off: it has no {name}") from None


class _Guarded(io.RawIOBase):
    """Tells a failure of the sink from one of the archive: the library reports both alike."""

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink
        self.failure: OSError | None = None

    def write(self, data: object, /) -> int:
        try:
            return self._sink.write(cast("bytes", data))
        except OSError as error:
            self.failure = error
            raise


class _Counter:
    size = 0

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept."""
