"""Read a proxy and print it: `python -m inventory import|unmanaged`, with what to read as JSON on standard input.

The input holds `url` and `token`, an admin key, and for `unmanaged` the `resources` of the stack's state. It comes on
standard input, because arguments and environment can be read by others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import yaml

from inventory.declarations import declare
from inventory.reading import read
from inventory.unmanaged import owned_ids, unmanaged
from litellm_admin.api.client import AdminClient
from litellm_admin.api.errors import AdminError


def main(arguments: Sequence[str]) -> int:
    """Print the report that is asked for; return the exit status."""
    given: dict[str, Any] = json.load(sys.stdin)
    try:
        found = read(AdminClient(given["url"], token=given["token"], patience=5))
    except AdminError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if arguments[0] == "import":
        made = declare(found, licensed=bool(given.get("licensed")))
        access: Any = made.access
        print(yaml.safe_dump({"config": {f"{given['project']}:access": access}}, sort_keys=False, allow_unicode=True))
        for note in made.notes:
            print(f"# not carried over: {note}")
    else:
        report = sorted(unmanaged(found, owned_ids(given["resources"])))
        print("\n".join(report) or "Everything on the proxy is the stack's.")
        if found.passers_by:
            print(f"(and {found.passers_by} end users that traffic alone made)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
