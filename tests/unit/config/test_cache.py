"""When the stack runs a Redis, and which words about one are refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from config import litellm
from tests.unit.config.test_settings import load, mistakes

IN_REDIS = {"litellm_settings": {"cache": True}}
IN_MEMORY = {"litellm_settings": {"cache": True, "cache_params": {"type": "local"}}}
ELSEWHERE = {"litellm_settings": {"cache": True, "cache_params": {"type": "redis", "host": "redis.example"}}}
COORDINATED = {"general_settings": {"coordination_redis": {"host": "redis.example"}}}


@pytest.mark.parametrize(
    ("sections", "runs"),
    [
        ({}, False),
        ({"cache": {"enabled": True}}, True),
        ({"replicas": "2"}, True),
        ({"replicas": "2", "environment": {"REDIS_HOST": "redis.example"}}, False),
        ({"replicas": "2", "proxy": COORDINATED}, False),
        ({"proxy": IN_REDIS}, True),
        ({"proxy": IN_MEMORY}, False),
        ({"proxy": ELSEWHERE}, False),
    ],
)
def test_there_is_a_redis_where_something_needs_it(sections: dict[str, Any], runs: bool) -> None:
    given = load(**sections)
    assert given.runs_cache is runs
    rendered = yaml.safe_load(litellm.render(given))["general_settings"].get("coordination_redis")
    own = {"host": "os.environ/REDIS_HOST", "port": "os.environ/REDIS_PORT", "password": "os.environ/REDIS_PASSWORD"}
    assert (rendered == own) is runs


@pytest.mark.parametrize(
    ("path", "cause", "sections"),
    [
        ("cache.enabled", "2 replicas would each count", {"cache": {"enabled": False}, "replicas": "2"}),
        ("proxy.litellm_settings.cache_params", "needs a Redis", {"cache": {"enabled": False}, "proxy": IN_REDIS}),
        ("cache.enabled", "REDIS_URL names another", {"cache": {"enabled": True}, "secrets": {"REDIS_URL": "r"}}),
        (
            "proxy.general_settings.coordination_redis",
            "names another one",
            {"cache": {"enabled": True}, "proxy": COORDINATED},
        ),
        ("secrets.REDIS_PASSWORD", "whose Redis?", {"secrets": {"REDIS_PASSWORD": "p"}, "replicas": "2"}),
    ],
)
def test_a_redis_that_is_missing_or_doubled_is_a_mistake(path: str, cause: str, sections: dict[str, Any]) -> None:
    found = mistakes(**sections)
    assert list(found) == [path]
    assert cause in found[path]
