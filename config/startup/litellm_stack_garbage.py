"""Runs in a replica before LiteLLM, and again once that is imported: nothing is looked through for garbage until then.

Imports allocate for nothing but what stays, and Python looks through it all again and again. How seldom it looks after
that is LiteLLM's to set (PYTHON_GC_THRESHOLD), which calls this through litellm_stack_hooks.
"""

import gc


def put_off() -> None:
    """Look for no garbage."""
    gc.disable()


def look() -> None:
    """Look for garbage from now on, and never among what there is: to look through that holds up every request."""
    gc.freeze()
    gc.enable()
