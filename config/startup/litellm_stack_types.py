"""Runs in a replica before LiteLLM: puts off the database client's declarations of types until somebody asks for one.

`prisma.types` is code that Prisma's generator wrote: 30,000 classes by which a type checker sees what a query may ask
for. Queries themselves do not look at them, and LiteLLM asks for none, but importing them is a third of a start's
imports and 180 MB of each worker's memory; where an image holds no bytecode, they are compiled at each start as well.
"""

import importlib
from types import ModuleType
from typing import Any

import litellm_stack_hooks
from litellm_stack_imports import Wrapped, wrap

DECLARATIONS = "prisma.types"
BASE = "prisma._types"
"""Where the few names come from that the client imports from there as it starts."""


class Deferred(Wrapped):
    """A loader that leaves its module empty until a name of it is asked for that is not in BASE."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module what looks names up, as a module may (https://peps.python.org/pep-0562/)."""
        try:
            base = importlib.import_module(BASE)
        except Exception as error:  # whatever it is, the declarations are loaded as ever
            litellm_stack_hooks.report(__name__, error)
            self._loader.exec_module(module)
            return

        def look_up(name: str) -> Any:
            # Import itself asks for some of these; the one of them that declarations may have is for `import *`.
            if name.startswith("__") and name != "__all__":
                raise AttributeError(name)
            if hasattr(base, name):
                return getattr(base, name)
            self._loader.exec_module(module)
            vars(module).pop("__getattr__", None)  # once: whatever is not there now is nowhere
            return getattr(module, name)

        vars(module)["__getattr__"] = look_up


def put_off() -> None:
    """Load the declarations when they are asked for."""
    wrap(DECLARATIONS, Deferred)
