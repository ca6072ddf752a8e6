"""Fixtures of the tests that `make test` leaves out: under faults, on several engines, for longer."""

from __future__ import annotations

from tests.e2e.conftest import engine, gateway, hosts, routed, salted, stack

__all__ = ["engine", "gateway", "hosts", "routed", "salted", "stack"]
