"""pgbouncer.ini."""

from __future__ import annotations

import configparser
from typing import Any

import pytest

from config import pooler


def rendered(**changes: Any) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    given = {"databases": "[databases]", "connections": 7, "encrypted": False, **changes}
    parser.read_string(pooler.render(**given))
    return parser["pgbouncer"]


def test_no_more_connections_than_declared_reach_postgres() -> None:
    told = rendered()
    assert (told["max_db_connections"], told["default_pool_size"], told["pool_mode"]) == ("7", "7", "transaction")


@pytest.mark.parametrize(("encrypted", "mode", "ca"), [(True, "verify-full", pooler.CA_PATH), (False, "disable", None)])
def test_a_server_is_checked_where_there_are_certificates(encrypted: bool, mode: str, ca: str | None) -> None:
    told = rendered(encrypted=encrypted)
    assert (told["server_tls_sslmode"], told.get("server_tls_ca_file")) == (mode, ca)


def test_names_of_any_kind_are_quoted() -> None:
    told = pooler.named(host="::1", port=6543, name="o'brien db")
    assert told == "[databases]\nlitellm = host='::1' port=6543 dbname='o''brien db'"
