"""Changes how a replica loads one module, where the module is found as ever."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import litellm_stack_hooks


class Wrapped(Loader):
    """A loader that does more than the one that it stands for."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the creation of the module to the loader itself."""
        return self._loader.create_module(spec)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, wrap: Callable[[Loader], Loader]) -> None:
        self._module, self._wrap = module, wrap

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how the module is loaded; None for every other module, which Python finds as ever."""
        if fullname != self._module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = self._wrap(spec.loader)
        return spec


class _Followed(Wrapped):
    def __init__(self, loader: Loader, hook: str, action: Callable[[ModuleType], None]) -> None:
        super().__init__(loader)
        self._hook, self._action = hook, action

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        litellm_stack_hooks.guarded(self._hook, lambda: self._action(module))


def wrap(module: str, loader: Callable[[Loader], Loader]) -> None:
    """Load a module by what `loader` returns for the loader that it would have."""
    sys.meta_path.insert(0, _Finder(module, loader))


def follow(module: str, action: Callable[[ModuleType], None], *, hook: str) -> None:
    """Call `action` with a module once it is imported, as a part of the hook named `hook`."""
    wrap(module, lambda loader: _Followed(loader, hook, action))
