"""Runs in a replica before LiteLLM: Python imports a module of this name by itself (its `site` documents that).

LiteLLM reads PYTHON_GC_THRESHOLD when half of it is imported. Python allocates for nothing but imports until then, and
looks for garbage all the while: a seventh of the processor time of a start (`make bench ARGS=start`).
"""

import contextlib
import gc
import os

# What is wrong with a value is LiteLLM's to say.
with contextlib.suppress(KeyError, TypeError, ValueError):
    gc.set_threshold(*map(int, os.environ["PYTHON_GC_THRESHOLD"].split(",")))
