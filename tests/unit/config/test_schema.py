"""The schema that editors read: current, true to what the stack takes, and blind to no typing error."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from config import schema
from config.litellm import BASE
from tests import environments

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
VALIDATOR = Draft7Validator(schema.document())
SECURE = {"secure": "v1:abc:def"}


def complaints(config: Any) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors({"config": config})]


def examples() -> Iterator[Any]:
    """Go through the pieces of stack config in the documentation."""
    for document in DOCUMENTS:
        for block in re.findall(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            if re.match(r" *litellm-stack:", block):
                yield pytest.param(yaml.safe_load(block), id=f"{document.name}: {block.strip().splitlines()[0]}")


def test_the_committed_schema_is_current() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run `make schema`"
    Draft7Validator.check_schema(schema.document())


@pytest.mark.parametrize("stack", environments.NAMES)
def test_the_example_environments_fit_and_name_the_schema(stack: str) -> None:
    text = environments.text(stack)
    assert text.startswith(f"# yaml-language-server: $schema={schema.FILE.relative_to(ROOT)}\n")
    assert list(VALIDATOR.iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("config", list(examples()))
def test_every_example_of_the_documentation_fits(config: Any) -> None:
    assert complaints(config) == []


def test_what_the_stack_starts_from_fits_but_for_what_is_its_own() -> None:
    base = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    for name in ("master_key", "database_url", "enable_drain_endpoint"):
        assert complaints({"litellm-stack:proxy": base})
        del base["general_settings"][name]
    assert complaints({"litellm-stack:proxy": base}) == []


def test_whatever_pulumi_writes_into_the_file_fits() -> None:
    config = {
        "litellm-stack:replicas": "2",
        "litellm-stack:protect": "false",
        "litellm-stack:masterKey": SECURE,
        "litellm-stack:secrets": {"OPENAI_API_KEY": SECURE},
        "litellm-stack:environment": SECURE,
        "litellm-stack:access": {"keys": {"app": {"budget": "free", "budget_id": "free"}}},
        "docker:host": "ssh://somewhere",
    }
    document = {"encryptionsalt": "v1:x:y", "secretsprovider": "passphrase", "config": config}
    assert list(VALIDATOR.iter_errors(document)) == []


COMPLETE: dict[str, Any] = {
    "litellm-stack:proxy": {
        "model_list": [
            {
                "model_name": "chat",
                "litellm_params": {"model": "openai/gpt-4o-mini", "a_parameter_of_the_provider": 1},
                "model_info": {"a_word_of_mine": 1},
            }
        ],
        "router_settings": {"routing_strategy": "least-busy", "retry_policy": {"TimeoutErrorRetries": 1}},
        "litellm_settings": {"callbacks": ["langfuse", "my.handler"], "num_retries": 3},
        "general_settings": {"store_model_in_db": True},
    },
    "litellm-stack:access": {"teams": {"support": {"keys": {"helpdesk": {"rpm_limit": 60}}}}},
    "litellm-stack:ports": {"gateway": 4000},
    "litellm-stack:secrets": {"OPENAI_API_KEY": SECURE},
}


def test_a_complete_config_fits() -> None:
    assert complaints(COMPLETE) == []


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        ([], "litellm-stack:prots", {}),
        (["litellm-stack:proxy"], "litelm_settings", {}),
        (["litellm-stack:proxy"], "master_key", "os.environ/KEY"),
        (["litellm-stack:proxy", "model_list", 0], "rpm", 3),
        (["litellm-stack:proxy", "litellm_settings"], "num_retrys", 3),
        (["litellm-stack:proxy", "general_settings"], "master_key", "os.environ/KEY"),
        (["litellm-stack:proxy", "router_settings"], "routing_strategy", "least-busi"),
        (["litellm-stack:proxy", "router_settings", "retry_policy"], "TimeoutErrorRetry", 1),
        (["litellm-stack:access"], "kyes", {}),
        (["litellm-stack:access", "teams", "support"], "max_budgt", 1),
        (["litellm-stack:access", "teams", "support", "keys", "helpdesk"], "rpm_limit", "many"),
        (["litellm-stack:ports"], "gateway", 70000),
        (["litellm-stack:secrets"], "OTHER_KEY", "in clear"),
    ],
)
def test_a_typing_error_is_seen(place: list[Any], name: str, value: Any) -> None:
    config = copy.deepcopy(COMPLETE)
    there: Any = config
    for step in place:
        there = there[step]
    there[name] = value
    assert complaints(config)
