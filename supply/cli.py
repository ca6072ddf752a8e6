"""The commands that `make` calls."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from supply import (
    backups,
    bulk,
    dotenv,
    host,
    inventory,
    kept_passphrase,
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
    views,
)
from supply.arguments import parser
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
    try:
        return COMMANDS[given.command](given)
    except SupplyError as error:
        print(f"\nerror: {error.message}", file=sys.stderr)
        if error.mend:
            print("\n".join(f"  {line}" for line in error.mend.splitlines()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


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
    folders = user_folders(os.environ)
    teardown.remove(_ready(given, console), console=console, environment=os.environ, folders=folders)
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
    try:
        _bring_up(pulumi, console)
    except SupplyError as error:
        raise SupplyError(
            f"The backup is restored and the gateway serves it; the update after it failed: {error.message}",
            mend=f"{error.mend}\nFix what stands above and run `make up STACK={given.stack}`. Do not restore again:"
            " what was spent since would be lost.".strip(),
        ) from None
    console.say(
        "The backup is restored: virtual keys have the values that their users had at the backup. Check the gateway"
        f" with `make status STACK={given.stack}`."
    )
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
    kept = kept_passphrase.kept(user_folders(os.environ), given.stack)
    try:
        own = backups.passphrase(_ready(given, Console(sys.stderr)))
    except SupplyError:
        # The stack is not up, or not even declared any more; its backups may still be there.
        if not kept:
            raise
        own = kept[0]
    print(own)
    if others := [passphrase for passphrase in kept if passphrase != own]:
        file = kept_passphrase.file_of(user_folders(os.environ), given.stack)
        print(f"Older backups have {len(others)} other passphrase(s), kept in {file}", file=sys.stderr)
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


def _status(given: argparse.Namespace) -> int:
    return views.show("status", stack=given.stack)


def _report(given: argparse.Namespace) -> int:
    return views.show("report", stack=given.stack, file=str(host.CHECKOUT / given.file))


def _logs(given: argparse.Namespace) -> int:
    identity = f"{stack.project_name(host.CHECKOUT)}/{given.stack}"
    logs.show(identity, component=given.component, follow=not given.no_follow)
    return 0


def _test(given: argparse.Namespace) -> int:
    return testing.test(given.layer, shlex.split(given.arguments), Console())


def _campaign(given: argparse.Namespace) -> int:
    only = given.part and given.part.removeprefix("tests/campaign/")
    return 1 if testing.campaign(only=only, marker=given.marker, stale=given.stale, console=Console()) else 0


def _bench(given: argparse.Namespace) -> int:
    return testing.bench(shlex.split(given.arguments), Console())


def _check(_given: argparse.Namespace) -> int:
    return 1 if testing.check(Console()) else 0


def _names(_given: argparse.Namespace) -> int:
    return _module("vocabulary")


def _schema(_given: argparse.Namespace) -> int:
    return _module("config.schema")


def _dashboards(_given: argparse.Namespace) -> int:
    return _module("dashboards")


def _module(name: str) -> int:
    """Run a module of the program with its packages; its exit status."""
    command = [str(host.python(Console())), "-m", name]
    return subprocess.run(command, cwd=host.CHECKOUT, check=False).returncode


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "up": _up,
    "plan": _plan,
    "preview": _preview,
    "review": _review,
    "drift": _drift,
    "down": _down,
    "prepare": _prepare,
    "shell": _shell,
    "master-key": _master_key,
    "env": _env,
    "import": _import,
    "unmanaged": _unmanaged,
    "rotate": _rotate,
    "backup": _backup,
    "restore": _restore,
    "backup-passphrase": _backup_passphrase,
    "upgrade-database": _upgrade_database,
    "status": _status,
    "report": _report,
    "logs": _logs,
    "test": _test,
    "bench": _bench,
    "campaign": _campaign,
    "check": _check,
    "names": _names,
    "schema": _schema,
    "dashboards": _dashboards,
}
