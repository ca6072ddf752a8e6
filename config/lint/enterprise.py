"""Settings of config.yaml that need a licence: without one, LiteLLM does not start, or does not protect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.lint.choices import CALLBACKS
from config.problems import Problem
from config.reading import mapping, texts

LICENCE = "LITELLM_LICENSE"
"""The variable that LiteLLM reads its Enterprise licence from."""

NO_START = "LiteLLM does not start with it"
REFUSES = "LiteLLM refuses the requests that it is for"
PASSES = "LiteLLM passes over it"
ERRORS = {
    "admin_only_routes": f"{PASSES}, and everybody reaches these routes",
    "allowed_ips": NO_START,
    "enable_oauth2_auth": REFUSES,
    "enforced_params": NO_START,
}
WARNINGS = {
    "enable_jwt_auth": REFUSES,
    "max_request_size_mb": PASSES,
    "max_response_size_mb": PASSES,
    "public_routes": PASSES,
}
"""Settings in general_settings, and what the open-source proxy does (litellm/proxy/auth/, load_config)."""

SECRET_MANAGERS = frozenset({"cyberark", "google_secret_manager", "hashicorp_vault"})
NO_START_CALLBACKS = frozenset(
    {
        "banned_keywords",
        "blocked_user_check",
        "google_text_moderation",
        "hide_secrets",
        "llamaguard_moderations",
        "llmguard_moderations",
        "openai_moderations",
    }
)
"""Callbacks that raise an error while the proxy starts (proxy/common_utils/callback_utils.py)."""

SILENT_CALLBACKS = frozenset({"azure_storage", "gcs_bucket", "gcs_pubsub"})
"""Callbacks that raise an error where they are to log (litellm/integrations/)."""


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Report what needs a licence, where the config declares none."""
    proxy = mapping(values, "proxy")
    general = mapping(proxy, "general_settings")
    if LICENCE in mapping(values, "secrets") or general.get("litellm_license"):
        return
    for name, effect in {**ERRORS, **WARNINGS}.items():
        if general.get(name):
            yield _problem(f"proxy.general_settings.{name}", effect, error=name in ERRORS)
    if str(general.get("key_management_system")) in SECRET_MANAGERS:
        yield _problem("proxy.general_settings.key_management_system", NO_START, error=True)
    for name, model in mapping(values, "access", "models").items():
        if mapping(model, "model_info").get("team_id"):
            # allow_team_model_action in proxy/management_endpoints/model_management_endpoints.py answers 403.
            message = (
                "models of one team are for LiteLLM Enterprise only: remove it and name the model in "
                f"access.teams.TEAM.models, or declare secrets.{LICENCE}"
            )
            yield Problem(path=f"access.models.{name}.model_info.team_id", message=message)
    if proxy.get("worker_registry"):
        yield _problem("proxy.worker_registry", NO_START, error=True)
    for setting in CALLBACKS:
        for index, callback in texts(proxy, "litellm_settings", setting):
            path = f"proxy.litellm_settings.{setting}[{index}]"
            if callback in NO_START_CALLBACKS:
                yield _problem(path, NO_START, error=True)
            elif callback in SILENT_CALLBACKS:
                yield _problem(path, "LiteLLM logs nothing there", error=False)


def _problem(path: str, effect: str, *, error: bool) -> Problem:
    message = f"for LiteLLM Enterprise only, and without a licence {effect}: remove it, or declare secrets.{LICENCE}"
    return Problem(path=path, message=message, severity="error" if error else "warning")
