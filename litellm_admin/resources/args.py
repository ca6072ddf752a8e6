"""What the inputs of every resource have in common."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Final

import pulumi
from pulumi import Input, Output

_SECRET: Final = ("token", "key", "own_key", "master_key", "seed")

Strings = Input[Sequence[Input[str]]]
Limits = Input[Mapping[str, Input[int]]]
Json = Input[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Args:
    """The inputs of a resource; what is None is not managed."""

    def props(self) -> dict[str, Input[Any]]:
        """Return the inputs that are set, with the secrets among them marked."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: Output.secret(value) if name in _SECRET else value
            for name, value in named.items()
            if value is not None
        }


@contextmanager
def brief_trace() -> Iterator[None]:
    """Record for a resource that is made inside only where it was declared, not the whole call stack.

    Pulumi keeps the stack of each resource in the state: 1.9 KB of the event loop's frames for each virtual key. Its
    SDK takes it by `traceback.extract_stack` (pulumi/runtime/resource.py), which heeds sys.tracebacklimit: five frames
    are the SDK's, one is the resource's and one the caller's.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 7
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


def with_secrets(opts: pulumi.ResourceOptions | None, *outputs: str) -> pulumi.ResourceOptions:
    """Return the options with these outputs kept secret."""
    # The engine keeps an output secret only where the input of that name was one.
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=list(outputs)))


@dataclass(frozen=True, kw_only=True)
class LoginArgs(Args):
    """How a resource reaches the proxy.

    url: the gateway's address. token: an admin key, best `Provisioner.token`. licensed: the proxy has an Enterprise
    licence, so enterprise fields may be declared.
    """

    url: Input[str]
    token: Input[str]
    licensed: Input[bool] | None = None
