"""The alert rules under Prometheus's own promtool, in the image that the stack runs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from config import alertmanager, prometheus, settings
from config.alerts import file
from tests.integration.alert_cases import CONFIG, EXPIRIES, GATEWAY, Case
from tests.integration.budget_alert_cases import BUDGETS
from tests.integration.certificate_alert_cases import CERTIFICATES
from tests.integration.refused_key_cases import REFUSED_KEYS
from tests.integration.running_gateway import IMAGES, LABEL
from tests.integration.store_alert_cases import STORES

FOLDER = "/etc/prometheus"
CASES = [*GATEWAY, *BUDGETS, *REFUSED_KEYS, *STORES, *CERTIFICATES]


def promtool(folder: Path, *arguments: str) -> str:
    """Run promtool on the files of a folder and return what it said; a failure fails the test with that."""
    return tool("prometheus", folder, "promtool", *arguments)


def tool(image: str, folder: Path, *command: str) -> str:
    """Run a tool of an image on the files of a folder and return what it said; a failure fails the test with that."""
    engine = docker.from_env()
    container = engine.containers.create(
        json.loads(IMAGES.read_text())[image],
        entrypoint=[*command],
        command=[],
        labels={LABEL: str(os.getpid())},
        network_mode="none",
        volumes={str(folder): {"bind": FOLDER, "mode": "ro"}},
        tmpfs={"/tmp": ""},
    )
    try:
        container.start()
        status = container.wait()["StatusCode"]
        said = container.logs().decode()
    finally:
        container.remove(v=True, force=True)
        engine.close()
    assert status == 0, said
    return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the rules, that the image's user may read."""
    raw = {f"p:{name}": json.dumps(value) for name, value in CONFIG.items()}
    stack = settings.load(raw, encrypted=["p:monitoring"], project="p")
    tmp_path.chmod(0o755)
    (tmp_path / "rules.yml").write_text(file.render(stack, expiries=EXPIRIES), encoding="utf-8")
    content = yaml.safe_load(prometheus.render(stack.monitoring, stack="dev", upstream="litellm", upstream_port=4000))
    # promtool looks whether the key is there.
    content["scrape_configs"][0]["authorization"]["credentials_file"] = "/dev/null"
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path


def scenario(case: Case, metrics: Mapping[str, str], at: str, *, fires: bool) -> dict[str, Any]:
    """Return one of promtool's tests."""
    expected = {
        "exp_labels": dict(case.labels),
        "exp_annotations": {"summary": case.summary, "runbook": f"docs/operations.md#{case.alert.lower()}"},
    }
    test = {"eval_time": at, "alertname": case.alert, "exp_alerts": [expected] if fires else []}
    return {
        "name": f"{case.alert} {'fires' if fires else 'is quiet'}",
        "interval": "15s",
        "input_series": [{"series": name, "values": values} for name, values in metrics.items()],
        "alert_rule_test": [test],
    }


def test_prometheus_takes_the_config_and_the_rules(folder: Path) -> None:
    said = promtool(folder, "check", "config", f"{FOLDER}/prometheus.yml")
    count = sum(len(group["rules"]) for group in yaml.safe_load((folder / "rules.yml").read_text())["groups"])
    assert f"SUCCESS: {count} rules found" in said


def test_each_alert_fires_on_what_it_is_for_and_on_nothing_else(folder: Path) -> None:
    tests = [scenario(case, case.fires, case.at, fires=True) for case in CASES]
    tests += [scenario(case, case.quiet, case.quiet_at, fires=False) for case in CASES]
    content = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (folder / "tests.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    promtool(folder, "test", "rules", f"{FOLDER}/tests.yml")


def test_a_database_that_is_back_is_told_a_minute_later_because_replicas_are_ready_later(folder: Path) -> None:
    (case,) = [case for case in CASES if case.alert == "DatabaseUnreachable"]
    [name] = case.fires
    back_after_ten_minutes = {name: "0x40 1x40"}
    tests = [
        scenario(case, back_after_ten_minutes, "11m", fires=True),
        scenario(case, back_after_ten_minutes, "13m", fires=False),
    ]
    content = {"rule_files": ["rules.yml"], "evaluation_interval": "15s", "tests": tests}
    (folder / "tests.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    promtool(folder, "test", "rules", f"{FOLDER}/tests.yml")


def test_alertmanager_takes_its_config(folder: Path) -> None:
    webhooks = {"webhook": "https://hooks.example/a", "slackWebhook": "https://hooks.example/b"}
    raw = {"p:monitoring": json.dumps(webhooks)}
    stack = settings.load(raw, encrypted=["p:monitoring"], project="p")
    (folder / "alertmanager.yml").write_text(alertmanager.render(stack.monitoring), encoding="utf-8")
    said = tool("alertmanager", folder, "amtool", "check-config", f"{FOLDER}/alertmanager.yml")
    assert "SUCCESS" in said
    assert " - 2 inhibit rules" in said
    assert " - 1 receivers" in said


def test_no_alert_is_without_a_case(folder: Path) -> None:
    groups = yaml.safe_load((folder / "rules.yml").read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    assert alerts == {case.alert for case in CASES}
