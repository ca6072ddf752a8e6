"""Runs in a replica before LiteLLM: puts off the database client's declarations of types until somebody asks for one.

`prisma.types` is code that Prisma's generator wrote: 30,000 classes by which a type checker sees what a query may ask
for. Queries themselves do not look at them, and LiteLLM asks for none, but importing them is a third of a start's
imports and 180 MB of each worker's memory; where an image holds no bytecode, they are compiled at each start as well.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

DECLARATIONS = "prisma.types"
BASE = "prisma._types"
"""Where the few names come from that the client imports from there as it starts."""


class Deferred(Loader):
    """A loader that leaves its module empty until a name of it is asked for that is not in BASE."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def exec_module(self, module: ModuleType) -> None:
        """Give the module what looks names up, as a module may (https://peps.python.org/pep-0562/)."""
        base = importlib.import_module(BASE)

        def look_up(name: str) -> Any:
            if name.startswith("__"):  # import itself asks for some
                raise AttributeError(name)
            if hasattr(base, name):
                return getattr(base, name)
            self._loader.exec_module(module)
            vars(module).pop("__getattr__", None)  # once: whatever is not there now is nowhere
            return getattr(module, name)

        vars(module)["__getattr__"] = look_up


class Finder(MetaPathFinder):
    """Finds the declarations alone, where they would be found anyhow."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how the module is loaded; None for every other module, which Python finds as ever."""
        if fullname != DECLARATIONS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = Deferred(spec.loader)
        return spec


def put_off() -> None:
    """Load the declarations when they are asked for."""
    sys.meta_path.insert(0, Finder())
