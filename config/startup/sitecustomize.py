"""Runs in a replica before LiteLLM: Python imports a module of this name by itself (its `site` documents that).

It puts off what a start need not wait for (`make bench ARGS=start` tells where the time of one goes), lets a start
be broken off, and then runs the sitecustomize that Python would have found without this one.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import litellm_stack_hooks

litellm_stack_hooks.before_imports()

others = [folder for folder in sys.path if Path(folder).resolve() != Path(__file__).resolve().parent]
found = PathFinder.find_spec(__name__, others)
if found and found.loader:
    found.loader.exec_module(module_from_spec(found))
