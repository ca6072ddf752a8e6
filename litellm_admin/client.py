"""The admin API of a LiteLLM proxy as one typed client."""

from functools import cached_property

from litellm_admin.admin_users import AdminUserApi
from litellm_admin.budget_api import BudgetApi
from litellm_admin.customer_api import CustomerApi
from litellm_admin.key_api import KeyApi
from litellm_admin.transport import Transport


class AdminClient:
    """The objects of the proxy at `url`, managed with the admin key `token`.

    Thread-safe; clients of one address share their connections. patience: seconds for which calls that are safe to
    repeat are repeated while the proxy is not there or busy. Every call raises `errors.AdminError`.
    """

    def __init__(self, url: str, *, token: str, patience: float = 60) -> None:
        self._transport = Transport(url, token=token, patience=patience)

    @cached_property
    def keys(self) -> KeyApi:
        """Virtual keys."""
        return KeyApi(self._transport)

    @cached_property
    def budgets(self) -> BudgetApi:
        """Budgets."""
        return BudgetApi(self._transport)

    @cached_property
    def customers(self) -> CustomerApi:
        """Customers, whom LiteLLM also calls end users."""
        return CustomerApi(self._transport)

    @cached_property
    def admin_users(self) -> AdminUserApi:
        """Users who may manage the proxy."""
        return AdminUserApi(self._transport)
