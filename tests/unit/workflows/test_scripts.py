"""The comment and the issue are written over in place; `gh` is a stand-in that records what it is asked."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.github import GitHub

SCRIPTS = Path(__file__).parents[3] / ".github" / "scripts"


@dataclass(frozen=True, kw_only=True)
class Service:
    """A pull request's folder, and the stand-in."""

    folder: Path
    github: GitHub

    def run(self, script: str, report: str, *, there: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        self.github.has(there)
        (self.folder / "report.md").write_text(report)
        given = {"GITHUB_REPOSITORY": "a/b", "STACK": "prod", "PULL_REQUEST": "7"}
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.run(
            [SCRIPTS / script, "report.md"],
            cwd=self.folder,
            env={**os.environ, **given, **environment, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(folder=tmp_path, github=GitHub(folder=tmp_path))


def test_the_first_report_is_a_new_comment(service: Service) -> None:
    assert service.run("comment", "# Changes\n").returncode == 0
    assert service.github.writes == ["api --silent --method POST repos/a/b/issues/7/comments"]
    assert service.github.body == "<!-- litellm-stack: preview of prod -->\n# Changes\n"


def test_the_next_report_is_written_over_it(service: Service) -> None:
    assert service.run("comment", "# Others\n", there="41\n42\n").returncode == 0
    assert service.github.writes == ["api --silent --method PATCH repos/a/b/issues/comments/41"]


def test_only_a_comment_of_its_own_is_written_over(service: Service) -> None:
    service.run("comment", "x")
    (listed,) = service.github.lists
    assert 'select(.user.type == "Bot" and (.body | startswith("<!-- litellm-stack: preview of prod -->")))' in listed


def test_a_report_that_is_too_long_is_cut_and_says_so(service: Service) -> None:
    assert service.run("comment", "x" * 70_000).returncode == 0
    assert len(service.github.body) < 65_536
    assert service.github.body.endswith("Cut off here: the rest is in the log of the run.\n")


def test_without_a_report_there_is_nothing_to_comment(service: Service) -> None:
    assert service.run("comment", "").returncode == 1
    assert service.github.lists == service.github.writes == []


@pytest.mark.parametrize(
    ("outcome", "there", "written"),
    [
        ("failure", "", ["api --silent --method POST repos/a/b/issues --raw-field title=Drift in stack prod"]),
        ("failure", "5\n", ["api --silent --method PATCH repos/a/b/issues/5"]),
        ("success", "5\n", ["api --silent --method PATCH repos/a/b/issues/5 --raw-field state=closed"]),
        ("success", "", []),
    ],
)
def test_drift_is_one_issue_while_there_is_some(outcome: str, there: str, written: list[str], service: Service) -> None:
    assert service.run("issue", "a key is gone\n", there=there, OUTCOME=outcome).returncode == 0
    assert service.github.writes == written


def test_drift_that_cannot_be_told_is_a_failure_and_no_issue(service: Service) -> None:
    result = service.run("issue", "", OUTCOME="failure")
    assert result.returncode == 1
    assert "drift could not be told" in result.stderr
    assert service.github.lists == service.github.writes == []
