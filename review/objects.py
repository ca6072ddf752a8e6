"""The objects on the proxy that a plan is about, by the names that people know them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.access import RESERVED
from litellm_admin.adoption import was_rotated
from review.markdown import code, count, folded_in_line, listed
from review.plan import Action, Change
from review.preview import State
from review.secrecy import UNKNOWN

NOUNS: Final = {
    "Budget": "budget",
    "Customer": "customer",
    "Team": "team",
    "TeamMember": "member",
    "User": "user",
    "VirtualKey": "key",
    "Model": "model",
    "Credential": "credential",
}
"""Each kind of object (litellm_admin/resources), and what to call it."""
_LABELS: Final = {
    "Budget": ("budget_id",),
    "Customer": ("user_id",),
    "Team": ("team_alias", "team_id"),
    "TeamMember": ("user_id",),
    "User": ("user_id",),
    "VirtualKey": ("key_alias",),
    "Model": ("model_id",),
    "Credential": ("credential_name",),
}
FEW: Final = 4
"""Objects that a row names without a fold."""
NOT_FIELDS: Final = frozenset(
    {"__provider", "url", "token", "key", "adopt", "licensed", "settle", "grace", "expires", "managed_by"}
    | {"own_key", "rotation", "start"}  # of an adopted key
)
"""Inputs that say how the proxy is reached and what a resource may do: no fields of the object."""


@dataclass(frozen=True, kw_only=True)
class Object:
    """An object on the proxy and what happens to it. `team` is the name of a member's or a key's team."""

    change: Change
    noun: str
    label: str
    team: str = ""

    @property
    def kind(self) -> str:
        """The kind of resource."""
        return self.change.kind

    @property
    def action(self) -> Action:
        """What happens to it."""
        return self.change.action

    @property
    def title(self) -> str:
        """Noun and name, as Markdown."""
        of = f" of team {code(self.team)}" if self.kind == "TeamMember" else ""
        return f"{self.noun} {code(self.label)}{of}"

    @property
    def is_own(self) -> bool:
        """Whether it is the stack's own and nobody else's."""
        return self.label.startswith(RESERVED)

    @property
    def rotated(self) -> bool:
        """Whether the key gets another value and stays the same key in everything else."""
        if self.kind != "VirtualKey":
            return False
        if self.action is Action.UPDATE:
            return self._gets_own_value
        return self.action is Action.REPLACE and "key" in self.change.reasons

    @property
    def _gets_own_value(self) -> bool:
        """Whether an adopted key's rotation is raised: that is an update in place (litellm_admin/adoption.py)."""
        old, new = self.change.old.inputs, self.change.new.inputs
        if "rotation" not in new or not was_rotated(new):
            return False
        return old["rotation"] != new["rotation"] if "rotation" in old else not was_rotated(old)

    @property
    def lasts(self) -> bool:
        """Whether it is there before and after the update."""
        return self.action not in (Action.CREATE, Action.DELETE)


def objects(changes: Iterable[Change]) -> tuple[Object, ...]:
    """Return the objects among the changes, in the order of their kinds and names."""
    given = [change for change in changes if change.kind in NOUNS and ":dynamic/litellm:" in change.urn]
    by_urn = {change.urn: change for change in given}
    teams = {str(change.inputs.get("team_id")): _label(change) for change in given if change.kind == "Team"}
    found = [
        Object(change=change, noun=NOUNS[change.kind], label=_label(change), team=_team(change, by_urn, teams))
        for change in given
    ]
    order = list(NOUNS)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.team, each.label, each.change.urn)))


def resolved(state: State, name: str, by_urn: Mapping[str, Change]) -> Any:
    """Return an input, or what the resource it comes from declares, where it is known only after the update."""
    value = state.inputs.get(name)
    if value != UNKNOWN:
        return value
    sources = [by_urn[urn] for urn in state.property_dependencies.get(name) or () if urn in by_urn]
    return next((source.inputs[name] for source in sources if name in source.inputs), value)


def titled(found: Sequence[Object]) -> str:
    """Name objects of one table's row: each by its title, many by their number with the names folded."""
    by_noun: dict[str, list[Object]] = {}
    for each in found:
        by_noun.setdefault(each.noun, []).append(each)
    return "; ".join(_several(noun, group) for noun, group in by_noun.items())


def _several(noun: str, group: Sequence[Object]) -> str:
    if len(group) == 1 or noun == "member":
        return ", ".join(each.title for each in group)
    names = listed(each.label for each in group)
    return f"{noun}s {names}" if len(group) <= FEW else folded_in_line(count(len(group), noun), names)


def _label(change: Change) -> str:
    labels = [change.inputs.get(name) for name in _LABELS[change.kind]]
    known = [str(label) for label in labels if label not in (None, "", UNKNOWN)]
    # The name in the program is the name in the stack config with a start of its own.
    return known[0] if known else change.name


def _team(change: Change, by_urn: Mapping[str, Change], teams: Mapping[str, str]) -> str:
    if change.kind not in ("TeamMember", "VirtualKey"):
        return ""
    id_ = str(resolved(change.described, "team_id", by_urn) or "")
    return teams.get(id_, id_)
