"""Runs in a replica once LiteLLM is imported: told to stop, it leaves the edge first.

uvicorn would close its port at once, and the kernel would reset the connections that it had not accepted yet: requests
that the edge cannot send again. The engine tells a replica to stop where no cutover has drained it: a Swarm that rolls,
`docker stop`, a host that shuts down. LiteLLM calls this: LITELLM_WORKER_STARTUP_HOOKS.
"""

import asyncio
import signal
from types import FrameType

import litellm_stack_stop

# The image has it, the checks of this repository do not.
from litellm.proxy.shutdown.graceful_shutdown_manager import GracefulShutdownManager  # type: ignore[import-not-found]

SECONDS = 3
"""More than the edge needs: it looks each second, and once more a third of a second later (config/haproxy.py)."""


def prepare() -> None:
    """Put what leaves the edge before uvicorn's own handler of SIGTERM."""
    loop, stop = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    if not callable(stop) or stop is litellm_stack_stop.end:
        return  # another server, which has none
    litellm_stack_stop.in_order()

    def leave(number: int, frame: FrameType | None) -> None:
        if GracefulShutdownManager.is_shutting_down():
            stop(number, frame)  # drained, or told twice
            return
        GracefulShutdownManager.start_shutdown()
        loop.call_soon_threadsafe(loop.call_later, SECONDS, stop, number, None)

    signal.signal(signal.SIGTERM, leave)
