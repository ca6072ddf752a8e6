"""pinnedImages: what runs tomorrow is what was reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.resources import IMAGE, Resource

DESCRIPTION = "Images are named by a version or a digest, not by a tag that moves."
MOVING = re.compile(r"(^|[-_.])(latest|stable|nightly|edge|main|dev)$")
"""Tags that their publishers move; LiteLLM's are `latest`, `main-latest` and `main-stable`."""


def violations(resource: Resource) -> Iterator[str]:
    """Report an image whose tag moves, or that has none, which means `latest`."""
    reference = resource.known("name") if resource.type == IMAGE else None
    if not isinstance(reference, str) or "@sha256:" in reference:
        return
    _, _, tag = reference.rpartition("/")[2].partition(":")
    if not tag or MOVING.search(tag):
        found = f"the tag {tag!r}, which moves" if tag else "no tag, which means `latest`"
        yield (
            f"image {reference} has {found}: name a version in `images`, or a digest ({reference}@sha256:...), or"
            " remove the line for the version that this stack is tested with."
        )
