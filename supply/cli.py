"""The commands behind `make`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from supply import dotenv, logs, summary, testing
from supply.console import Console
from supply.errors import SupplyError
from supply.prepare import prepare
from supply.process import restore_interrupt
from supply.stack import Stack, ensure_stack
from supply.teardown import tear_down
from supply.workplace import Workplace, here

SHELL_VARIABLES = (
    "PATH",
    "DOCKER_HOST",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_SKIP_UPDATE_CHECK",
)
"""What `pulumi` by hand needs of the prepared environment; none of it is a secret."""


def main(argv: Sequence[str]) -> int:
    """Run one command; return the exit status."""
    arguments = _parser().parse_args(argv)
    restore_interrupt()
    try:
        # Standard output of `shell` is run by a shell, and of `master-key` piped somewhere: steps are said elsewhere.
        quiet = arguments.command in ("shell", "master-key")
        return _run(arguments, here(Console(sys.stderr if quiet else sys.stdout)))
    except SupplyError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make", description="litellm-stack")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "preview", "down", "master-key", "env", "logs"):
        command = commands.add_parser(name)
        command.add_argument("--stack", default="dev")
        if name == "env":
            command.add_argument("--key", default="")
            command.add_argument("--file", type=Path, default=Path(".env"))
        if name == "logs":
            command.add_argument("--component", default="")
            command.add_argument("--follow", choices=("0", "1"), default="1")
    for name in ("prepare", "shell", "check"):
        commands.add_parser(name)
    test = commands.add_parser("test")
    test.add_argument("--layer", choices=("all", *testing.LAYERS), default="all")
    test.add_argument("arguments", nargs="*")
    return parser


def _run(arguments: argparse.Namespace, place: Workplace) -> int:
    match arguments.command:
        case "prepare":
            prepare(place)
        case "shell":
            _shell(place)
        case "check":
            return testing.check(place)
        case "test":
            layers = testing.LAYERS if arguments.layer == "all" else (arguments.layer,)
            return testing.test(place, layers=layers, arguments=arguments.arguments)
        case "logs":
            component = arguments.component or None
            logs.show(place, stack=arguments.stack, component=component, follow=arguments.follow == "1")
        case _:
            _on_stack(arguments, ensure_stack(prepare(place), arguments.stack))
    return 0


def _on_stack(arguments: argparse.Namespace, stack: Stack) -> None:
    match arguments.command:
        case "up":
            stack.stream("up", "--yes", "--skip-preview")
            _summarise(stack)
        case "preview":
            stack.stream("preview", "--diff")
        case "down":
            tear_down(stack)
        case "master-key":
            sys.stdout.write(f"{stack.outputs()['masterKey']}\n")
        case "env":
            outputs = stack.outputs()
            key = arguments.key or next(iter(outputs["virtualKeys"]), "")
            summary.write_env(outputs, key=key, path=arguments.file)
            stack.place.console.say(f"{arguments.file} holds the address, the virtual key {key} and a model.")


def _summarise(stack: Stack) -> None:
    """Write the first virtual key's `.env`, unless there is one of another gateway or key, and say where all is."""
    outputs = stack.outputs()
    keys: dict[str, str] = outputs["virtualKeys"]
    env_file = stack.place.root / ".env"
    present = dotenv.value_of(env_file, "LITELLM_BASE_URL")
    if keys and present in (None, outputs["gatewayUrl"]):
        current = dotenv.value_of(env_file, "LITELLM_API_KEY")
        key = next((alias for alias, value in keys.items() if value == current), next(iter(keys)))
        summary.write_env(outputs, key=key, path=env_file)
    stack.place.console.say()
    stack.place.console.say(summary.text(outputs, stack=stack.name, env_file=env_file if keys else None))


def _shell(place: Workplace) -> None:
    prepared = prepare(place)
    for name in SHELL_VARIABLES:
        if name in prepared.environment:
            sys.stdout.write(f"export {name}={shlex.quote(prepared.environment[name])}\n")
