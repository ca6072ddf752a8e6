"""Teams, and the memberships of users in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, dynamic

from litellm_admin.provider import TeamMemberProvider, TeamProvider
from litellm_admin.resources.args import Json, Limits, LoginArgs, Strings, brief_trace, with_secrets


@dataclass(frozen=True, kw_only=True)
class TeamArgs(LoginArgs):
    """A team: its id, and the fields of `fields.team.TeamFields`.

    adopt: take over a team of this id that somebody else made.
    """

    team_id: Input[str]
    team_alias: Input[str] | None = None
    models: Strings | None = None
    model_aliases: Input[Mapping[str, Input[str]]] | None = None
    max_budget: Input[float] | None = None
    soft_budget: Input[float] | None = None
    budget_duration: Input[str] | None = None
    budget_limits: Input[Sequence[Json]] | None = None
    rpm_limit: Input[int] | None = None
    tpm_limit: Input[int] | None = None
    tpd_limit: Input[int] | None = None
    model_rpm_limit: Limits | None = None
    model_tpm_limit: Limits | None = None
    mcp_rpm_limit: Limits | None = None
    rpm_limit_type: Input[str] | None = None
    tpm_limit_type: Input[str] | None = None
    default_estimated_output_tokens: Input[int] | None = None
    default_estimated_output_tokens_per_model: Limits | None = None
    enforced_batch_output_expires_after: Json | None = None
    enforced_file_expires_after: Json | None = None
    team_member_budget: Input[float] | None = None
    team_member_budget_duration: Input[str] | None = None
    team_member_rpm_limit: Input[int] | None = None
    team_member_tpm_limit: Input[int] | None = None
    team_member_permissions: Strings | None = None
    team_member_key_duration: Input[str] | None = None
    default_team_member_models: Strings | None = None
    metadata: Json | None = None
    router_settings: Json | None = None
    object_permission: Json | None = None
    access_group_ids: Strings | None = None
    allowed_vector_store_indexes: Input[Sequence[Json]] | None = None
    blocked: Input[bool] | None = None
    tags: Strings | None = None
    guardrails: Strings | None = None
    policies: Strings | None = None
    prompts: Strings | None = None
    disable_global_guardrails: Input[bool] | None = None
    allowed_passthrough_routes: Strings | None = None
    denied_passthrough_routes: Strings | None = None
    model_max_budget: Json | None = None
    adopt: Input[bool] | None = None


class Team(dynamic.Resource, module="litellm", name="Team"):
    """A team that keys belong to and users are members of.

    Hand on `team_id` from here: the dependency makes the team outlive its keys. A team with keys in it that the stack
    does not own is not deleted, because the proxy would delete them with it.
    """

    team_id: Output[str]

    def __init__(self, resource_name: str, args: TeamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(TeamProvider(), resource_name, args.props(), with_secrets(opts, "token"))


@dataclass(frozen=True, kw_only=True)
class TeamMemberArgs(LoginArgs):
    """A membership: the ids of team and user, and the fields of `fields.team.TeamMemberFields`."""

    team_id: Input[str]
    user_id: Input[str]
    role: Input[str] | None = None
    max_budget_in_team: Input[float] | None = None
    budget_duration: Input[str] | None = None
    rpm_limit: Input[int] | None = None
    tpm_limit: Input[int] | None = None
    allowed_models: Strings | None = None


class TeamMember(dynamic.Resource, module="litellm", name="TeamMember"):
    """A user's place in a team. Whoever has keys in the team that the stack does not own stays a member."""

    team_id: Output[str]
    user_id: Output[str]

    def __init__(self, resource_name: str, args: TeamMemberArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        with brief_trace():
            super().__init__(TeamMemberProvider(), resource_name, args.props(), with_secrets(opts, "token"))
