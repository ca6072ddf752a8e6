"""The `policy` section: which rules of the policy pack hold in an environment, and how strictly."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from config.section import Section


class Level(StrEnum):
    """What a violation does: it is shown, it stops the update before anything is touched, or nobody looks for it."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    DISABLED = "disabled"


PROTECTED: Final[Mapping[str, Level]] = {
    "limitedKeys": Level.ADVISORY,
    "budgetRaise": Level.MANDATORY,
    "databasePort": Level.ADVISORY,
    "pinnedImages": Level.ADVISORY,
    "wildcardModels": Level.ADVISORY,
    "publicAddress": Level.ADVISORY,
    "keptData": Level.MANDATORY,
}
"""Every rule, and its level in a protected environment whose config does not say.

Rules about a change are mandatory, because an environment that stays as it is cannot violate them. Rules about what is
there are advisory: an environment that ran yesterday can still rotate a leaked key today.
"""


class PolicySettings(Section):
    """How strictly each rule of the policy pack holds; one that is not given goes by `protect`."""

    limited_keys: Level | None = None
    """A virtual key without a budget."""
    budget_raise: Level | None = None
    """A budget that grows by more than `raiseFactor` at once, or goes, without a label."""
    database_port: Level | None = None
    """A host port that leads to Postgres."""
    pinned_images: Level | None = None
    """An image without a tag, or with one that moves."""
    wildcard_models: Level | None = None
    """A model name with a `*`."""
    public_address: Level | None = None
    """A published port that other hosts reach."""
    kept_data: Level | None = None
    """A volume or salt key that would be deleted or replaced."""
    raise_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 2
    """How many times its old self a budget may be without a label."""
    raise_label: Annotated[str, Field(min_length=1)] = "budget-raise"
    """The label that allows more."""

    def levels(self, *, protect: bool) -> dict[str, Level]:
        """Return the level of every rule in an environment that is protected or not."""
        given: dict[str, Any] = self.model_dump(by_alias=True)
        return {rule: given[rule] or (level if protect else Level.DISABLED) for rule, level in PROTECTED.items()}
