"""One object on a real proxy, driven through its provider as the engine would."""

from __future__ import annotations

from litellm_admin.api.objects import is_empty
from litellm_admin.object_provider import ObjectProvider, client_of
from tests.integration.inputs_of_tests import Props


class LiveObject:
    """An object and what the engine would have recorded of it."""

    def __init__(self, provider: ObjectProvider, id_: str, identity: Props) -> None:
        self._provider, self._id, self._identity = provider, id_, identity
        self.recorded: Props = {}

    def create(self, **fields: object) -> None:
        """Create it, and see that a refresh and a second preview find nothing to do."""
        inputs = {**self._identity, **fields}
        result = self._provider.create(inputs)
        assert result.id == self._id
        self._settle(inputs, result.outs or {})

    def update(self, **fields: object) -> None:
        """Change it in place, and see that a refresh and a second preview find nothing to do."""
        inputs = {**self._identity, **fields}
        assert not self._provider.diff(self._id, self.recorded, inputs).replaces
        assert self._provider.check(self.recorded, inputs).failures == []
        self._settle(inputs, self._provider.update(self._id, self.recorded, inputs).outs or {})

    def drifted(self, declared: Props) -> Props:
        """Return the fields that a refresh finds, and record them."""
        read = self._provider.read(self._id, self.recorded)
        assert read.inputs is not None
        self.recorded = read.outs or {}
        shown = {name: value for name, value in read.inputs.items() if name not in self._identity}
        changes = self._provider.diff(self._id, self.recorded, {**self._identity, **declared}).changes
        assert changes is (shown != declared)
        return shown

    def delete(self) -> None:
        """Delete it."""
        self._provider.delete(self._id, self.recorded)
        assert self._provider.read(self._id, self.recorded).id is None

    def _settle(self, inputs: Props, outs: Props) -> None:
        read = self._provider.read(self._id, outs)
        assert (read.id, read.inputs, read.outs) == (self._id, inputs, outs)
        assert not self._provider.diff(self._id, outs, inputs).changes
        live = self._provider.calls(client_of(inputs)).find(self._id, subject="the object")
        assert live is not None
        managed = self._provider.api.managed()
        held = {field for field in managed if not is_empty(live.fields.get(field))}
        declared = self._provider.declared(inputs)
        assert held == {field for field, value in declared.items() if field in managed and not is_empty(value)}
        self.recorded = outs
