"""Runs in a replica once LiteLLM is imported: told to stop, it leaves the edge first.

uvicorn would close its port at once, and the kernel would reset the connections that it had not accepted yet: requests
that the edge cannot send again. The engine tells a replica to stop where no cutover has drained it: a Swarm that rolls,
`docker stop`, a host that shuts down. LiteLLM calls this through litellm_stack_hooks.
"""

import asyncio
import importlib
import signal
from types import FrameType

import litellm_stack_hooks
import litellm_stack_stop

SHUTDOWN = "litellm.proxy.shutdown.graceful_shutdown_manager"
SECONDS = 3
"""More than the edge needs: it looks each second, and once more a third of a second later (config/haproxy.py)."""


def prepare() -> None:
    """Put what leaves the edge before uvicorn's own handler of SIGTERM."""
    loop, stop = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    if not callable(stop) or stop is litellm_stack_stop.end:
        return  # another server, which has none
    litellm_stack_stop.in_order()
    manager = importlib.import_module(SHUTDOWN).GracefulShutdownManager
    # Looked up now: an image that lacks one of them is found out at the start and not when it is told to stop.
    is_shutting_down, start_shutdown = manager.is_shutting_down, manager.start_shutdown

    def leave(number: int, frame: FrameType | None) -> None:
        try:
            told_before = is_shutting_down()
            start_shutdown()
        except Exception as error:  # an exception here would end the server, and what it answers
            litellm_stack_hooks.report(__name__, error)
            told_before = True
        if told_before:  # drained, or told twice
            stop(number, frame)
            return
        loop.call_soon_threadsafe(loop.call_later, SECONDS, stop, number, None)

    signal.signal(signal.SIGTERM, leave)
