"""What Pulumi makes of a stack config's YAML on the way to the program, and what the check says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config import settings
from config.problems import ConfigError
from tests.integration.pulumi_program import PulumiProgram

PROGRAM = """
    import json
    import pulumi

    pulumi.log.info("given " + json.dumps(dict(pulumi.runtime.config.CONFIG.get())))
"""
WRITTEN = """\
config:
  admin-test:proxy:
    model_list:
      - model_name: chat
        litellm_params: {model: azure/gpt-4o, api_version: 2024-05-01, mock_response: yes}
        model_info: {id: 12345678901234567890, quoted: "2024-05-01", 2024-05-02: a}
    litellm_settings: {cache: yes, cache_params: {type: local}, json_logs: True}
    general_settings: {disable_spend_logs: no, custom_auth_settings: {mode: on}}
    router_settings:
    callback_settings: {otel: {~: 1}}
  admin-test:access:
  admin-test:environment: {}
  admin-test:databasePassword: '[abc12345'
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stack config as a program receives it."""
    folder = tmp_path_factory.mktemp("program")
    program = PulumiProgram(folder, PROGRAM, {}, {})
    file: Path = folder / "Pulumi.test.yaml"
    file.write_text(file.read_text(encoding="utf-8") + WRITTEN, encoding="utf-8")
    program.run("config", "set", "--path", "environment.NUM_WORKERS", "4")
    program.run("config", "set", "--path", "environment.SMTP_USE_SSL", "true")
    said = program.run("preview")
    line = next(line for line in said.splitlines() if "given {" in line)
    received: dict[str, str] = json.loads(line.partition("given ")[2])
    return received


def test_c16_c24_c31_what_yaml_and_pulumi_change_is_what_the_check_finds(given: dict[str, str]) -> None:
    moment = "2024-05-0{} 00:00:00 +0000 UTC"
    with pytest.raises(ConfigError) as raised:
        settings.check(given, encrypted=["admin-test:databasePassword"], project="admin-test")
    assert {problem.path for problem in raised.value.problems} == {
        "proxy.callback_settings.otel.<nil>",
        "proxy.general_settings.disable_spend_logs",
        "proxy.litellm_settings.cache",
        "proxy.model_list[0].litellm_params.api_version",
        f"proxy.model_list[0].model_info.{moment.format(2)}",
    }
    assert {problem.path for problem in raised.value.warnings} == {"proxy.model_list[0].model_info.id"}
    assert moment.format(1) in given["admin-test:proxy"]


def test_c31_c32_c54_empty_sections_texts_and_numbers_arrive_as_the_check_reads_them(given: dict[str, str]) -> None:
    assert given["admin-test:access"] == ""
    assert given["admin-test:databasePassword"] == "[abc12345"
    assert json.loads(given["admin-test:environment"]) == {"NUM_WORKERS": 4, "SMTP_USE_SSL": True}
    rest = {name: text for name, text in given.items() if not name.endswith(":proxy")}
    accepted = settings.load(rest, encrypted=["admin-test:databasePassword"], project="admin-test")
    assert accepted.environment == {"NUM_WORKERS": "4", "SMTP_USE_SSL": "True"}
    assert not accepted.access.keys
