from __future__ import annotations

import json
from typing import Any

import pytest

from config import settings
from config.problems import ConfigError
from config.rotation import RotationSettings
from supply.rotation import SECRETS
from tests.unit.components.example import config


def load(**sections: Any) -> settings.Settings:
    values = {**config(), **sections}
    raw = {f"litellm-stack:{name}": json.dumps(value) for name, value in values.items()}
    return settings.load(raw, encrypted=["litellm-stack:secrets"], project="litellm-stack")


def test_everything_raises_each_number_by_as_much() -> None:
    rotation = load(rotation={"masterKey": 3, "everything": 2}).rotation
    assert rotation.number(rotation.master_key) == 4
    assert rotation.number(rotation.salt_key) == 2


def test_a_key_counts_its_own_number_and_that_of_all_keys() -> None:
    given = load(
        access={"keys": {"mine": {"rotation": 2, "grace": "7d"}, "other": {}}},
        rotation={"virtualKeys": 3, "everything": 2, "grace": "0s"},
    )
    keys = given.access.keys
    assert (given.key_rotation(keys["mine"]), given.key_rotation(keys["other"])) == (5, 4)
    assert (keys["mine"].grace, given.rotation.grace) == ("7d", "0s")
    assert keys["mine"].fields() == {}, "these words are the stack's and not LiteLLM's"


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("rotation", {"masterKey": 0}, "rotation.masterKey"),
        ("rotation", {"grace": "soon"}, "rotation.grace: is no duration"),
        ("rotation", {"masterkey": 2}, "did you mean 'masterKey'?"),
        ("access", {"keys": {"mine": {"rotation": 0}}}, "access.keys.mine.rotation"),
        ("access", {"keys": {"mine": {"grace": "0m"}}}, "access.keys.mine.grace"),
    ],
)
def test_mistakes_are_named_with_their_place(section: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?").replace(".", r"\.")):
        load(**{section: value})


def test_make_rotate_knows_the_numbers_that_the_stack_config_knows() -> None:
    names = {field.alias for field in RotationSettings.model_fields.values()}
    assert names - {"grace"} == set(SECRETS)
