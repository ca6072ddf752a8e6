"""Settings that were made in the admin UI: a preview tells of each, with the value in the stack config."""

from __future__ import annotations

import copy

import httpx

from tests.e2e.routed import Routed


def test_a_preview_tells_what_the_admin_ui_sets_beside_the_stack_config(routed: Routed) -> None:
    login = {"Authorization": f"Bearer {routed.stack.outputs()['masterKey']}"}

    def update(**sections: object) -> httpx.Response:
        return routed.client.post("/config/update", json=sections, headers=login)

    assert "admin UI" not in routed.stack.pulumi("preview")
    refused = update(router_settings={"cooldown_time": 5})
    assert refused.is_error, "LiteLLM lets nobody change what config.yaml sets"
    update(router_settings={"retry_after": 33}).raise_for_status()
    update(environment_variables={"A_VARIABLE": "canary-of-a-variable"}).raise_for_status()

    said = routed.stack.pulumi("preview")
    assert "proxy.router_settings.retry_after is 33 by the admin UI, and nothing in the stack config" in said
    assert "A_VARIABLE is set by the admin UI alone" in said
    assert "canary-of-a-variable" not in said

    good = routed.stack.config
    config = copy.deepcopy(good)
    config["proxy"]["router_settings"]["retry_after"] = 44
    routed.stack.configure(config)
    said = routed.stack.pulumi("preview")
    routed.stack.configure(good)
    assert "proxy.router_settings.retry_after is 44 in the stack config, which holds, and 33 by the admin UI" in said
