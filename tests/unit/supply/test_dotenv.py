"""An application's .env: private, complete, and nothing of the user's lost."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from supply import dotenv, summary
from supply.errors import SupplyError

OUTPUTS: dict[str, Any] = {
    "gatewayUrl": "http://127.0.0.1:4000",
    "virtualKeys": {"a-later": "sk-later", "first": "sk-first"},
    "keyModels": {"a-later": ["chat"], "first": ["my model's name", "chat"]},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  x:access:\n    keys:\n      first: {}\n      'a-later': {}\n")
    return tmp_path / ".env"


def as_shell_reads_it(file: Path) -> list[str]:
    script = f'. {file}; printf "%s\\n" "$LITELLM_BASE_URL" "$LITELLM_API_KEY" "$LITELLM_MODEL"'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_shell_reads_what_was_written(file: Path) -> None:
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="first"))
    assert as_shell_reads_it(file) == ["http://127.0.0.1:4000", "sk-first", "my model's name"]


def test_it_is_private_even_where_an_older_one_was_not(file: Path) -> None:
    file.write_text("")
    file.chmod(0o666)
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="first"))
    assert file.stat().st_mode & 0o777 == 0o600


def test_other_lines_stay(file: Path) -> None:
    file.write_text("# mine\nOTHER=1\nexport LITELLM_API_KEY=sk-old\n")
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="first"))
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="a-later"))
    assert file.read_text().splitlines()[:2] == ["# mine", "OTHER=1"]
    assert file.read_text().count("LITELLM_API_KEY=") == 1
    assert dotenv.owner(file) == ("dev", "a-later")


def test_an_unknown_key_is_named_with_those_that_there_are() -> None:
    with pytest.raises(SupplyError, match="has no virtual key 'nope'") as caught:
        dotenv.access(OUTPUTS, stack="dev", key="nope")
    assert "a-later, first" in caught.value.mend


@pytest.mark.parametrize("held", [{}, {"lab": ""}])
def test_u07_the_value_of_an_adopted_key_is_known_to_its_users_only(held: dict[str, str]) -> None:
    outputs = {**OUTPUTS, "virtualKeys": {**OUTPUTS["virtualKeys"], **held}, "keyModels": {"lab": ["chat"]}}
    with pytest.raises(SupplyError, match="key 'lab' is known to its users only") as caught:
        dotenv.access(outputs, stack="dev", key="lab")
    assert "raise the key's `rotation` in Pulumi.dev.yaml" in caught.value.mend


def test_u07_the_env_file_is_not_written_for_an_adopted_key_whose_value_is_not_known(file: Path) -> None:
    adopted = {**OUTPUTS, "virtualKeys": {"first": "", "a-later": "sk-later"}}
    assert summary.write_env(adopted, stack="dev", file=file)
    assert dotenv.owner(file) == ("dev", "a-later")


def test_the_key_is_in_no_representation() -> None:
    assert "sk-" not in repr(dotenv.access(OUTPUTS, stack="dev", key="first"))


def test_up_writes_the_key_that_is_declared_first(file: Path) -> None:
    written = summary.write_env(OUTPUTS, stack="dev", file=file)
    assert written is not None
    assert written.key == "first"


def test_up_renews_the_key_that_was_chosen(file: Path) -> None:
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="a-later"))
    renewed = {**OUTPUTS, "virtualKeys": {"a-later": "sk-rotated", "first": "sk-first"}}
    summary.write_env(renewed, stack="dev", file=file)
    assert as_shell_reads_it(file)[1] == "sk-rotated"


@pytest.mark.parametrize(
    "content",
    ["LITELLM_API_KEY=sk-mine\n", "# virtual key first of stack prod, written by make\nLITELLM_API_KEY=sk-p\n"],
)
def test_up_leaves_a_file_that_is_anothers(content: str, file: Path) -> None:
    file.write_text(content)
    assert summary.write_env(OUTPUTS, stack="dev", file=file) is None
    assert file.read_text() == content


def test_up_without_a_key_writes_nothing(file: Path) -> None:
    assert summary.write_env({"gatewayUrl": "http://x", "virtualKeys": {}}, stack="dev", file=file) is None
    assert not file.exists()


def test_the_line_to_try_is_what_a_shell_understands(file: Path, tmp_path: Path) -> None:
    dotenv.write(file, dotenv.access(OUTPUTS, stack="dev", key="a-later"))
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    curl.chmod(0o755)
    line = summary.try_line(file)
    result = subprocess.run(
        ["sh", "-c", line], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == [
        "-s",
        "http://127.0.0.1:4000/v1/chat/completions",
        "--oauth2-bearer",
        "sk-later",
        "-H",
        "Content-Type: application/json",
        "-d",
        '{"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}',
    ]


def test_a_key_of_a_group_comes_with_the_models_of_the_group() -> None:
    groups = {"course": {"models": ["chat"], "keys": {"ada": "sk-ada"}}}
    outputs = {"gatewayUrl": "http://gateway", "virtualKeys": {"app": "sk-app"}, "keyGroups": groups}
    found = dotenv.access(outputs, stack="dev", key="ada")
    assert (found.api_key, found.model) == ("sk-ada", "chat")
    with pytest.raises(SupplyError) as raised:
        dotenv.access(outputs, stack="dev", key="eve")
    assert "course" in raised.value.mend
