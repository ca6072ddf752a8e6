"""No secret gets into a report, whether Pulumi masked it or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review import report
from review.preview import Preview
from review.secrecy import SECRET, masked, scrubbed
from tests.unit.review.plans import RECORDINGS, document, key, preview, step

CANARY = "canary-0123456789abcdef"
SIGNATURE = "4dabf18193072939515e22adb298388d"
ENCRYPTED = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": CANARY, "plaintext": json.dumps(CANARY)}


def planted(value: Any, canary: Any) -> Any:
    """Put a canary in the place of every masked secret."""
    if value == SECRET:
        return canary
    if isinstance(value, dict):
        return {name: planted(item, canary) for name, item in value.items()}
    return [planted(item, canary) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("canary", [CANARY, f"sk-{CANARY}", ENCRYPTED], ids=["bare", "a key", "encrypted"])
@pytest.mark.parametrize("name", RECORDINGS)
def test_what_pulumi_marks_as_secret_is_not_shown(name: str, canary: Any) -> None:
    given = planted(document(name), canary)
    assert CANARY in json.dumps(given)
    found = Preview.model_validate(given)
    assert CANARY not in report.render(found) + report.render_drift(found)
    assert CANARY not in found.model_dump_json()


def test_the_values_of_a_credential_are_not_shown_and_their_names_are() -> None:
    old = {"credential_name": "openai", "credential_values": {"api_base": CANARY, "organization": CANARY}}
    new = {"credential_name": "openai", "credential_values": {"api_base": CANARY, "api_key": CANARY}}
    text = report.render(preview(step("update", "Credential", "access-credential-openai", old=old, new=new)))
    assert CANARY not in text
    assert "organization" in text


def test_a_secret_under_any_name_is_masked_where_it_is_marked() -> None:
    old, new = ({"model_id": "m", "model_name": name, "litellm_params": {"api_base": ENCRYPTED}} for name in "ab")
    text = report.render(preview(step("update", "Model", "m", old=old, new={**new, "litellm_params": ENCRYPTED})))
    assert CANARY not in text
    assert '| model `m` | litellm_params | `{"api_base": "[secret]"}` | *secret* |' in text


def test_a_secret_that_changes_is_said_to() -> None:
    model = {"model_id": "extra", "model_name": "extra", "litellm_params": {"api_key": SECRET}}
    text = report.render(preview(step("update", "Model", "m", old=model, new=model, diffReasons=["litellm_params"])))
    assert "| model `extra` | litellm_params | *secret* | *another secret* |" in text


def test_a_credential_that_changes_without_a_trace_is_told_of() -> None:
    credential = {"credential_name": "openai", "credential_values": {"api_key": SECRET}, "token": SECRET}
    text = report.render(preview(step("update", "Credential", "c", old=credential, new=credential)))
    assert "| credential `openai` | a value, or the login | *secret* | *another secret* |" in text


@pytest.mark.parametrize("severity", ["info", "info#err", "debug"])
def test_what_plugins_say_at_length_is_dropped(severity: str) -> None:
    said = {"severity": severity, "message": f"container env: POSTGRES_PASSWORD={CANARY}\nwarning: told\n"}
    text = report.render(preview(diagnostics=[said]))
    assert CANARY not in text
    assert "- told" in text


def test_warnings_are_told_without_what_looks_like_a_secret() -> None:
    said = {"severity": "warning", "message": f"cannot reach postgresql://llmproxy:{CANARY}@database with sk-{CANARY}"}
    text = report.render(preview(diagnostics=[said]))
    assert CANARY not in text
    assert "cannot reach" in text


def test_findings_and_metadata_are_told_without_what_looks_like_a_secret() -> None:
    finding = {"policyName": "p", "enforcementLevel": "mandatory", "message": f"the key sk-{CANARY} is weak"}
    change = key(
        "update", "a", old={"metadata": {"note": "x"}}, new={"metadata": {"note": f"sk-{CANARY}", "token": CANARY}}
    )
    text = report.render(preview(change, policyEvents=[finding]))
    assert CANARY not in text
    assert "is weak" in text


def test_references_to_variables_stay_readable() -> None:
    assert masked({"api_key": "os.environ/OPENAI_API_KEY", "api_base": "http://x", "key_alias": "a"}) == {
        "api_key": "os.environ/OPENAI_API_KEY",
        "api_base": "http://x",
        "key_alias": "a",
    }
    assert scrubbed("risk-free sk-short task-sk-1") == "risk-free sk-short task-sk-1"


def test_hashes_of_variables_are_compared_and_not_masked() -> None:
    old = {"keepers": {"variable OPENAI_API_KEY": "aaaa", "image": "cccc"}}
    new = {"keepers": {"variable OPENAI_API_KEY": "bbbb", "image": "cccc"}}
    text = report.render(
        preview(
            step("replace", "RandomId", "proxy-revision", old=old, new=new),
            step("replace", "Container", "proxy-replica-0", old={"envs": SECRET}, new={"envs": SECRET}),
        )
    )
    assert "| `variable OPENAI_API_KEY` |" in text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("https://hooks.slack.com/services/T0/B0/xyz", "xyz"),
        (f"hf_{'a' * 32}", "a" * 32),
        ("https://mcp.example.com/mcp?api_key=0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_what_the_stack_config_refuses_by_its_shape_is_not_shown(text: str, hidden: str) -> None:
    shown = scrubbed(f"url: {text} and more")
    assert hidden not in shown
    assert SECRET in shown
    assert shown.endswith(" and more")
