"""`cache.external`: what may be written there, and what does not go together with it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from config import litellm
from config.external_cache import CA_PATH
from tests.unit.config.test_external_database import CA
from tests.unit.config.test_settings import load, mistakes

URL = "rediss://gateway:canary-p%40ss@redis.example.com"


def given(url: str = URL, ca: str | None = CA, **more: Any) -> dict[str, Any]:
    return {"external": url, **({"externalCa": ca} if ca else {}), **more}


def test_litellm_is_told_all_of_it_in_variables_of_redis_py() -> None:
    settings = load(cache=given(), replicas="2")
    server = settings.cache.server
    assert server is not None
    assert server.variables == {
        "REDIS_HOST": "redis.example.com",
        "REDIS_PORT": "6379",
        "REDIS_USERNAME": "gateway",
        "REDIS_PASSWORD": "canary-p@ss",
        "REDIS_SSL": "True",
        "REDIS_SSL_CERT_REQS": "required",
        "REDIS_SSL_CHECK_HOSTNAME": "True",
        "REDIS_SSL_CA_CERTS": CA_PATH,
    }
    assert "canary" not in repr(server) + repr(settings)
    assert (settings.runs_cache, settings.names_cache) == (False, True)
    section = yaml.safe_load(litellm.render(settings))["general_settings"]["coordination_redis"]
    assert section == {
        "host": "os.environ/REDIS_HOST",
        "port": "os.environ/REDIS_PORT",
        "password": "os.environ/REDIS_PASSWORD",
        "ssl": True,
    }


def test_without_tls_has_to_be_said_by_the_scheme() -> None:
    server = load(cache=given("redis://:canary-1@redis:6380/3", ca=None)).cache.server
    assert server is not None
    assert server.variables == {
        "REDIS_HOST": "redis",
        "REDIS_PORT": "6380",
        "REDIS_PASSWORD": "canary-1",
        "REDIS_DB": "3",
    }
    assert "is missing: the certificates" in mistakes(cache=given(ca=None))["cache.externalCa"]
    assert "`redis://`" in mistakes(cache=given("redis://:canary-1@redis"))["cache.externalCa"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://u:canary-1@redis", "is no address of a Redis: write rediss://:password@host:6379"),
        ("rediss://:canary-1@redis/name", "is no address of a Redis"),
        ("rediss://:canary-1@redis?ssl_cert_reqs=none", "is no address of a Redis"),
        ("rediss://redis:6379", "has no password"),
    ],
)
def test_what_is_no_such_url_is_refused_without_a_word_of_it(url: str, words: str) -> None:
    message = mistakes(cache=given(url))["cache.external"]
    assert words in message
    assert "canary" not in message


def test_certificates_without_an_address_are_refused() -> None:
    assert "is for `cache.external`" in mistakes(cache={"externalCa": CA})["cache.externalCa"]


def test_a_url_in_clear_is_refused() -> None:
    assert (
        "pulumi config set --secret --path cache.external"
        in (mistakes(clear=("cache",), cache=given())["cache.external"])
    )


def test_what_is_about_another_redis_is_refused_all_at_once() -> None:
    found = mistakes(
        cache=given(enabled=False),
        rotation={"cachePassword": 2},
        environment={"REDIS_SSL": "False"},
        secrets={"REDIS_URL": "canary"},
        proxy={"general_settings": {"coordination_redis": {"host": "elsewhere"}}},
    )
    assert set(found) == {
        "cache.enabled",
        "rotation.cachePassword",
        "environment.REDIS_SSL",
        "secrets.REDIS_URL",
        "proxy.general_settings.coordination_redis",
    }
