"""A pull request from its first preview to a night with drift: the workflows' own steps, without the service."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import yaml
from dotenv import dotenv_values

from tests.e2e.checkout import Checkout, checked_out
from tests.e2e.conftest import stack_config
from tests.github import GitHub

PLANS = Path.home() / ".local" / "state" / "litellm-stack" / "plans"


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs a workflow's steps as a runner does: one after the other, and after a failure only those that say so."""

    checkout: Checkout
    github: GitHub

    def run(self, workflow: str, *, labels: str = "") -> dict[str, bool]:
        """Run a workflow and return which of its steps succeeded."""
        file = self.checkout.folder / ".github" / "workflows" / f"{workflow}.yml"
        (job,) = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
        # The name of the stack stands for the number, so that two runs have two plans.
        given = {"STACK": self.checkout.stack, "PULL_REQUEST": self.checkout.stack, "LABELS": labels}
        assert job["env"].keys() <= given.keys()
        outcomes: dict[str, bool] = {}
        failed = False
        for step in (step for step in job["steps"] if "run" in step):
            if failed and step.get("if") != "${{ !cancelled() }}":
                continue
            ok = self._step(step, {**given, "OUTCOME": "failure" if False in outcomes.values() else "success"})
            outcomes[step["name"]] = ok
            failed = failed or not (ok or step.get("continue-on-error"))
        return outcomes

    def _step(self, step: dict[str, Any], given: dict[str, str]) -> bool:
        environment = self.checkout.environment
        environment |= {**given, "GITHUB_REPOSITORY": "a/b", "PATH": f"{self.github.folder}:{environment['PATH']}"}
        command = ["bash", "-e", "-c", step["run"]]
        return subprocess.run(command, cwd=self.checkout.folder, env=environment, check=False).returncode == 0


CONFIG = {
    "proxy": {
        "model_list": [
            {"model_name": "chat", "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "offline"}}
        ]
    },
    "ports": stack_config()["ports"],
}


def config(*, budget: float) -> dict[str, Any]:
    return {
        **CONFIG,
        "access": {"keys": {"chat-app": {"models": ["chat"], "max_budget": budget, "budget_duration": "1d"}}},
    }


def limit(checkout: Checkout, key: str) -> float:
    return float(checkout.admin("GET", "/key/info", params={"key": key})["info"]["max_budget"])


def test_a_pull_request_becomes_an_update(engine: docker.DockerClient, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    github = GitHub(folder=tmp_path / "bin")
    with checked_out(engine, tmp_path, config(budget=1)) as checkout:
        plan = PLANS / f"{checkout.stack}.json"
        runner = Runner(checkout=checkout, github=github)
        checkout.make("up")
        key = str(dotenv_values(checkout.folder / ".env")["LITELLM_API_KEY"])
        try:
            checkout.configure(config(budget=5))
            # Without its label, the raise is told in the comment, and there is no plan to merge.
            assert runner.run("preview") == {"Report": False, "Comment": True}
            assert github.writes == [
                f"api --silent --method POST repos/a/b/issues/{checkout.stack}/comments",
            ]
            assert "| **mandatory** | `budgetRaise` |" in github.body
            assert not plan.exists()
            assert runner.run("up", labels="budget-raise") == {"Up": False}

            github.has("41\n")
            assert all(runner.run("preview", labels="budget-raise").values())
            assert github.writes[-1] == "api --silent --method PATCH repos/a/b/issues/comments/41"
            assert "budgetRaise" not in github.body
            assert limit(checkout, key) == 1
            assert all(runner.run("up", labels="budget-raise").values())
            assert limit(checkout, key) == 5
        finally:
            plan.unlink(missing_ok=True)

        github.has("")
        written = len(github.writes)
        assert runner.run("drift") == {"Drift": True, "Issue": True}
        assert len(github.writes) == written
        checkout.admin("POST", "/key/update", json={"key": key, "max_budget": 500})
        assert runner.run("drift") == {"Drift": False, "Issue": True}
        title = f"Drift in stack {checkout.stack}"
        assert github.writes[-1] == f"api --silent --method POST repos/a/b/issues --raw-field title={title}"
        assert "500" in github.body
