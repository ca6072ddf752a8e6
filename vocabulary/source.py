"""What LiteLLM's source says about names, read from its syntax: nothing of it is imported or run."""

from __future__ import annotations

import ast
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Types = Mapping[str, frozenset[str]]
"""Annotations by name, as they are written; one name may be declared in several places."""

READERS = frozenset({"get", "pop", "setdefault"})
"""Methods of a mapping that take the name of an entry."""


class UnexpectedSourceError(Exception):
    """LiteLLM's source has no longer what names are read from; the message says what is missing and where."""


@dataclass(frozen=True)
class Source:
    """The source of one version of LiteLLM. `root` is the folder that holds the package `litellm`."""

    root: Path

    def fields(self, file: str, *classes: str) -> frozenset[str]:
        """Return the fields of classes in a file, without those of their bases."""
        found = [node for node in ast.walk(self._tree(file)) if isinstance(node, ast.ClassDef) and node.name in classes]
        self._expect({node.name for node in found}, set(classes), file)
        return _public(name for node in found for line in node.body for name in _declared(line))

    def fields_below(self, path: str, *, suffix: str = "") -> frozenset[str]:
        """Return the fields of the classes in a file, or below a folder, whose names end in `suffix`."""
        names: list[str] = []
        for file in self._files(path):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and node.name.endswith(suffix):
                    names += [word for line in node.body for word in _declared(line) if not word.isupper()]
        return _public(names)

    def parameters(self, file: str, *functions: str) -> frozenset[str]:
        """Return the parameters of functions in a file; a method is `Class.method`."""
        found = [(name, node) for name, node in _functions(self._tree(file)) if name in functions]
        self._expect({name for name, _ in found}, set(functions), file)
        return _public(word for _, node in found for word in _arguments(node)) - {"self"}

    def assigned(self, file: str) -> frozenset[str]:
        """Return the variables of a module: what is assigned or declared outside of functions and classes."""
        return frozenset(name for name in _public([name for name, _ in self._assigned(file)]) if name.islower())

    def constants_read(self, file: str, module: str) -> frozenset[str]:
        """Return the names in capitals that a module assigns or imports, and that others read of it: `module.NAME`.

        They are variables too: to set one on the module changes what the others read.
        """
        imports = [line for line in self._tree(file).body if isinstance(line, ast.ImportFrom)]
        imported = {alias.asname or alias.name for line in imports for alias in line.names}
        names = {name for name in imported | {name for name, _ in self._assigned(file)} if name.isupper()}
        read: set[str] = set()
        for path in self._files():
            text = path.read_text(encoding="utf-8")
            if any(f"{module}.{name}" in text for name in names):
                read |= {
                    node.attr
                    for node in ast.walk(ast.parse(text))
                    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _is_name(node, module)
                }
        return _public(list(names & read))

    def types(self, file: str, *definitions: str) -> Types:
        """Return the annotations of the fields of classes, and of the parameters of functions, in a file."""
        nodes = [node for node in ast.walk(self._tree(file)) if isinstance(node, ast.ClassDef)]
        classes = [node for node in nodes if node.name in definitions]
        functions = [(name, node) for name, node in _functions(self._tree(file)) if name in definitions]
        self._expect({node.name for node in classes} | {name for name, _ in functions}, set(definitions), file)
        fields = (pair for node in classes for pair in _annotated(node))
        return _grouped([*fields, *(pair for _, node in functions for pair in _annotated_arguments(node))])

    def types_below(self, path: str, *, suffix: str = "") -> Types:
        """Return the annotations of the fields of the classes in a file or folder whose names end in `suffix`."""
        trees = (ast.parse(file.read_text(encoding="utf-8")) for file in self._files(path))
        nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
        return _grouped(pair for node in nodes if node.name.endswith(suffix) for pair in _annotated(node))

    def types_assigned(self, file: str) -> Types:
        """Return the annotations of the variables of a module; `bool` for True, False and what `bool(...)` returns."""
        return _grouped(self._assigned(file))

    def flags_of(self, *mappings: str, below: str = "") -> frozenset[str]:
        """Return the entries that are read of mappings with True or False as their default, or compared with it."""
        names: list[str] = []
        for file in self._files(below):
            text = file.read_text(encoding="utf-8")
            if any(mapping in text for mapping in mappings):
                names += [name for node in ast.walk(ast.parse(text)) for name in _flag(node, mappings)]
        return frozenset(name for name in _public(names) if name.isidentifier())

    def flags_compared(self, file: str, variable: str, value: str, *, function: str) -> frozenset[str]:
        """Return the texts that a variable is compared with next to `value is True`: `key == "a" and value is True`."""
        found = [node for name, node in _functions(self._tree(file)) if name == function]
        self._expect({function} if found else set(), {function}, file)
        return frozenset(
            text
            for tree in found
            for node in ast.walk(tree)
            if isinstance(node, ast.BoolOp) and any(_is_flag(part, value) for part in node.values)
            for part in node.values
            if isinstance(part, ast.Compare) and isinstance(part.left, ast.Name) and part.left.id == variable
            for text in _texts(part.comparators[0])
        )

    def words(self, file: str, *variables: str) -> frozenset[str]:
        """Return the texts in what a module assigns to variables: a list, a Literal, a mapping."""
        found = [line for line in ast.walk(self._tree(file)) if _target(line) in variables]
        self._expect({str(_target(line)) for line in found}, set(variables), file)
        return frozenset(text for line in found for text in _texts(getattr(line, "value", None)))

    def values(self, file: str, enumeration: str) -> frozenset[str]:
        """Return the values of an enumeration."""
        found = [node for node in ast.walk(self._tree(file)) if isinstance(node, ast.ClassDef)]
        lines = [line for node in found if node.name == enumeration for line in node.body]
        self._expect({enumeration} if lines else set(), {enumeration}, file)
        return frozenset(text for line in lines if isinstance(line, ast.Assign) for text in _texts(line.value))

    def compared(self, file: str, variable: str, *, function: str | None = None) -> frozenset[str]:
        """Return the texts that a variable of a file, or of one function, is compared with: `key == "a"`."""
        found = [node for name, node in _functions(self._tree(file)) if name == function]
        self._expect({function} if function and found else set(), {function} if function else set(), file)
        places: list[ast.AST] = [*found] if function else [self._tree(file)]
        nodes = [node for place in places for node in ast.walk(place) if isinstance(node, ast.Compare)]
        return frozenset(
            text
            for node in nodes
            if isinstance(node.left, ast.Name) and node.left.id == variable
            for right in node.comparators
            for text in _texts(right)
        )

    def keys(self, file: str) -> frozenset[str]:
        """Return the names at the top of a JSON file."""
        return frozenset(self.mapping(file))

    def mapping(self, file: str) -> Mapping[str, Any]:
        """Return the content of a JSON file."""
        path = self.root / file
        self._expect({file} if path.exists() else set(), {file}, "the package")
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def read_of(self, *mappings: str, below: str = "") -> frozenset[str]:
        """Return the entries that are read, anywhere below a path, of mappings with these names.

        They are named by texts, or by constants that some module assigns a text to.
        """
        names: list[str] = []
        for file in self._files(below):
            text = file.read_text(encoding="utf-8")
            if any(mapping in text for mapping in mappings):
                nodes = list(ast.walk(ast.parse(text)))
                names += [name for node in nodes for name in _read(node, mappings)]
                constants = {name for node in nodes for name in _read(node, mappings, kind=_constant_names)}
                names += [text for name in sorted(constants) for text in self._constants.get(name, ())]
        return frozenset(name for name in _public(names) if name.isidentifier())

    def attributes_of(self, module: str) -> frozenset[str]:
        """Return the attributes that are read, anywhere in LiteLLM, of a module by `getattr(module, "name", ...)`."""
        names = []
        for file in self._files():
            text = file.read_text(encoding="utf-8")
            if f"getattr({module}" in text:
                names += [name for node in ast.walk(ast.parse(text)) for name in _attribute(node, module)]
        return _public(names)

    def _assigned(self, file: str) -> list[tuple[str, str]]:
        """Return the variables of a module, each with its annotation, or what its value tells of it."""
        found = []
        for line in self._tree(file).body:
            targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
            annotation = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
            flag = isinstance(line, ast.Assign) and (_is_constant_flag(line.value) or _is_call(line.value, "bool"))
            found += [(target.id, "bool" if flag else annotation) for target in targets if isinstance(target, ast.Name)]
        return found

    @functools.cached_property
    def _constants(self) -> Types:
        """The texts that modules of the package assign to names in capitals."""
        found: list[tuple[str, str]] = []
        for file in self._files():
            for line in ast.parse(file.read_text(encoding="utf-8")).body:
                name, value = _target(line), getattr(line, "value", None)
                if name and name.isupper() and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.append((name.lstrip("_"), value.value))
        return _grouped(found)

    @functools.cached_property
    def _trees(self) -> dict[str, ast.Module]:
        return {}

    def _tree(self, file: str) -> ast.Module:
        if file not in self._trees:
            path = self.root / file
            self._expect({file} if path.exists() else set(), {file}, "the package")
            self._trees[file] = ast.parse(path.read_text(encoding="utf-8"))
        return self._trees[file]

    def _files(self, below: str = "") -> list[Path]:
        path = self.root / below
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        self._expect({below} if files else set(), {below}, "the package")
        return files

    def _expect(self, found: set[str], wanted: set[str], where: str) -> None:
        if missing := sorted(wanted - found):
            raise UnexpectedSourceError(f"{', '.join(missing)} not found in {where}: mend vocabulary/names.py")


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{method.name}", method


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [word.arg for word in (*node.args.args, *node.args.kwonlyargs)]


