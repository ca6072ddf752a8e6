"""The Pulumi resources over the admin API: what a stack declares on a LiteLLM proxy.

They need nothing else of this repository:

    from litellm_admin.resources import Budget, BudgetArgs, Provisioner, ProvisionerArgs, VirtualKey, VirtualKeyArgs

    login = Provisioner("login", ProvisionerArgs(url=url, master_key=master_key, key=provisioner_key))
    daily = Budget("daily", BudgetArgs(url=url, token=login.token, budget_id="daily", max_budget=5))
    VirtualKey(
        "chat-app",
        VirtualKeyArgs(url=url, token=login.token, key=key, key_alias="chat-app", budget_id=daily.budget_id),
    )

`key` and `provisioner_key` are values of your own: `keys.derive_key` makes them from one random seed. What each field
means, its unit and its bounds stand in `litellm_admin.fields`. Preview checks them; an error names the field.
"""

from litellm_admin.resources.budget import Budget, BudgetArgs
from litellm_admin.resources.customer import Customer, CustomerArgs
from litellm_admin.resources.key_group import KeyGroup, KeyGroupArgs
from litellm_admin.resources.many import lighten
from litellm_admin.resources.model import Credential, CredentialArgs, Model, ModelArgs
from litellm_admin.resources.provisioner import Provisioner, ProvisionerArgs
from litellm_admin.resources.team import Team, TeamArgs, TeamMember, TeamMemberArgs
from litellm_admin.resources.user import User, UserArgs
from litellm_admin.resources.virtual_key import VirtualKey, VirtualKeyArgs

__all__ = [
    "Budget",
    "BudgetArgs",
    "Credential",
    "CredentialArgs",
    "Customer",
    "CustomerArgs",
    "KeyGroup",
    "KeyGroupArgs",
    "Model",
    "ModelArgs",
    "Provisioner",
    "ProvisionerArgs",
    "Team",
    "TeamArgs",
    "TeamMember",
    "TeamMemberArgs",
    "User",
    "UserArgs",
    "VirtualKey",
    "VirtualKeyArgs",
    "lighten",
]
