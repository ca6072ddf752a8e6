"""The file of a backup: written whole for one reader, and useless to everybody else."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it has no types
import pytest

from backup.archive import DUMP, KEY, Archive, write
from backup.errors import BackupError
from backup.manifest import Manifest

PASSPHRASE = "correct horse battery staple"
SALT, SEED = "salt-canary-0123456789", "seed-canary-0123456789"
MANIFEST = Manifest(
    stack="unit",
    taken="2026-01-02T03:04:05+00:00",
    postgres_major=15,
    litellm_image="ghcr.io/berriai/litellm-non_root:v1.106.2",
    salt_keys=[SALT],
    seed=SEED,
)
CONTENT = b"row-canary-0123456789" * 20_000


class Source(BytesIO):
    def __init__(self, content: bytes, *, failure: str = "") -> None:
        super().__init__(content)
        self._failure = failure

    def finish(self) -> None:
        if self._failure:
            raise BackupError(self._failure)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "unit.backup.tar"
    write(file, manifest=MANIFEST, dump=Source(CONTENT), passphrase=PASSPHRASE)
    return file


@pytest.fixture(scope="module")
def opened(written: Path) -> Archive:
    """Opened once: it takes a second by design, so that nobody can try many passphrases."""
    return Archive(written, passphrase=PASSPHRASE)


@pytest.fixture
def rewritten(written: Path) -> Iterator[Path]:
    """The file of `opened`, to be changed."""
    content = written.read_bytes()
    yield written
    written.write_bytes(content)


def test_what_was_written_is_read(opened: Archive) -> None:
    sink = BytesIO()
    opened.copy(sink)
    assert sink.getvalue() == CONTENT
    assert opened.checked_size() == len(CONTENT)
    assert opened.manifest == MANIFEST


def test_only_its_owner_may_read_it_and_nothing_in_it_is_in_clear(written: Path) -> None:
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    text = written.read_bytes()
    assert [canary for canary in (SALT, SEED, PASSPHRASE, "row-canary") if canary.encode() in text] == []


def test_age_and_tar_alone_open_it(written: Path) -> None:
    with tarfile.open(written) as members:
        key, dump = (member.read() for name in (KEY, DUMP) if (member := members.extractfile(name)))
    identity = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, PASSPHRASE).decode().strip())
    assert pyrage.decrypt(dump, [identity]) == CONTENT


def test_another_passphrase_is_refused_with_what_to_do(written: Path) -> None:
    with pytest.raises(BackupError, match=r"passphrase does not open .* LITELLM_BACKUP_PASSPHRASE") as caught:
        Archive(written, passphrase="another passphrase")
    assert "another passphrase" not in str(caught.value)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_a_changed_byte_is_found(opened: Archive, rewritten: Path, share: float) -> None:
    data = bytearray(rewritten.read_bytes())
    data[int(len(data) * share) - 1500] ^= 1
    rewritten.write_bytes(data)
    with pytest.raises(BackupError, match="was changed or cut off"):
        opened.checked_size()


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.95])
def test_a_file_that_was_cut_off_is_found(opened: Archive, rewritten: Path, share: float) -> None:
    data = rewritten.read_bytes()
    rewritten.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BackupError, match="cut off"):
        opened.checked_size()


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Not a backup.\n" * 1000)
    with pytest.raises(BackupError, match="is not a backup"):
        Archive(other, passphrase=PASSPHRASE)
    with pytest.raises(BackupError, match="there is no file"):
        Archive(tmp_path / "missing", passphrase=PASSPHRASE)


def test_a_dump_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump failed"):
        write(
            tmp_path / "unit.tar",
            manifest=MANIFEST,
            dump=Source(CONTENT, failure="pg_dump failed"),
            passphrase=PASSPHRASE,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_sink_that_takes_no_more_is_not_taken_for_damage(opened: Archive) -> None:
    class Closed(BytesIO):
        def write(self, _data: object, /) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        opened.copy(Closed())


@pytest.mark.parametrize(
    ("major", "image", "message"),
    [
        (14, "litellm:v1.106.2", "of Postgres 15, and the stack runs 14"),
        (15, "litellm:v1.99.9", "and the stack runs the older litellm:v1.99.9"),
    ],
)
def test_an_older_stack_is_refused(major: int, image: str, message: str) -> None:
    with pytest.raises(BackupError, match=message):
        MANIFEST.refuse_older(postgres_major=major, litellm_image=image)


@pytest.mark.parametrize("image", ["litellm:v1.106.2", "litellm:v1.107", "litellm@sha256:0123", "litellm:main"])
def test_the_same_or_a_newer_or_an_unknown_version_is_taken(image: str) -> None:
    MANIFEST.refuse_older(postgres_major=16, litellm_image=image)


def test_another_format_is_refused() -> None:
    with pytest.raises(BackupError, match="newer litellm-stack"):
        Manifest.decode(MANIFEST.encode().replace(b'"format": 1', b'"format": 2'))
