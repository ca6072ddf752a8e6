"""Somebody's own program over the admin resources, driven by the Pulumi CLI."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from supply.stack import mend_cut_state

MANY_KEYS = """
    import pulumi
    from litellm_admin import resources as admin
    from litellm_admin.keys import derive_key

    config = pulumi.Config()
    url, name, seed = config.require("url"), config.require("name"), config.require_secret("seed")

    def key(word):
        return seed.apply(lambda seed: derive_key(seed, name=word, rotation=1))

    login = admin.Provisioner("login", admin.ProvisionerArgs(
        url=url, master_key=config.require_secret("master_key"), key=key("login"), user_id=name, key_alias=name + "!"))
    for number in range(config.require_int("keys")):
        admin.VirtualKey(f"key-{number}", admin.VirtualKeyArgs(
            url=url, token=login.token, key=key(str(number)), key_alias=f"{name}-{number}", models=["chat"],
            max_budget=10, budget_duration="30d", rpm_limit=60))
    admin.lighten()
"""
"""As many virtual keys as `keys` says, each named after `name`."""

KEY_GROUP = """
    import pulumi
    from litellm_admin import resources as admin
    from litellm_admin.keys import derive_key

    config = pulumi.Config()
    url, name, seed = config.require("url"), config.require("name"), config.require_secret("seed")
    login = admin.Provisioner("login", admin.ProvisionerArgs(
        url=url, master_key=config.require_secret("master_key"), user_id=name, key_alias=name + "!",
        key=seed.apply(lambda seed: derive_key(seed, name="login", rotation=1))))
    if config.require_int("keys"):
        group = admin.KeyGroup("group", admin.KeyGroupArgs(
            url=url, token=login.token, group=name, seed=seed,
            fields={"models": ["chat"], "max_budget": 10, "budget_duration": "30d", "rpm_limit": 60},
            keys={f"{name}-{number}": {} for number in range(config.require_int("keys"))}
            | config.get_object("special", {})))
        pulumi.export("values", group.values)
"""
"""The same keys as one group; `special` is what some of them hold beside what all do."""


class PulumiProgram:
    """A stack of a program, in a local backend of its own."""

    def __init__(self, folder: Path, program: str, settings: dict[str, str], hidden: dict[str, str]) -> None:
        (folder / "state").mkdir()
        (folder / "__main__.py").write_text(textwrap.dedent(program))
        (folder / "Pulumi.yaml").write_text("name: admin-test\nruntime: python\n")
        self._folder = folder
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The packages beside this one name plugins that these programs do not use.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self.run("stack", "init", "test")
        for name, value in settings.items():
            self.run("config", "set", name, value)
        for name, value in hidden.items():
            self.run("config", "set", "--secret", name, stdin=value)

    def run(
        self, *arguments: str, stdin: str = "", fails: bool = False, environment: Mapping[str, str] | None = None
    ) -> str:
        # Where the runner ignores SIGINT, the engine waits five seconds for each plugin to end.
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._folder,
            env={**self._environment, **(environment or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        shown = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, shown
        return shown

    def start(self, *arguments: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._folder,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def recover(self) -> None:
        """Do what `make up` does after a run that was killed."""
        mend_cut_state(self._folder / "state", project="admin-test", stack="test")
        self.run("cancel", "--yes")

    def changes(self, *arguments: str) -> dict[str, int]:
        """Return how many resources a preview would change, and how."""
        done = self.run("preview", "--json", *arguments)
        summary: dict[str, int] = json.loads(done[done.index("{") : done.rindex("}") + 1])["changeSummary"]
        return {kind: number for kind, number in summary.items() if kind != "same"}

    def state(self) -> str:
        return self.run("stack", "export")

    def state_size(self) -> int:
        """Return the bytes of the state's file."""
        (file,) = (self._folder / "state" / ".pulumi" / "stacks").rglob("test.json")
        return file.stat().st_size
