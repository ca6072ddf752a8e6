"""The application of examples/, run as its user runs it: with a `.env` and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.stack import ROOT, Stack
from tests.e2e.test_gateway import spend_until_refused


@pytest.fixture
def env_file(stack: Stack, gateway: Gateway, tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    lines = {
        "LITELLM_BASE_URL": str(gateway.client.base_url),
        "LITELLM_API_KEY": gateway.keys["chat-app"],
        "LITELLM_MODEL": stack.outputs()["keyModels"]["chat-app"][0],
    }
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    return path


def ask(env_file: Path, *, user: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / "chat.py"), "hi", "--user", user, "--env", str(env_file)]
    return subprocess.run(command, cwd=env_file.parent, capture_output=True, text=True, timeout=120, check=False)


def test_the_langchain_example_answers(env_file: Path, stack: Stack) -> None:
    result = ask(env_file, user="HyperUser")
    assert (result.returncode, result.stdout) == (0, f"{stack.offline_answer}\n"), result.stderr


def test_the_langchain_example_says_that_a_budget_is_spent(env_file: Path, gateway: Gateway) -> None:
    spend_until_refused(gateway, user="TinyUser")
    result = ask(env_file, user="TinyUser")
    assert result.returncode == 1
    assert result.stderr == "The budget is spent; try again when it resets. (user TinyUser)\n"
