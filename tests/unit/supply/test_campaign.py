from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from supply import campaign
from supply.campaign import Result
from supply.errors import SupplyError

ROOT = Path(__file__).parents[3]


def test_every_part_is_in_the_table_of_contributing() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [part for part in campaign.parts() if f"{part}" not in table] == []


def test_every_part_covers_paths_that_exist() -> None:
    covered = {path for part in campaign.parts() for path in campaign.covers(part)}
    assert [path for path in covered if not (ROOT / path).exists()] == []
    assert "tests/campaign/test_pooler.py" in campaign.covers("test_pooler.py")


def test_a_part_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(SupplyError, match=r"no part 'test_nothing\.py'") as caught:
        campaign._chosen("test_nothing.py", stale=False, commit="a")
    assert "test_pooler.py" in caught.value.mend


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (Result(commit="a", date="2026-12-01", result="failed", seconds=1), True),
        (Result(commit="a", date="2026-12-01", result="passed", seconds=1), False),
        (Result(commit="b", date="2026-12-01", result="passed", seconds=1), True),
    ],
)
def test_what_passed_on_this_commit_is_not_run_again(last: Result | None, due: bool) -> None:
    assert campaign._is_due("test_pooler.py", last, stale=False, commit="a") is due


def test_a_part_is_stale_once_its_code_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        done = subprocess.run(["git", *identity, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    folder = tmp_path / "tests" / "campaign"
    folder.mkdir(parents=True)
    (folder / "test_part.py").write_text('COVERS = ("engine",)\n')
    for name in ("engine", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("before")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "First")
    monkeypatch.setattr(campaign, "CHECKOUT", tmp_path)
    monkeypatch.setattr(campaign, "FOLDER", folder)
    monkeypatch.setattr(campaign, "RESULTS", folder / "results.json")
    passed = Result(commit=campaign._commit(), date="2026-12-01", result="passed", seconds=1)
    campaign._record("test_part.py", passed)
    assert json.loads((folder / "results.json").read_text()) == {"test_part.py": passed}
    # The record itself is no change of the checkout.
    assert campaign._commit() == passed["commit"]

    (tmp_path / "docs" / "file").write_text("after")
    git("commit", "-qam", "Second")
    assert campaign._chosen(None, stale=True, commit=campaign._commit()) == []
    (tmp_path / "engine" / "file").write_text("after")
    assert campaign._commit().endswith("+")
    git("commit", "-qam", "Third")
    assert campaign._chosen(None, stale=True, commit=campaign._commit()) == ["test_part.py"]
