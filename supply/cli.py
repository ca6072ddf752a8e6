"""The commands that `make` calls."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from supply import (
    backups,
    bulk,
    dotenv,
    host,
    inventory,
    logs,
    plans,
    policy,
    review,
    rotation,
    stack,
    summary,
    teardown,
    testing,
    upgrade,
)
from supply.console import Console
from supply.errors import SupplyError
from supply.folders import user_folders
from supply.process import restore_interrupt
from supply.pulumi import Pulumi

INTERRUPTED = 130
# What a shell needs for `pulumi` typed by hand; never a secret itself.
SHELL_VARIABLES = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "DOCKER_HOST", *host.PULUMI_OPTIONS)


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status."""
    restore_interrupt()
    given = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except SupplyError as error:
        print(f"\nerror: {error.message}", file=sys.stderr)
        if error.mend:
            print("\n".join(f"  {line}" for line in error.mend.splitlines()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """Return the command line; the Makefile's targets fill it in."""
    root = argparse.ArgumentParser(prog="python3 -m supply", description="Prepare this host and run the stack.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("--stack", default="dev", help="the environment, as in Pulumi.<stack>.yaml (default: dev)")
        return sub

    up = add("up", _up, "bring the stack up and print where everything is")
    up.add_argument("--plan", type=Path, help="what `plan` wrote: do that and nothing else")
    plan = add("plan", _plan, "show what `up` would change and write it down as a plan")
    plan.add_argument("--file", type=Path, default=Path(plans.FILE))
    add("preview", _preview, "show what `up` would change, in detail")
    report = add("review", _review, "print what `up` would change, as Markdown for a pull request")
    report.add_argument("--policy-pack", type=Path, help="folder of another policy pack than policy/")
    add("drift", _drift, "print what is not as the last `up` left it; exit status 3 where there is something")
    add("down", _down, "remove what the stack made")
    add("prepare", _prepare, "everything before `pulumi up`")
    add("shell", _shell, 'print the settings for pulumi typed by hand: eval "$(make -s shell)"')
    add("master-key", _master_key, "print the master key, the admin UI's password")
    env = add("env", _env, "write an application's .env")
    env.add_argument("--key", required=True, help="alias of the virtual key")
    env.add_argument("--file", type=Path, default=Path(summary.ENV_FILE))
    take = add("import", _import, "print what a proxy holds as the `access` section of a stack that takes it over")
    take.add_argument("--url", help="the proxy's address (default: the stack's own gateway)")
    add("unmanaged", _unmanaged, "list what is on the stack's proxy and not in the stack")
    rotate = add("rotate", _rotate, "raise a rotation number in the stack config and bring the stack up")
    rotate.add_argument("--secret", required=True, help=", ".join(rotation.SECRETS))
    rotate.add_argument("--grace", help="how long old virtual keys stay valid (0s: not at all)")
    add("backup", _backup, "take an encrypted backup of the database and print its file")
    back = add("restore", _restore, "put a backup in the place of what the database holds")
    back.add_argument("--file", type=Path, required=True, help="what `make backup` printed")
    add("backup-passphrase", _backup_passphrase, "print the passphrase of the stack's backups")
    add("upgrade-database", _upgrade_database, "move the data to the Postgres major version that the config names")
    log = add("logs", _logs, "print the containers' logs")
    log.add_argument("--component", help="database, migration, proxy, edge or monitoring (default: all)")
    log.add_argument("--no-follow", action="store_true", help="print what there is and end")
    test = add("test", _test, "run the tests")
    test.add_argument("--layer", default=testing.ALL, help="unit, integration, e2e or all")
    test.add_argument("--arguments", default="", help="further arguments of pytest")
    bench = add("bench", _bench, "measure what the product costs")
    bench.add_argument("--arguments", default="", help="further arguments of tests.bench")
    add("check", _check, "run the linters and the type checker")
    add("names", _names, "read the names that the pinned LiteLLM knows")
    add("schema", _schema, "write the JSON schema of the stack config")
    return root


def _ready(given: argparse.Namespace, console: Console) -> Pulumi:
    """Return the host prepared, and the stack there and free."""
    stack.check_declared(host.CHECKOUT, given.stack)
    pulumi = host.prepare(console).pulumi(given.stack)
    with console.step(f"Stack {given.stack}") as step:
        step.outcome = stack.select(pulumi, pulumi_home=user_folders(os.environ).pulumi_home)
        released = stack.release_stale_lock(pulumi)
    if released:
        console.say(f"  {released}")
    return pulumi


def _up(given: argparse.Namespace) -> int:
    console = Console()
    if given.plan:
        plans.check(given.plan)
    pulumi = _ready(given, console)
    policy.check(pulumi, project=stack.project_name(host.CHECKOUT), console=console)
    _bring_up(pulumi, console, plan=given.plan)
    return 0


def _bring_up(pulumi: Pulumi, console: Console, *, plan: Path | None = None) -> None:
    prepared = bulk.prepared(pulumi, project=stack.project_name(host.CHECKOUT), console=console)
    if plan:
        plans.apply(prepared, plan)
    else:
        prepared.run("up", "--yes", "--skip-preview")
    summary.show(pulumi.outputs(), stack=pulumi.stack, checkout=host.CHECKOUT, console=console)


def _rotate(given: argparse.Namespace) -> int:
    console = Console()
    project = stack.project_name(host.CHECKOUT)
    console.say(rotation.raise_number(_ready(given, console), given.secret, project=project, grace=given.grace))
    return _up(argparse.Namespace(**vars(given), plan=None))


def _plan(given: argparse.Namespace) -> int:
    pulumi = _ready(given, Console())
    plans.save(pulumi, given.file, options=policy.options(pulumi, project=stack.project_name(host.CHECKOUT)))
    return 0


def _preview(given: argparse.Namespace) -> int:
    pulumi = _ready(given, Console())
    pulumi.run("preview", "--diff", *policy.options(pulumi, project=stack.project_name(host.CHECKOUT)))
    return 0


def _review(given: argparse.Namespace) -> int:
    console = Console(sys.stderr)
    pulumi = _ready(given, console)
    folder = given.policy_pack or policy.pack(pulumi, project=stack.project_name(host.CHECKOUT))
    return review.review(pulumi, policy_pack=folder, python=host.python(console), checkout=host.CHECKOUT)


def _drift(given: argparse.Namespace) -> int:
    console = Console(sys.stderr)
    pulumi = _ready(given, console)
    return review.drift(pulumi, python=host.python(console), checkout=host.CHECKOUT)


def _down(given: argparse.Namespace) -> int:
    console = Console()
    teardown.remove(_ready(given, console), console=console, environment=os.environ)
    return 0


def _prepare(_given: argparse.Namespace) -> int:
    host.prepare(Console())
    return 0


def _shell(_given: argparse.Namespace) -> int:
    prepared = host.prepare(Console(sys.stderr))
    print(f"export PATH={shlex.quote(prepared.path)}")
    for name in SHELL_VARIABLES:
        if name in prepared.additions:
            print(f"export {name}={shlex.quote(prepared.additions[name])}")
    return 0


def _master_key(given: argparse.Namespace) -> int:
    print(_ready(given, Console(sys.stderr)).outputs()["masterKey"])
    return 0


def _env(given: argparse.Namespace) -> int:
    outputs = _ready(given, Console(sys.stderr)).outputs()
    access = dotenv.access(outputs, stack=given.stack, key=given.key)
    dotenv.write(host.CHECKOUT / given.file, access)
    print(f"Wrote {given.file} for the virtual key {given.key} of stack {given.stack}.")
    return 0


def _backup(given: argparse.Namespace) -> int:
    console = Console(sys.stderr)
    print(backups.take(_ready(given, console), python=host.python(console)))
    return 0


def _restore(given: argparse.Namespace) -> int:
    console = Console()
    pulumi = _ready(given, console)
    backups.restore(
        pulumi,
        given.file,
        project=stack.project_name(host.CHECKOUT),
        python=host.python(console),
        environment=os.environ,
    )
    # The stack's own login and what it declares are not in the backup, or are there as they were.
    _bring_up(pulumi, console)
    return 0


def _upgrade_database(given: argparse.Namespace) -> int:
    console = Console()
    pulumi = _ready(given, console)
    upgrade.upgrade(
        pulumi,
        project=stack.project_name(host.CHECKOUT),
        python=host.python(console),
        console=console,
        up=lambda: _bring_up(pulumi, console),
    )
    return 0


def _backup_passphrase(given: argparse.Namespace) -> int:
    print(backups.passphrase(_ready(given, Console(sys.stderr))))
    return 0


def _import(given: argparse.Namespace) -> int:
    console = Console(sys.stderr)
    if given.url:
        login = {"url": given.url, "token": inventory.admin_key(os.environ)}
    else:
        pulumi = _ready(given, console)
        login = inventory.own_login(pulumi, pulumi.resources())
    python = host.python(console)
    project = stack.project_name(host.CHECKOUT)
    return inventory.report("import", {**login, "project": project}, python=python, checkout=host.CHECKOUT)


def _unmanaged(given: argparse.Namespace) -> int:
    console = Console(sys.stderr)
    pulumi = _ready(given, console)
    resources = pulumi.resources()
    reading = {**inventory.own_login(pulumi, resources), "resources": resources}
    return inventory.report("unmanaged", reading, python=host.python(console), checkout=host.CHECKOUT)


def _logs(given: argparse.Namespace) -> int:
    identity = f"{stack.project_name(host.CHECKOUT)}/{given.stack}"
    logs.show(identity, component=given.component, follow=not given.no_follow)
    return 0


def _test(given: argparse.Namespace) -> int:
    return testing.test(given.layer, shlex.split(given.arguments), Console())


def _bench(given: argparse.Namespace) -> int:
    return testing.bench(shlex.split(given.arguments), Console())


def _check(_given: argparse.Namespace) -> int:
    return 1 if testing.check(Console()) else 0


def _names(_given: argparse.Namespace) -> int:
    return _module("vocabulary")


def _schema(_given: argparse.Namespace) -> int:
    return _module("config.schema")


def _module(name: str) -> int:
    """Run a module of the program with its packages; its exit status."""
    command = [str(host.python(Console())), "-m", name]
    return subprocess.run(command, cwd=host.CHECKOUT, check=False).returncode
