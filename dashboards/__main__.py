"""Write the dashboards as JSON that Grafana imports: `python -m dashboards`."""

from __future__ import annotations

import sys
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards import models, spend, stack, stores

FOLDER = Path(__file__).with_name("json")


def rendered() -> dict[str, str]:
    """Return the content of each file by its name."""
    made = {"spend": spend.build(), "models": models.build(), "stack": stack.build(), "stores": stores.build()}
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {f"{name}.json": f"{encoder.encode(each.build())}\n" for name, each in made.items()}


def main() -> int:
    """Write the files; return the exit status."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in rendered().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