def _declared(line: ast.stmt) -> list[str]:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and not _constant(line):
        return [line.target.id]
    return []


def _annotated(node: ast.ClassDef) -> list[tuple[str, str]]:
    lines = [line for line in node.body if isinstance(line, ast.AnnAssign)]
    return [(name, ast.unparse(line.annotation)) for line in lines for name in _declared(line)]


def _annotated_arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, str]]:
    words = [*node.args.args, *node.args.kwonlyargs]
    return [(word.arg, ast.unparse(word.annotation)) for word in words if word.annotation]


def _grouped(pairs: Iterable[tuple[str, str]]) -> Types:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, annotation in pairs:
        found[name].add(annotation)
    return {name: frozenset(annotations) for name, annotations in found.items() if not name.startswith("_")}


def _flag(node: ast.AST, mappings: tuple[str, ...]) -> Iterator[str]:
    """Yield the name that `mapping.get("name", False)` or `mapping.get("name") is True` reads."""
    if isinstance(node, ast.Call) and len(node.args) == 2 and _is_constant_flag(node.args[1]):
        yield from _read(node, mappings)
    elif isinstance(node, ast.Compare) and _is_constant_flag(node.comparators[0]):
        yield from _read(node.left, mappings)


def _is_flag(node: ast.expr, variable: str) -> bool:
    """Tell whether an expression is `variable is True`, or the like."""
    compared = isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == variable
    return compared and isinstance(node, ast.Compare) and _is_constant_flag(node.comparators[0])


