"""`make review` and `make drift` around a Pulumi that prints what a real one does, secrets in its event log too."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supply import policy_events, review
from supply.errors import SupplyError
from supply.host import CHECKOUT
from supply.pulumi import Pulumi

CANARY = "sk-canary-0123456789abcdef"
URN = "urn:pulumi:prod::litellm-stack::pulumi-python:dynamic/litellm:Budget::access-budget-b"
UPDATE = {
    "op": "update",
    "urn": URN,
    "oldState": {"inputs": {"budget_id": "b", "max_budget": 1}},
    "newState": {"inputs": {"budget_id": "b", "max_budget": 2}},
}
RECORDED = {"op": "refresh", "urn": URN, "oldState": {"inputs": {"budget_id": "b", "max_budget": 2}}}
FINDING = {"policyName": "limits", "enforcementLevel": "mandatory", "message": "too much", "resourceUrn": URN}
DEBUG = {"diagnosticEvent": {"severity": "debug", "message": f"env POSTGRES_PASSWORD={CANARY}"}}

Make = Callable[..., Pulumi]

FAKE = """#!{python}
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "arguments").write_text(json.dumps(sys.argv[1:]))
if sys.argv[1] != "preview":
    sys.exit("error: no stack output")
if "--event-log" in sys.argv:
    if os.environ.get("PULUMI_DEBUG_COMMANDS") != "true":
        sys.exit("error: unknown flag: --event-log")
    with open(sys.argv[sys.argv.index("--event-log") + 1], "w") as log:
        log.write((here / "events").read_text())
print((here / "document").read_text())
sys.stderr.write((here / "errors").read_text())
sys.exit(int((here / "status").read_text()))
"""


@pytest.fixture
def fake(tmp_path: Path) -> Make:
    def make(document: str, *, events: str = "", errors: str = "", status: int = 0) -> Pulumi:
        program = tmp_path / "pulumi"
        program.write_text(FAKE.format(python=sys.executable))
        program.chmod(0o755)
        for name, text in {"document": document, "events": events, "errors": errors, "status": str(status)}.items():
            (tmp_path / name).write_text(text)
        return Pulumi(environment={"PATH": f"{tmp_path}:/usr/bin:/bin"}, checkout=CHECKOUT, stack="prod")

    return make


def test_a_preview_is_printed_as_a_report(fake: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pulumi = fake(json.dumps({"steps": [UPDATE]}))
    assert review.review(pulumi, policy_pack=None, python=Path(sys.executable), checkout=CHECKOUT) == 0
    assert "| budget `b` (nobody) | spend limit | $1 for good | $2 for good |" in capfd.readouterr().out
    arguments = json.loads((tmp_path / "arguments").read_text())
    assert arguments == ["preview", "--json", "--show-sames", "--stack", "prod"]


def test_a_preview_that_fails_says_why_and_nothing_of_what_plugins_say(fake: Make) -> None:
    said = [
        {"severity": "error", "message": "access.keys.a: no model 'gpt-5o'"},
        {"severity": "info", "message": CANARY},
    ]
    pulumi = fake(json.dumps({"diagnostics": said}), errors="error: preview failed", status=255)
    with pytest.raises(SupplyError, match=r"preview of stack prod failed \(exit status 255\)") as caught:
        review.review(pulumi, policy_pack=None, python=Path(sys.executable), checkout=CHECKOUT)
    assert caught.value.mend == "access.keys.a: no model 'gpt-5o'\nerror: preview failed"


def test_a_pulumi_that_prints_no_document_is_a_failure(fake: Make) -> None:
    with pytest.raises(SupplyError, match="no stack named"):
        review.drift(
            fake("", errors="error: no stack named 'prod'", status=255), python=Path(sys.executable), checkout=CHECKOUT
        )


def test_findings_come_out_of_the_event_log_and_nothing_else_does(
    fake: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # More than a pipe holds at a time, so that a reader that waits for the end would never get there.
    events = [DEBUG] * 2000 + [{"policyEvent": FINDING}] + [DEBUG]
    log = "".join(f"{json.dumps(event)}\n" for event in events)
    pulumi = fake(json.dumps({"steps": [UPDATE]}), events=log, status=255)
    assert review.review(pulumi, policy_pack=tmp_path / "pack", python=Path(sys.executable), checkout=CHECKOUT) == 1
    out, err = capfd.readouterr()
    assert "| **mandatory** | `limits` | `access-budget-b` | too much |" in out
    assert CANARY not in out + err
    assert str(tmp_path / "pack") in json.loads((tmp_path / "arguments").read_text())


def test_advice_is_no_refusal(fake: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    event = {"policyEvent": {**FINDING, "enforcementLevel": "advisory"}}
    pulumi = fake(json.dumps({"steps": [UPDATE]}), events=f"{json.dumps(event)}\n")
    assert review.review(pulumi, policy_pack=tmp_path, python=Path(sys.executable), checkout=CHECKOUT) == 0
    assert "| advisory | `limits` |" in capfd.readouterr().out


def test_an_event_log_that_nobody_opens_ends_all_the_same() -> None:
    with policy_events.listening() as events:
        assert events.path.exists()
    assert events.found == []
    assert not events.path.exists()


@pytest.mark.parametrize(
    ("steps", "status"), [([UPDATE, RECORDED], 3), ([{**UPDATE, "op": "same"}], 0)], ids=["some", "none"]
)
def test_drift_is_an_exit_status(
    fake: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str], steps: list[dict[str, Any]], status: int
) -> None:
    assert review.drift(fake(json.dumps({"steps": steps})), python=Path(sys.executable), checkout=CHECKOUT) == status
    assert ("**No drift.**" in capfd.readouterr().out) is (status == 0)
    assert "--refresh" in json.loads((tmp_path / "arguments").read_text())
