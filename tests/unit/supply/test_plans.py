"""A plan is private, there only if it is whole, and named in the error where it does not fit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from supply import plans
from supply.errors import SupplyError
from supply.pulumi import Pulumi


def pulumi(folder: Path, script: str) -> Pulumi:
    """Return a command line that runs this script."""
    command = folder / "pulumi"
    command.write_text(f'#!/bin/sh\necho "$*" >> {folder}/asked\n{script}\n')
    command.chmod(0o755)
    return Pulumi(environment={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, checkout=folder, stack="prod")


def test_a_plan_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("of before")
    file.chmod(0o644)
    plans.save(pulumi(tmp_path, 'echo planned > "$4"'), file, options=("--policy-pack", "policy"))
    assert file.read_text() == "planned\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    asked = (tmp_path / "asked").read_text().strip()
    assert asked == f"preview --diff --save-plan {file} --policy-pack policy --stack prod"


def test_a_plan_may_go_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    plans.save(pulumi(tmp_path, "exit 0"), tmp_path / "plans" / "7.json", options=())
    assert stat.S_IMODE((tmp_path / "plans").stat().st_mode) == 0o700


def test_a_preview_that_fails_leaves_no_plan_not_even_the_one_of_before(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("of before")
    with pytest.raises(SupplyError, match="pulumi preview ended with exit status 3"):
        plans.save(pulumi(tmp_path, "exit 3"), file, options=())
    assert not file.exists()


def test_an_update_is_held_to_the_plan(tmp_path: Path) -> None:
    plans.apply(pulumi(tmp_path, "exit 0"), tmp_path / "plan.json")
    asked = (tmp_path / "asked").read_text().strip()
    assert asked == f"up --yes --skip-preview --plan {tmp_path}/plan.json --stack prod"


def test_a_plan_that_does_not_fit_is_to_be_made_again(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="pulumi up ended") as raised:
        plans.apply(pulumi(tmp_path, 'test "$1" != up || exit 255; echo {}'), tmp_path / "plan.json")
    assert raised.value.mend
    assert f"make plan FILE={tmp_path}/plan.json" in raised.value.mend


def test_a_plan_that_is_not_there_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match=r"There is no plan .*missing\.json"):
        plans.check(tmp_path / "missing.json")
