"""LiteLLM's admin UI, through the edge, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.e2e.gateway import Gateway
from tests.e2e.stack import Stack

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def test_admin_logs_in_with_the_master_key_and_sees_the_virtual_keys(
    stack: Stack, gateway: Gateway, tmp_path: Path
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(stack.outputs()["adminUrl"])
        page.get_by_placeholder("Enter your username").fill("admin")
        page.get_by_placeholder("Enter your password").fill(gateway.master_key)
        page.get_by_role("button", name="Login", exact=True).click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible(timeout=60_000)
        page.goto(f"{stack.outputs()['adminUrl']}api-keys")
        expect(page.get_by_text("chat-app").first).to_be_visible(timeout=60_000)
        page.screenshot(path=tmp_path / "keys.png")
        browser.close()