def _is_constant_flag(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _is_call(node: ast.AST, function: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function


def _is_name(node: ast.Attribute, module: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == module


def _read(
    node: ast.AST, mappings: tuple[str, ...], *, kind: Callable[[ast.AST], list[str]] | None = None
) -> Iterator[str]:
    """Yield the entries of mappings that a node reads: texts, or what `kind` takes from the expression of the entry."""
    taken = kind or _texts
    if isinstance(node, ast.Subscript) and _is(node.value, mappings):
        yield from taken(node.slice)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        if node.func.attr in READERS and _is(node.func.value, mappings):
            yield from taken(node.args[0])
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In) and _is(node.comparators[0], mappings):
        yield from taken(node.left)


def _constant_names(node: ast.AST) -> list[str]:
    return [node.id.lstrip("_")] if isinstance(node, ast.Name) and node.id.isupper() else []


def _is(node: ast.expr, mappings: tuple[str, ...]) -> bool:
    """Tell whether an expression is a mapping of one of these names: `x`, `y.x`, `y["x"]`, `y.get("x") or {}`."""
    if isinstance(node, ast.Name):
        return node.id in mappings
    if isinstance(node, ast.Attribute):
        return node.attr in mappings
    if isinstance(node, ast.BoolOp):
        return _is(node.values[0], mappings)
    return any(_read_name(node, mapping) for mapping in mappings)


def _read_name(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Subscript):
        return name in _texts(node.slice)
    if isinstance(node, ast.Call):
        return bool(node.args) and name in _texts(node.args[0])
    return False


def _attribute(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and ast.unparse(node.args[0]) == module:
        yield from _texts(node.args[1])


def _texts(node: ast.AST | None) -> list[str]:
    """Return the texts in an expression: of a mapping its keys, of a call its arguments."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Dict):
        return [text for key in node.keys for text in _texts(key)]
    if isinstance(node, ast.Call):
        return [text for argument in node.args for text in _texts(argument)]
    return [text for child in ast.iter_child_nodes(node) for text in _texts(child)] if node else []


def _target(line: ast.AST) -> str | None:
    target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def _constant(line: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.unparse(line.annotation)


def _public(names: Iterator[str] | list[str]) -> frozenset[str]:
    return frozenset(name for name in names if not name.startswith("_"))
