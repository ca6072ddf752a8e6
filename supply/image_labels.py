"""Labels by which a locally built stand-in is told from the publisher's image of the same name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping

SUPPLY = "io.litellm-stack.supply"
RECIPE = "io.litellm-stack.recipe"
STAGE = "io.litellm-stack.stage"
VERSION = "org.opencontainers.image.version"
MIRROR = "mirror"


def read(images: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of those of the images that the engine has, by the name that was asked for."""
    wanted = list(images)
    command = ["docker", "image", "inspect", "--format", "{{json .RepoTags}} {{json .Config.Labels}}", *wanted]
    # It ends with an error where one is missing, and prints the others all the same.
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = parse(listed)
    return {image: found[image] for image in wanted if image in found}


def parse(listed: str) -> dict[str, dict[str, str]]:
    """Return the labels by image name from lines of `names labels`, both JSON; a missing image leaves an empty line."""
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, listed.splitlines())):
        tags, end = json.JSONDecoder().raw_decode(line)
        found |= dict.fromkeys(tags or (), json.loads(line[end:]) or {})
    return found


def is_mirror(labels: Mapping[str, str]) -> bool:
    """Whether the image was built by the mirror line."""
    return labels.get(SUPPLY) == MIRROR


def arguments(labels: Mapping[str, str]) -> list[str]:
    """Return the labels as `docker build` takes them."""
    return [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]
