"""The admin API of a LiteLLM proxy as one typed client."""

from functools import cached_property

from litellm_admin.api.admin_users import AdminUserApi
from litellm_admin.api.budgets import BudgetApi
from litellm_admin.api.credentials import CredentialApi
from litellm_admin.api.customers import CustomerApi
from litellm_admin.api.models import ModelApi
from litellm_admin.api.team_members import TeamMemberApi
from litellm_admin.api.teams import TeamApi
from litellm_admin.api.transport import Transport
from litellm_admin.api.users import UserApi
from litellm_admin.api.virtual_keys import KeyApi


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

    @cached_property
    def teams(self) -> TeamApi:
        """Teams."""
        return TeamApi(self._transport)

    @cached_property
    def team_members(self) -> TeamMemberApi:
        """Memberships of users in teams."""
        return TeamMemberApi(self._transport)

    @cached_property
    def users(self) -> UserApi:
        """Users who log in, own keys and are members of teams."""
        return UserApi(self._transport)

    @cached_property
    def models(self) -> ModelApi:
        """Models in the proxy's database."""
        return ModelApi(self._transport)

    @cached_property
    def credentials(self) -> CredentialApi:
        """Credentials in the proxy's database."""
        return CredentialApi(self._transport)
