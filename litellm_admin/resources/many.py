"""Hundreds of resources in one program, without what Pulumi's SDK spends on each beside its registration."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pulumi
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import ResourceRegistrationFailed


def lighten() -> None:
    """Take two costs off everything that the program declared so far; call it after the last resource.

    The SDK (3.253) waits for outputs by `asyncio.wait(..., FIRST_COMPLETED)` on all that are pending, again after each
    that is done (pulumi/runtime/stack.py, wait_for_rpcs): with 500 keys two thirds of the program's time. And it sends
    the engine some ten debug messages for each resource, one blocking call each, which nobody sees.
    """
    pulumi.log.debug = _unsaid
    with SETTINGS.lock:
        pending = list(SETTINGS.outputs)
        SETTINGS.outputs.clear()
        SETTINGS.outputs.add(asyncio.ensure_future(_each(pending)))


async def _each(pending: Sequence[asyncio.Future[Any]]) -> None:
    for output in pending:
        # As the SDK does: with --continue-on-error, a resource that failed is no reason to stop waiting for the others.
        with suppress(ResourceRegistrationFailed):
            await output


def _unsaid(*_arguments: object, **_options: object) -> None:
    """Stand in the place of `pulumi.log.debug`."""
