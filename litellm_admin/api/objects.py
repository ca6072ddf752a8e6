"""What every object of the admin API has in common: how it is found, made, changed and compared."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin

from litellm_admin.api.errors import AdminError
from litellm_admin.api.transport import Transport
from litellm_admin.fields.base import ObjectFields


@dataclass(frozen=True, kw_only=True)
class Live:
    """An object as the proxy holds it.

    fields: the fields that can be declared, in the words they are declared in; empty ones may be missing.
    computed: what the proxy adds: who made it, when it expires.
    """

    fields: Mapping[str, Any]
    computed: Mapping[str, Any]


class ObjectApi(ABC):
    """The calls for one kind of object, with the proxy's traps handled inside."""

    noun: ClassVar[str]
    model: ClassVar[type[ObjectFields]]
    spends: ClassVar[bool] = True
    """Whether the proxy counts spend on the object, which another one in its place would not have."""
    unclearable: ClassVar[frozenset[str]] = frozenset()
    """Fields that the proxy can change but never empty again."""
    fixed: ClassVar[frozenset[str]] = frozenset()
    """Fields that another object is needed for, whatever they change to."""
    kept: ClassVar[Mapping[str, str]] = {}
    """Fields that the proxy can never empty, of an object that must not be made anew: each with what to write."""
    unreadable: ClassVar[frozenset[str]] = frozenset()
    """Fields that read back in another form than they are written in: only whether they are set can be compared."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @classmethod
    def managed(cls) -> frozenset[str]:
        """Name the fields that can be changed in place."""
        return cls.model.managed()

    @classmethod
    def filled(cls, declared: Collection[str], live: Live, *, new: bool = False) -> dict[str, None]:
        """Return the fields that have to be empty and that the proxy filled in, each with None to empty it.

        `new` is for an object that was created just now.
        """
        exact = cls.model.EXACT_FIELDS | (cls.model.INITIAL_FIELDS if new else frozenset())
        return {f: None for f in sorted(exact.difference(declared)) if not is_empty(live.fields.get(f))}

    @classmethod
    def needs_new(cls, changes: Mapping[str, Any]) -> list[str]:
        """Name the changes (None empties a field) that the proxy cannot make in place."""
        return sorted(f for f, v in changes.items() if f in cls.fixed or (f in cls.unclearable and is_empty(v)))

    @classmethod
    def agrees(cls, field: str, declared: object, held: object) -> bool:
        """Whether what is held of a field is what is declared, as far as it can be read."""
        return is_empty(declared) == is_empty(held) if field in cls.unreadable else same(declared, held)

    @classmethod
    def refused(cls, changes: Mapping[str, Any]) -> list[str]:
        """Name the changes that cannot be made at all, each with what to write instead."""
        emptied = sorted(field for field, value in changes.items() if field in cls.kept and is_empty(value))
        return [f"{field} ({cls.kept[field]})" for field in emptied]

    @classmethod
    def can_be_remade(cls, declared: Mapping[str, Any]) -> bool:  # noqa: ARG003
        """Whether the declaration is enough to make the object again."""
        return True

    @classmethod
    def clear_value(cls, field: str) -> Any:
        """Return what to send to empty a field: null bricks the row where the column holds a list or an object."""
        kind = cls._kinds().get(field)
        return [] if kind is tuple else {} if kind is dict else False if kind is bool else None

    @classmethod
    def _kinds(cls) -> dict[str, type | None]:
        return {name: _kind(info.annotation) for name, info in cls.model.model_fields.items()}

    @abstractmethod
    def find(self, id_: str, *, subject: str) -> Live | None:
        """Return the object, or None if the proxy does not have it."""

    def look(self, id_: str, *, subject: str) -> Live | None:
        """Return what `find` does, for one of many objects that are read together; it may be a minute old."""
        return self.find(id_, subject=subject)

    @abstractmethod
    def create(self, fields: Mapping[str, Any], *, subject: str) -> Live | None:
        """Make the object out of its identity and its fields.

        The identity is the stack's choice, so a repeat finds what the first try made, and fails or changes nothing.
        Returns the object if the answer alone proves that it is a new one.
        """

    @abstractmethod
    def update(self, id_: str, changes: Mapping[str, Any], live: Live, *, subject: str) -> None:
        """Set the changed fields; None empties one. live: the object before the change."""

    @abstractmethod
    def delete(self, id_: str, *, subject: str) -> None:
        """Remove the object; one that is not there is removed already."""

    @abstractmethod
    def owns(self, live: Live) -> bool:
        """Whether an object that was there before is the stack's own."""

    def claim(self, id_: str, live: Live, *, subject: str) -> None:  # noqa: B027
        """Make an object that is adopted the stack's own, where the proxy can tell whose it is."""

    def _values(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what to send for the changed fields, with what empties each that is emptied."""
        return {field: self.clear_value(field) if is_empty(value) else value for field, value in changes.items()}

    def _get(self, path: str, *, subject: str, query: Mapping[str, str | int] | None = None) -> Any | None:
        """Return an answer; None if the proxy has no such object."""
        try:
            return self._transport.call("GET", path, operation="read", subject=subject, query=query)
        except AdminError as error:
            if error.status != 404:
                raise
        return None

    def _post(self, path: str, body: Mapping[str, Any], *, operation: str, subject: str) -> Any:
        """Return the answer to a call that has the same effect twice, as all do that name the object."""
        return self._transport.call("POST", path, operation=operation, subject=subject, body=body, repeatable=True)

    def _post_delete(self, path: str, body: Mapping[str, Any], *, subject: str) -> None:
        """Delete an object that may be gone already."""
        try:
            self._post(path, body, operation="delete", subject=subject)
        except AdminError as error:
            if error.status != 404:
                raise


def is_empty(value: object) -> bool:
    """Whether a value means the same as not naming the field: the proxy answers null, [], {} or false for that."""
    return value is None or value is False or value in ([], {}, ())


def same(declared: object, held: object) -> bool:
    """Whether two values of a field mean the same to the proxy; 1 and 1.0 do."""
    return (is_empty(declared) and is_empty(held)) or (
        declared == held and isinstance(declared, bool) == isinstance(held, bool)
    )


def differences(api: type[ObjectApi], declared: Mapping[str, Any], live: Live) -> dict[str, Any]:
    """Return the declared fields that the proxy holds differently, with their declared values."""
    fields = declared.keys() & api.managed()
    return {f: declared[f] for f in fields if not api.agrees(f, declared[f], live.fields.get(f))}


def undeclared(api: type[ObjectApi], declared: Collection[str], live: Live) -> dict[str, None]:
    """Return the fields that the proxy holds and the declaration does not name, each with None to empty it."""
    clearable = api.managed() - api.kept.keys()
    return {f: None for f in clearable if f not in declared and not api.agrees(f, None, live.fields.get(f))}


def _kind(annotation: Any) -> type | None:
    """Return the plain type behind `Annotated[X, ...] | None`."""
    if get_origin(annotation) is UnionType or type(None) in get_args(annotation):
        (annotation, *_) = (arg for arg in get_args(annotation) if arg is not type(None))
    origin = get_origin(annotation)
    if hasattr(annotation, "__metadata__"):
        return _kind(get_args(annotation)[0])
    return origin if isinstance(origin, type) else annotation if isinstance(annotation, type) else None
