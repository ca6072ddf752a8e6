"""Objects that bear the stack's mark, because the proxy keeps no record of who made them."""

from litellm_admin.api.objects import Live, ObjectApi
from litellm_admin.api.virtual_keys import KeyApi


class MarkedApi(ObjectApi):
    """Calls for a kind whose `Live.computed["metadata"]` is a `Metadata` with the mark."""

    def owns(self, live: Live) -> bool:
        """Whether the object bears the mark of this client's login."""
        return bool(live.computed["metadata"].managed_by == self._login())

    def _login(self) -> str:
        return KeyApi(self._transport).login()
