"""Somebody's own program over the admin resources, driven by the Pulumi CLI."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path


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

    def run(self, *arguments: str, stdin: str = "", fails: bool = False) -> str:
        # Where the runner ignores SIGINT, the engine waits five seconds for each plugin to end.
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._folder,
            env=self._environment,
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

    def changes(self, *arguments: str) -> dict[str, int]:
        """Return how many resources a preview would change, and how."""
        done = self.run("preview", "--json", *arguments)
        summary: dict[str, int] = json.loads(done[done.index("{") : done.rindex("}") + 1])["changeSummary"]
        return {kind: number for kind, number in summary.items() if kind != "same"}

    def state(self) -> str:
        return self.run("stack", "export")
