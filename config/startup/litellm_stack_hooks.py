"""Runs the stack's start-up hooks in a replica. One that does not fit the image is off, and the replica starts.

LiteLLM ends its start if a hook of LITELLM_WORKER_STARTUP_HOOKS fails (proxy_startup_event in
litellm/proxy/proxy_server.py), and Python prints a traceback if one of sitecustomize does. So both call this module,
which imports each hook by itself and reports a failure in one line.
"""

import importlib
import os
import traceback
from collections.abc import Callable
from pathlib import Path

VARIABLE = "LITELLM_WORKER_STARTUP_HOOKS"
CALL = f"{__name__}:after_imports"
BEFORE_IMPORTS = (
    "litellm_stack_stop:at_once",
    "litellm_stack_garbage:put_off",
    "litellm_stack_types:put_off",
    "litellm_stack_diff:leave_out",
)
AFTER_IMPORTS = ("litellm_stack_garbage:look", "litellm_stack_schema:wait", "litellm_stack_leave:prepare")

_WITHOUT_VALUES = (ImportError, AttributeError, LookupError)
"""Errors whose message names a module, an attribute or a key. That of another one may hold a password."""


def before_imports() -> None:
    """Run what comes before LiteLLM is imported, and have LiteLLM call `after_imports` ahead of the user's own hooks.

    The variable is set here and not by the engine: in an image whose Python does not read PYTHONPATH, LiteLLM would
    find no module of this name and end its start.
    """
    for hook in BEFORE_IMPORTS:
        run(hook)
    given = [spec for spec in os.environ.get(VARIABLE, "").split(",") if spec.strip() and spec != CALL]
    os.environ[VARIABLE] = ",".join([CALL, *given])  # each worker process comes here again


def after_imports() -> None:
    """Run what comes once LiteLLM is imported and before it reads its database."""
    for hook in AFTER_IMPORTS:
        run(hook)


def run(hook: str) -> None:
    """Run a hook of the form `module:function`, or report that it is off."""
    module, _, function = hook.partition(":")
    guarded(module, lambda: getattr(importlib.import_module(module), function)())


def guarded(name: str, action: Callable[[], object]) -> None:
    """Run a part of the hook `name`, or report that it is off."""
    try:
        action()
    except Exception as error:  # whatever it is, the replica starts without the hook
        report(name, error)


def report(name: str, error: Exception) -> None:
    """Print one line: which hook is off, and why."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = [each for each in frames if Path(each.filename).parent == Path(__file__).parent][-1]
    reason = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    detail = " ".join(str(error).split()) if isinstance(error, _WITHOUT_VALUES) else ""
    print(
        f"litellm-stack: start-up hook {name} does not fit this image and is off: {reason}{detail and f': {detail}'}",
        flush=True,
    )
