"""What a report says about changes that are not among the recorded ones."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review import report
from review.drift import DRIFT, NONE, UNREADABLE, status
from review.preview import Preview
from tests.unit.review.plans import CONFIG, RECORDINGS, document, key, preview, step


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from([name for name in RECORDINGS if name != "crowd"]), seed=st.integers(0, 2**16))
def test_the_order_of_the_steps_does_not_matter(name: str, seed: int) -> None:
    plan = document(name)
    shuffled = copy.deepcopy(plan)
    random.Random(seed).shuffle(shuffled["steps"])  # noqa: S311
    random.Random(seed).shuffle(shuffled["diagnostics"])  # noqa: S311
    texts = [report.render(Preview.model_validate(each)) for each in (plan, shuffled)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_words_of_a_replacement_do_not_matter(name: str) -> None:
    """With --show-replacement-steps Pulumi prints three steps in the place of one."""
    plan = document(name)
    split = {**plan, "steps": [part for each in plan["steps"] for part in _parts(each)]}
    texts = [report.render(Preview.model_validate(each)) for each in (plan, split)]
    assert texts[0] == texts[1]


def _parts(each: dict[str, object]) -> list[dict[str, object]]:
    if each["op"] != "replace":
        return [each]
    return [{**each, "op": op} for op in ("create-replacement", "replace", "delete-replaced")]


def test_an_empty_document_is_nothing() -> None:
    assert report.render(Preview()) == "## Preview\n\n**Nothing changes.**\n"


VOLUME = {"name": "litellm-stack-prod-database"}


def risk(*steps: dict[str, object]) -> str:
    text = report.render(preview(*steps))
    assert "⚠️ **Data at risk: 1 thing**" in text
    return text


def test_a_volume_that_is_lost() -> None:
    assert "**removed: everything in it is lost**" in risk(step("delete", "Volume", "database-data", old=VOLUME))


def test_a_volume_that_is_replaced() -> None:
    text = risk(step("replace", "Volume", "database-data", old=VOLUME, new=VOLUME))
    assert "**replaced by an empty one: everything in it is lost**" in text


def test_a_volume_that_is_protected_or_kept() -> None:
    assert "the update refuses" in risk(step("delete", "Volume", "database-data", old=VOLUME, old_protect=True))
    kept = step("delete", "Volume", "database-data", old=VOLUME, old_retainOnDelete=True)
    assert "stays on the engine" in risk(kept)


def test_protection_that_is_lifted() -> None:
    change = step("same", "Volume", "database-data", old=VOLUME, new=VOLUME, old_protect=True)
    assert "**no longer protected**" in risk(change)


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("secrets-salt-key", "cannot be read with another salt key"),
        ("secrets-salt-key-2", "cannot be read with another salt key"),
        ("secrets-seed", "every virtual key"),
        ("secrets-database-password", "does not fit the volume"),
        ("secrets-backup-passphrase", "old backups open with the old one only"),
    ],
)
@pytest.mark.parametrize("op", ["delete", "replace"])
def test_a_secret_that_data_depends_on(op: str, name: str, loss: str) -> None:
    assert loss in risk(step(op, "RandomPassword", name, old={}, new={} if op == "replace" else None))


def test_another_master_key_is_a_rotation_and_no_danger() -> None:
    text = report.render(preview(step("replace", "RandomPassword", "secrets-master-key", old={}, new={})))
    assert "at risk" not in text
    assert "rotated: master key" in text


def test_a_limit_that_is_taken_away_stands_out() -> None:
    text = report.render(preview(key("update", "a", old={"max_budget": 5, "budget_duration": "1d"}, new={})))
    assert "| key `a` | spend limit | $5 per `1d` | **no limit** |" in text


def test_a_limit_of_nothing_is_a_limit() -> None:
    text = report.render(preview(key("create", "a", new={"max_budget": 0, "rpm_limit": 60})))
    assert "| key `a` | **all** | $0 for good, 60 requests per minute | - |" in text


def test_a_budget_names_who_is_attached_to_it() -> None:
    text = report.render(
        preview(
            step(
                "update",
                "Budget",
                "b",
                old={"budget_id": "b", "max_budget": 1},
                new={"budget_id": "b", "max_budget": 2},
            ),
            *(key("same", name, old={"budget_id": "b"}, new={"budget_id": "b"}) for name in "xyz"),
            step(
                "same",
                "Customer",
                "c",
                old={"user_id": "acme", "budget_id": "b"},
                new={"user_id": "acme", "budget_id": "b"},
            ),
        )
    )
    assert "| budget `b` (customer `acme`, 3 keys) | spend limit | $1 for good | $2 for good |" in text


ADOPTED = {"adopt": True, "own_key": "[secret]", "start": "2.1", "rotation": "2.1", "grace": "3m"}
BEFORE_STARTS = {"adopt": True}


@pytest.mark.parametrize(
    ("old", "new", "is_rotated"),
    [
        (ADOPTED, {**ADOPTED, "rotation": "3.1"}, True),
        ({**ADOPTED, "rotation": "3.1"}, {**ADOPTED, "rotation": "3.1", "rpm_limit": 7}, False),
        (ADOPTED, {**ADOPTED, "rpm_limit": 7}, False),
        (BEFORE_STARTS, {**ADOPTED, "start": "1.1", "rotation": "2.1"}, True),
        ({**BEFORE_STARTS, "grace": "3m"}, {**ADOPTED, "start": "1.1", "rotation": "2.1", "rpm_limit": 7}, False),
    ],
)
def test_u01_a_raised_number_of_an_adopted_key_is_a_rotation(
    old: dict[str, object], new: dict[str, object], is_rotated: bool
) -> None:
    text = report.render(preview(key("update", "lab", old=old, new=new)))
    assert ("**1 key rotated**" in text) is is_rotated
    assert ("stays valid for `3m`" in text) is is_rotated
    assert "Other settings" not in text


def test_a_rotation_that_is_taken_back_refuses_the_current_value() -> None:
    text = report.render(preview(key("replace", "a", old={"grace": "1h"}, new={}, replaceReasons=["key"])))
    assert "| key `a` | **refused at once**: the key goes back to a value of before |" in text


def test_findings_of_the_policy_pack_come_first_and_mandatory_ones_before_others() -> None:
    findings = [
        {"policyName": "tidy", "enforcementLevel": "advisory", "message": "Has an owner.\nsay who\nowns it\n"},
        {
            "policyName": "limits",
            "enforcementLevel": "mandatory",
            "message": "no | limit @team",
            "resourceUrn": "a::b::c::k",
        },
    ]
    text = report.render(preview(policyEvents=findings))
    assert text.splitlines()[2] == "⛔ **refused by policy: 1 finding**"
    rows = [line for line in text.splitlines() if line.startswith(("| **mandatory", "| advisory"))]
    assert rows == [
        "| **mandatory** | `limits` | `k` | no \\| limit @<!-- -->team |",
        "| advisory | `tidy` | - | Has an owner. - say who owns it |",
    ]


def test_a_policy_pack_that_finds_nothing_is_told_of_and_none_is_not() -> None:
    assert "The policy pack finds nothing." in report.render(preview(policyEvents=[]))
    assert "Policies" not in report.render(preview())


def test_a_gateway_that_could_not_be_asked_is_no_all_clear() -> None:
    said = "warning: the gateway at http://x cannot be asked (down): its objects are kept as recorded\n"
    found = preview(diagnostics=[{"severity": "info", "message": said}])
    assert status(found) == UNREADABLE
    assert "**It cannot be told whether there is drift**" in report.render_drift(found)


def test_what_is_gone_and_not_declared_any_more_is_drift() -> None:
    gone = (key("refresh", "a", old={"max_budget": 1}), key("same", "b", old={}, new={}))
    assert status(preview(*gone)) == DRIFT
    assert "| key `a` |  |  | **gone** |" in report.render_drift(preview(*gone))
    # Without --show-sames, one that stays has no other step either.
    assert status(preview(gone[0])) == NONE


def test_what_an_interrupted_replacement_left_is_no_replacement() -> None:
    steps = (key("same", "a", old={}, new={}), key("delete", "a", old={"max_budget": 1}))
    assert "**Nothing changes.**" in report.render(preview(*steps))


def test_a_swarms_config_is_compared_like_a_file() -> None:
    changed = CONFIG.replace("openai/", "azure/")
    assert changed != CONFIG
    text = report.render(
        preview(step("replace", "ServiceConfig", "proxy-config", old={"dataRaw": CONFIG}, new={"dataRaw": changed}))
    )
    assert "## config.yaml" in text
    assert "azure/" in text


def test_a_config_that_was_edited_by_hand_changes_nothing_for_the_proxy() -> None:
    recorded = step("refresh", "RenderedFile", "proxy-config", old={"content": CONFIG})
    written = step("create", "RenderedFile", "proxy-config", new={"content": CONFIG})
    text = report.render(preview(recorded, written, key("same", "all", old={}, new={})))
    assert text.splitlines()[2] == "⚠️ **drift: 1 resource**"
    assert "gains" not in text


def test_a_model_of_the_database_that_changes_is_no_loss() -> None:
    old = {"model_id": "m", "model_name": "m", "litellm_params": {"model": "openai/a"}}
    new = {**old, "litellm_params": {"model": "openai/b"}}
    text = report.render(preview(step("replace", "Model", "m", old=old, new=new, replaceReasons=["model_id"])))
    assert "at risk" not in text
    assert '| model `m` | litellm_params | `{"model": "openai/a"}` | `{"model": "openai/b"}` |' in text


def test_another_image_is_named() -> None:
    text = report.render(
        preview(
            step("replace", "RemoteImage", "images-litellm", old={"name": "litellm:v1"}, new={"name": "litellm:v2"}),
            step(
                "replace",
                "RandomId",
                "proxy-revision",
                old={"keepers": {"image": "a"}},
                new={"keepers": {"image": "b"}},
            ),
            step("replace", "Container", "proxy-replica-0", old={}, new={}),
            step("replace", "Container", "proxy-replica-1", old={}, new={}),
        )
    )
    assert "| replicas of the proxy | replaced (2 containers) | `image` `litellm:v1` → `litellm:v2` | no:" in text


def test_thousands_of_different_changes_still_fit_into_a_comment() -> None:
    old = {"max_budget": 1, "models": ["a"]}
    steps = [
        key("update", f"{number}-{'x' * 60}", old=old, new={"max_budget": number + 2, "models": [f"m{number}"]})
        for number in range(3000)
    ]
    text = report.render(preview(*steps))
    assert len(text) < 65_536
    assert "… and 2,875 more rows" in text
    assert text.endswith("1 section left out, because a comment holds no more: `make preview` shows all of it.\n")
