"""Who gains or loses which model, whatever the reason."""

from __future__ import annotations

from review import report
from tests.unit.review.plans import BOTH, CONFIG, config, key, preview, step


def gains(*steps: dict[str, object]) -> str:
    text = report.render(preview(*steps))
    return text.partition("### Models: who gains or loses")[2].partition("###")[0]


def test_a_new_model_is_gained_by_whoever_may_use_all() -> None:
    unnamed = key("same", "all", old={}, new={})
    named = key("same", "some", old={"models": ["a"]}, new={"models": ["a"]})
    assert "| key `all` | `b` | - |" in gains(config(CONFIG, BOTH), unnamed, named)
    assert "`some`" not in gains(config(CONFIG, BOTH), unnamed, named)


def test_a_model_that_goes_is_lost() -> None:
    assert "| key `all` | - | `b` |" in gains(config(BOTH, CONFIG), key("same", "all", old={}, new={}))


def test_a_model_of_the_database_counts_too() -> None:
    model = step("create", "Model", "m", new={"model_id": "m", "model_name": "stored"})
    assert "| key `all` | `stored` | - |" in gains(config(CONFIG, CONFIG), model, key("same", "all", old={}, new={}))


def test_a_key_may_use_no_more_than_its_team() -> None:
    team = step(
        "update", "Team", "t", old={"team_id": "t", "models": ["a"]}, new={"team_id": "t", "models": ["a", "b"]}
    )
    inside = key("same", "inside", old={"team_id": "t"}, new={"team_id": "t"})
    narrow = key("same", "narrow", old={"team_id": "t", "models": ["a"]}, new={"team_id": "t", "models": ["a"]})
    every = {"team_id": "t", "models": ["all-team-models"]}
    said = gains(config(BOTH, BOTH), team, inside, narrow, key("same", "every", old=every, new=every))
    assert "| team `t`; keys `every`, `inside` | `b` | - |" in said


def test_a_key_without_a_team_may_use_no_more_than_its_user() -> None:
    user = step(
        "update", "User", "u", old={"user_id": "u", "models": ["a", "b"]}, new={"user_id": "u", "models": ["a"]}
    )
    own = key("same", "own", old={"user_id": "u"}, new={"user_id": "u"})
    assert "| user `u`; key `own` | - | `b` |" in gains(config(BOTH, BOTH), user, own)


def test_a_list_that_changes_without_effect_is_told_of_too() -> None:
    team = {"team_id": "t", "models": ["a"]}
    inside = key("update", "i", old={"team_id": "t", "models": ["a"]}, new={"team_id": "t", "models": ["a", "b"]})
    text = report.render(preview(config(BOTH, BOTH), step("same", "Team", "t", old=team, new=team), inside))
    assert "gains" not in text
    assert "| key `i` | models | `a` | `a`, `b` |" in text
