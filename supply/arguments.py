"""The command line that `make` calls; what each command does is in cli.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from supply import plans, rotation, summary, testing

Add = Callable[[str, str], argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """Return the command line; `command` is the name of what was asked for."""
    root = argparse.ArgumentParser(prog="python3 -m supply", description="Prepare this host and run the stack.")
    commands = root.add_subparsers(required=True, metavar="COMMAND", dest="command")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--stack", default="dev", help="the environment, as in Pulumi.<stack>.yaml (default: dev)")
        return sub

    for group in (_running, _access, _data, _development):
        group(add)
    return root


def _running(add: Add) -> None:
    up = add("up", "bring the stack up and print where everything is")
    up.add_argument("--plan", type=Path, help="what `plan` wrote: do that and nothing else")
    plan = add("plan", "show what `up` would change and write it down as a plan")
    plan.add_argument("--file", type=Path, default=Path(plans.FILE))
    add("preview", "show what `up` would change, in detail")
    report = add("review", "print what `up` would change, as Markdown for a pull request")
    report.add_argument("--policy-pack", type=Path, help="folder of another policy pack than policy/")
    add("drift", "print what is not as the last `up` left it; exit status 3 where there is something")
    add("down", "remove what the stack made")
    add("prepare", "everything before `pulumi up`")
    add("shell", 'print the settings for pulumi typed by hand: eval "$(make -s shell)"')
    add("master-key", "print the master key, the admin UI's password")
    add("status", "show health, budgets and traffic; exit status 1 where something is unhealthy")
    page = add("report", "write what `status` shows, and what happened in the last day, as one HTML page")
    page.add_argument("--file", type=Path, default=Path("report.html"))
    log = add("logs", "print the containers' logs")
    log.add_argument("--component", help="one component, by its name in `make status` (default: all)")
    log.add_argument("--no-follow", action="store_true", help="print what there is and end")


def _access(add: Add) -> None:
    env = add("env", "write an application's .env")
    env.add_argument("--key", required=True, help="alias of the virtual key")
    env.add_argument("--file", type=Path, default=Path(summary.ENV_FILE))
    take = add("import", "print what a proxy holds as the `access` section of a stack that takes it over")
    take.add_argument("--url", help="the proxy's address (default: the stack's own gateway)")
    add("unmanaged", "list what is on the stack's proxy and not in the stack")


def _data(add: Add) -> None:
    rotate = add("rotate", "raise a rotation number in the stack config and bring the stack up")
    rotate.add_argument("--secret", required=True, help=", ".join(rotation.SECRETS))
    rotate.add_argument("--grace", help="how long old virtual keys stay valid (0s: not at all)")
    add("backup", "take an encrypted backup of the database and print its file")
    back = add("restore", "put a backup in the place of what the database holds")
    back.add_argument("--file", type=Path, required=True, help="what `make backup` printed")
    add("backup-passphrase", "print the passphrase of the stack's backups")
    add("upgrade-database", "move the data to the Postgres major version that the config names")


def _development(add: Add) -> None:
    test = add("test", "run the tests")
    test.add_argument("--layer", default=testing.ALL, help="unit, integration, e2e or all")
    test.add_argument("--arguments", default="", help="further arguments of pytest")
    campaign = add("campaign", "run the tests that `make test` leaves out")
    campaign.add_argument("--part", help="a file of tests/campaign, or a folder in it")
    campaign.add_argument("--marker", help="pytest's marker of the tests to run")
    campaign.add_argument("--stale", action="store_true", help="only parts whose code changed since their last result")
    bench = add("bench", "measure what the product costs")
    bench.add_argument("--arguments", default="", help="further arguments of tests.bench")
    add("check", "run the linters and the type checker")
    add("names", "read the names that the pinned LiteLLM knows")
    add("schema", "write the JSON schema of the stack config and its reference")
    add("dashboards", "write the Grafana dashboards")
