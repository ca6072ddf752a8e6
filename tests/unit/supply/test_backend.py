"""State and passphrase belong to the user: what is there is kept, what is missing is made once and privately."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from supply import backend
from supply.errors import SupplyError
from supply.folders import Folders, user_folders

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return user_folders({"HOME": str(tmp_path)}, platform="linux")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: litellm-stack\nruntime: python\n")
    return folder


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("_open_umask")
def test_makes_a_private_backend_and_passphrase(folders: Folders, checkout: Path) -> None:
    additions = backend.prepare({}, folders=folders, checkout=checkout)
    assert additions == {
        "PULUMI_BACKEND_URL": f"file://{folders.state}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(folders.passphrase),
    }
    assert mode(folders.state) == 0o700
    assert mode(folders.config) == 0o700
    assert mode(folders.passphrase) == 0o600
    assert len(folders.passphrase.read_text()) >= 32


def test_a_second_run_keeps_both(folders: Folders, checkout: Path) -> None:
    first = backend.prepare({}, folders=folders, checkout=checkout)
    passphrase = folders.passphrase.read_text()
    assert backend.prepare({}, folders=folders, checkout=checkout) == first
    assert folders.passphrase.read_text() == passphrase


def test_runs_at_the_same_time_agree_on_one_passphrase(folders: Folders, checkout: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from supply.backend import prepare; from supply.folders import user_folders;"
        "prepare({}, folders=user_folders({'HOME': sys.argv[1]}, platform='linux'), checkout=Path(sys.argv[2]));"
        "print(user_folders({'HOME': sys.argv[1]}, platform='linux').passphrase.read_text())"
    )
    home = str(folders.config.parent.parent)

    def run(_: int) -> str:
        command = [sys.executable, "-c", script, home, str(checkout)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(run, range(6)))) == 1
    assert [file.name for file in folders.config.iterdir()] == ["passphrase"]


@pytest.mark.parametrize("variable", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_keeps_the_users_passphrase(variable: str, folders: Folders, checkout: Path) -> None:
    additions = backend.prepare({variable: ""}, folders=folders, checkout=checkout)
    assert list(additions) == ["PULUMI_BACKEND_URL"]
    assert not folders.passphrase.exists()


def test_keeps_the_users_backend(folders: Folders, checkout: Path) -> None:
    assert backend.prepare({"PULUMI_BACKEND_URL": "s3://bucket"}, folders=folders, checkout=checkout) == {}
    assert not folders.state.exists()
    assert not folders.passphrase.exists()


def test_keeps_the_backend_that_the_user_is_logged_in_to(folders: Folders, checkout: Path) -> None:
    folders.pulumi_home.mkdir()
    (folders.pulumi_home / "credentials.json").write_text(json.dumps({"current": "https://api.pulumi.com"}))
    assert backend.prepare({}, folders=folders, checkout=checkout) == {}


def test_a_login_that_ended_is_none(folders: Folders, checkout: Path) -> None:
    folders.pulumi_home.mkdir()
    (folders.pulumi_home / "credentials.json").write_text(json.dumps({"accounts": {}}))
    assert "PULUMI_BACKEND_URL" in backend.prepare({}, folders=folders, checkout=checkout)


def test_keeps_the_backend_that_the_project_names(folders: Folders, checkout: Path) -> None:
    (checkout / "Pulumi.yaml").write_text("name: litellm-stack\nbackend:\n  url: s3://bucket\n")
    assert backend.prepare({}, folders=folders, checkout=checkout) == {}


def test_a_lost_passphrase_is_not_replaced(folders: Folders, checkout: Path) -> None:
    backend.prepare({}, folders=folders, checkout=checkout)
    stacks = folders.state / ".pulumi" / "stacks" / "litellm-stack"
    stacks.mkdir(parents=True)
    (stacks / "dev.json").write_text("{}")
    folders.passphrase.unlink()
    with pytest.raises(SupplyError, match=r"passphrase is gone.*stacks: dev") as caught:
        backend.prepare({}, folders=folders, checkout=checkout)
    assert str(folders.passphrase) in caught.value.message
    assert not folders.passphrase.exists()


def test_a_passphrase_that_others_could_read_is_closed(folders: Folders, checkout: Path) -> None:
    backend.prepare({}, folders=folders, checkout=checkout)
    folders.passphrase.chmod(0o644)
    backend.prepare({}, folders=folders, checkout=checkout)
    assert mode(folders.passphrase) == 0o600
