"""What `make up` ends with: where everything is, and a line to try."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from supply import dotenv
from supply.console import Console

ENV_FILE = ".env"


def show(outputs: Mapping[str, Any], *, stack: str, checkout: Path, console: Console) -> None:
    """Print the summary, and write the .env of the first declared key unless another's is there."""
    option = "" if stack == "dev" else f" STACK={stack}"
    file = checkout / ENV_FILE
    written = write_env(outputs, stack=stack, file=file)
    rows = {
        "Gateway": outputs.get("gatewayUrl"),
        "Admin UI": f"{outputs.get('adminUrl')}   user admin, password: make master-key{option}",
        "Prometheus": outputs.get("prometheusUrl"),
        **({"Grafana": outputs["grafanaUrl"]} if "grafanaUrl" in outputs else {}),
        "App's .env": file if written else f"not written: {file} is another's; make env KEY=... FILE=...{option}",
    }
    console.say(f"\nThe gateway of stack {stack} is up.\n")
    for name, value in rows.items():
        console.say(f"  {name:<12} {value}")
    if written and written.model:
        console.say(f"\nTry it:\n\n  {try_line(file)}\n")


def write_env(outputs: Mapping[str, Any], *, stack: str, file: Path) -> dotenv.Access | None:
    """Write the .env for the key that it was written for before, else for the first one; None where it is not ours."""
    # The value of an adopted key is empty while only its users know it.
    known = [alias for alias, value in (outputs.get("virtualKeys") or {}).items() if value]
    keys = in_declared_order(known, file.parent / f"Pulumi.{stack}.yaml")
    before = dotenv.owner(file)
    if not keys or dotenv.holds_foreign_key(file) or (before and before[0] != stack):
        return None
    grouped = [alias for group in (outputs.get("keyGroups") or {}).values() for alias in group["keys"]]
    chosen = before[1] if before and before[1] in (*keys, *grouped) else keys[0]
    given = dotenv.access(outputs, stack=stack, key=chosen)
    dotenv.write(file, given)
    return given


def in_declared_order(keys: Iterable[str], declaration: Path) -> list[str]:
    """Return the aliases in the order of their first line in the stack's file; outputs come in the alphabet's."""
    text = declaration.read_text() if declaration.exists() else ""

    def place(alias: str) -> int:
        match = re.search(rf"^\s+[\"']?{re.escape(alias)}[\"']?\s*:", text, re.MULTILINE)
        return match.start() if match else len(text)

    return sorted(keys, key=place)


def try_line(file: Path) -> str:
    """Return a shell line that asks the gateway; curl hides that option's value from process lists."""
    model = f"'\"${dotenv.MODEL}\"'"
    request = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
    return (
        f'. {shlex.quote(str(file))} && curl -s "${dotenv.BASE_URL}/v1/chat/completions" '
        f"--oauth2-bearer \"${dotenv.API_KEY}\" -H 'Content-Type: application/json' -d '{request}'"
    )
