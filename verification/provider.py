"""The dynamic provider that asks the gateway at the end of an update, for what that update changed.

Stateless and importable, so that Pulumi stores it by reference. What it records is the hash of each key that logged in.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from litellm_admin.checks import is_unknown
from litellm_admin.keys import key_hash
from verification.budgets import budget_findings
from verification.failures import VerificationError
from verification.logins import edge_findings, key_findings
from verification.replicas import replica_findings

DATABASE = "database"
BUDGET = "budget"
GATEWAY = ("url", "replicas", "edge", "models", BUDGET, DATABASE)
"""Inputs that tell of another gateway: then every replica and the edge are asked.

A database container that was replaced may stand on a new and empty volume, so then every key logs in as well.
"""

_HASH_DIGITS = 16


class VerificationProvider(ResourceProvider):
    """Fails the update where the gateway does not do what was declared; the next one asks again."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Ask again where the gateway is another one, or a key is new, rotated or gone."""
        # Gone: it would have to log in again if it came back.
        # A refresh compares what an earlier version of the program recorded, which may have been less.
        unknown = is_unknown(_news["keys"]) or is_unknown([_news.get(name) for name in GATEWAY])
        return DiffResult(changes=unknown or _moved(_olds, _news) or _hashes(_news) != _olds.get("verified"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Ask everything."""
        verify(props, gateway=True, keys=_known(props), stored=False)
        return CreateResult("verification", _outs(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Ask for what is new."""
        same = _olds.get(DATABASE) == _news[DATABASE]
        before = (_olds.get("verified") or {}) if same else {}
        new = {alias: value for alias, value in _known(_news).items() if before.get(alias) != _hash(value)}
        verify(_news, gateway=_moved(_olds, _news), keys=new, stored=not same)
        return UpdateResult(_outs(_news))


class Verification(Resource, module="verification", name="Verification"):
    """The moment from which on the gateway is known to do what was declared."""

    def __init__(
        self,
        name: str,
        *,
        url: str,
        edge: pulumi.Input[str],
        database: pulumi.Input[str],
        replicas: list[pulumi.Output[str]],
        models: tuple[str, ...],
        budget: Mapping[str, Any] | None,
        login: pulumi.Input[str],
        patience: float,
        keys: Mapping[str, pulumi.Output[str]],
        expected: Mapping[str, Mapping[str, Any]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Take the containers' ids, the models of each replica, the keys by alias and what each of them has to list.

        budget: the fields of the proxy-wide budget in the database, which the key `login` may read; None without one.
        patience: seconds until each replica has to know its models.
        """
        inputs = {
            "url": url,
            "edge": edge,
            DATABASE: database,
            "replicas": list(replicas),
            "models": list(models),
            BUDGET: budget,
            "login": pulumi.Output.secret(login),
            "patience": patience,
            "keys": pulumi.Output.secret(dict(keys)),
            "expected": dict(expected),
            "verified": None,
        }
        super().__init__(VerificationProvider(), name, inputs, opts)


def verify(props: Mapping[str, Any], *, gateway: bool, keys: Mapping[str, str], stored: bool) -> None:
    """Ask the replicas, the edge and for the proxy-wide budget if `gateway`, and log in with `keys`.

    They are looked up in the database if `stored`, too.
    Raises VerificationError with everything that is not as declared.
    """
    with ThreadPoolExecutor() as pool:
        asked = []
        if gateway:
            asked.append(pool.submit(edge_findings, props["url"]))
            asked.append(pool.submit(replica_findings, props["replicas"], props["models"], patience=props["patience"]))
            # Pulumi leaves out an input that is None.
            if props.get(BUDGET) is not None:
                asked.append(pool.submit(budget_findings, props["url"], props["login"], props[BUDGET]))
        asked.append(pool.submit(key_findings, props["url"], keys, props["expected"], stored=stored))
        findings = [finding for answer in asked for finding in answer.result()]
    if findings:
        raise VerificationError(findings)


def _moved(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return any(olds.get(name) != news.get(name) for name in GATEWAY)


def _known(props: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys whose values are known: an adopted one has an empty value here while it has its users'."""
    return {alias: value for alias, value in props["keys"].items() if value}


def _hashes(props: Mapping[str, Any]) -> dict[str, str]:
    return {alias: _hash(value) for alias, value in _known(props).items()}


def _hash(value: str) -> str:
    return key_hash(value)[:_HASH_DIGITS]


def _outs(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to record. The keys' values stay with the inputs, encrypted."""
    return {**{name: props[name] for name in GATEWAY if name in props}, "verified": _hashes(props)}
