"""The workflows call make and two scripts, with the least rights, and interpolate nothing that a stranger may write."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(file: Path) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in read(file)["jobs"].values() for step in job["steps"]]


def commands(file: Path) -> list[list[str]]:
    return [shlex.split(line) for step in steps(file) for line in str(step.get("run", "")).splitlines()]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_there_is_one_for_each_of_the_three() -> None:
    assert [file.stem for file in FILES] == ["drift", "preview", "up"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestEach:
    def test_runs_make_targets_and_scripts_that_exist(self, file: Path) -> None:
        for words in commands(file):
            if words[0] == "make":
                target = next(word for word in words[1:] if not word.startswith("-"))
                assert target in targets()
            else:
                assert os.access(ROOT / words[0], os.X_OK)

    def test_interpolates_nothing_into_a_shell(self, file: Path) -> None:
        for step in steps(file):
            assert "${{" not in str(step.get("run", ""))

    def test_takes_actions_at_a_commit(self, file: Path) -> None:
        used = [step["uses"] for step in steps(file) if "uses" in step]
        assert used
        for action in used:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)

    def test_has_no_right_that_it_does_not_name(self, file: Path) -> None:
        assert read(file)["permissions"] == {}
        for job in read(file)["jobs"].values():
            assert job["permissions"].pop("contents") == "read"
            assert job["permissions"] in ({}, {"pull-requests": "write"}, {"issues": "write"})

    def test_leaves_no_token_in_the_checkout_and_none_to_the_program(self, file: Path) -> None:
        for step in steps(file):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            assert ("GH_TOKEN" in step.get("env", {})) is str(step.get("run", "")).startswith(".github/scripts/")

    def test_does_not_run_a_strangers_program(self, file: Path) -> None:
        # YAML 1.1 reads the word `on` as true.
        events = read(file)[True]
        assert "pull_request_target" not in events
        if "pull_request" in events:
            for job in read(file)["jobs"].values():
                assert "head.repo.full_name == github.repository" in job["if"]


def test_up_is_held_to_the_plan_that_the_preview_wrote() -> None:
    def option(stem: str, target: str, name: str) -> str:
        lines = [words for words in commands(ROOT / ".github" / "workflows" / f"{stem}.yml") if target in words]
        return next(word for word in lines[0] if word.startswith(f"{name}=")).partition("=")[2]

    assert option("up", "up", "PLAN") == option("preview", "plan", "FILE")


def test_nothing_that_holds_the_config_leaves_the_host_as_an_artifact() -> None:
    for file in FILES:
        assert "artifact" not in file.read_text(encoding="utf-8")
