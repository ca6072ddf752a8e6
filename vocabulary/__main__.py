"""`make names`: write what LiteLLM knows, in the version that config/images.json names, into files of config/."""

from __future__ import annotations

import json
from pathlib import Path

from vocabulary import names, prices, wheel
from vocabulary.source import Source

CONFIG = Path(__file__).parents[1] / "config"


def document(source: Source, enterprise: Source, version: str) -> str:
    """Return the content of config/litellm_names.json; `enterprise` is the package that LiteLLM's proxy comes with."""
    known = names.sections(source, enterprise)
    content = {
        "litellm": version,
        "sections": known,
        "booleans": {section: words & known[section] for section, words in names.booleans(source).items()},
        "choices": names.choices(source),
    }
    return json.dumps(content, indent=1, sort_keys=True, default=sorted) + "\n"


def main() -> None:
    """Write the files."""
    images = json.loads((CONFIG / "images.json").read_text(encoding="utf-8"))
    version = wheel.version_of(images["litellm"])
    with wheel.downloaded(version) as (source, enterprise):
        (CONFIG / "litellm_names.json").write_text(document(source, enterprise, version), encoding="utf-8")
        (CONFIG / "litellm_prices.json").write_text(prices.document(source, version), encoding="utf-8")


if __name__ == "__main__":
    main()
