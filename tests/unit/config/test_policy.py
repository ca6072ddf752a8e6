"""The `policy` section: which level a rule has where the config says so, and where it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from config import settings
from config.policy import PROTECTED, Level, PolicySettings
from config.problems import ConfigError


def load(**section: Any) -> settings.Settings:
    return settings.load({"p:policy": json.dumps(section)}, encrypted=[], project="p")


def test_a_protected_environment_stops_changes_and_shows_the_rest() -> None:
    levels = load().policy.levels(protect=True)
    assert {rule for rule, level in levels.items() if level is Level.MANDATORY} == {"budgetRaise", "keptData"}
    assert {rule for rule, level in levels.items() if level is Level.ADVISORY} == PROTECTED.keys() - {
        "budgetRaise",
        "keptData",
    }


def test_an_unprotected_environment_has_the_rules_that_it_names() -> None:
    levels = load(limitedKeys="mandatory").policy.levels(protect=False)
    assert {rule: level for rule, level in levels.items() if level is not Level.DISABLED} == {
        "limitedKeys": Level.MANDATORY
    }


def test_the_config_decides_over_the_default() -> None:
    given = load(keptData="disabled", raiseFactor=3, raiseLabel="approved").policy
    assert given.levels(protect=True)["keptData"] is Level.DISABLED
    assert (given.raise_factor, given.raise_label) == (3, "approved")


def test_mistakes_are_said_with_their_place() -> None:
    with pytest.raises(ConfigError) as raised:
        load(limitedKey="mandatory", keptData="always", raiseFactor=0.5)
    found = {problem.path: problem.message for problem in raised.value.problems}
    assert found["policy.limitedKey"] == "no such setting; did you mean 'limitedKeys'?"
    assert "advisory" in found["policy.keptData"]
    assert "greater than or equal to 1" in found["policy.raiseFactor"]


def test_every_rule_has_a_setting() -> None:
    for rule in PROTECTED:
        PolicySettings.model_validate({rule: "mandatory"})
    with pytest.raises(ValidationError):
        PolicySettings.model_validate({"unheardOf": "mandatory"})
