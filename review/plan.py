"""The plan as one change a resource, in an order that does not depend on the order of the steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from review.preview import State, Step


class Action(Enum):
    """What becomes of a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"


_ACTIONS = {
    "create": Action.CREATE,
    "import": Action.CREATE,
    "update": Action.UPDATE,
    "delete": Action.DELETE,
    "replace": Action.REPLACE,
    "create-replacement": Action.REPLACE,
    "delete-replaced": Action.REPLACE,
    "import-replacement": Action.REPLACE,
    "discard-replaced": Action.REPLACE,
    "same": Action.SAME,
}
"""Pulumi's operations that a report tells of; the others (refresh, read) change nothing."""
REFRESH = "refresh"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource. `reasons` are the properties that the engine names as changed.

    recorded: what the state says that there is; None where the preview did not look at what there really is. old: what
    there really is. is_gone: it is recorded and not there any more.
    """

    urn: str
    action: Action
    recorded: State | None
    old: State
    new: State
    reasons: frozenset[str]
    is_gone: bool = False

    @property
    def type(self) -> str:
        """The resource's type, as in `docker:index/container:Container`."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def kind(self) -> str:
        """The resource's type without its package: `VirtualKey`, `Container`."""
        return self.type.rpartition(":")[2]

    @property
    def is_real(self) -> bool:
        """Whether it is something, and no frame around others: no component, no provider, not the stack."""
        return not self.type.startswith(("pulumi:pulumi:", "pulumi:providers:", "litellm-stack:components:"))

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[3]

    @property
    def described(self) -> State:
        """The state that tells what the resource is: after the update, or before it where it goes."""
        return next((state for state in (self.new, self.old, self.recorded) if state and state.inputs), self.new)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs that tell what the resource is."""
        return self.described.inputs

    @property
    def changed(self) -> list[str]:
        """The properties that change, as the engine names them or else as the inputs show them."""
        if self.action not in (Action.UPDATE, Action.REPLACE):
            return []
        names = self.old.inputs.keys() | self.new.inputs.keys()
        seen = [name for name in names if self.old.inputs.get(name) != self.new.inputs.get(name)]
        return sorted(self.reasons or {name for name in seen if not name.startswith("__")})

    def differs(self, name: str) -> bool:
        """Whether the property changes; the engine knows it also of one whose value is masked."""
        return name in self.reasons or self.old.inputs.get(name) != self.new.inputs.get(name)


def changes(steps: Iterable[Step]) -> tuple[Change, ...]:
    """Return one change for each resource that the steps are about, unchanged ones included where they are listed.

    A preview with a refresh has two steps for a resource: a `refresh`, whose old state is the recorded one, and what is
    to be done, whose old state is what the refresh found. One that is gone is created, or has no second step; without
    --show-sames one that stays has none either.
    """
    by_urn: dict[str, list[Step]] = {}
    for step in steps:
        if step.op in _ACTIONS or step.op == REFRESH:
            by_urn.setdefault(step.urn, []).append(step)
    found = [_joined(urn, by_urn[urn]) for urn in sorted(by_urn)]
    complete = any(change.is_real and step.op == "same" for change in found for step in by_urn[change.urn])
    return tuple(change for change in found if complete or {step.op for step in by_urn[change.urn]} != {REFRESH})


def _joined(urn: str, given: list[Step]) -> Change:
    planned = [step for step in given if step.op != REFRESH]
    # A delete beside something else removes what an interrupted replacement left.
    steps = [step for step in planned if step.op != "delete"] or planned
    actions = {_ACTIONS[step.op] for step in steps} or {Action.SAME}
    action = Action.REPLACE if len(actions) > 1 else actions.pop()
    recorded = [step.old_state for step in given if step.op == REFRESH and step.old_state]
    old = [step.old_state for step in steps if step.old_state]
    new = [step.new_state for step in steps if step.new_state]
    return Change(
        urn=urn,
        action=action,
        recorded=recorded[0] if recorded else None,
        old=old[0] if old else State(),
        new=new[0] if new else State(),
        reasons=frozenset(reason for step in steps for reason in (*step.diff_reasons, *step.replace_reasons)),
        is_gone=bool(recorded) and not old,
    )
