"""The mirror line's images: built from the recipes in images/, named as the official ones that they stand in for."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from supply import host_registries, image_labels, mirror_base
from supply.cache import files_below, locked, recipe_key
from supply.console import Console, Step
from supply.errors import SupplyError
from supply.folders import Folders
from supply.process import capture, run, succeeds

RECIPES = Path(__file__).parent / "images"
VERSION_FILE = "/etc/mirror-version"
RELEASES = {
    # The one before has 0.25, which has no url_file, and writes a webhook's address into its log.
    "alertmanager": mirror_base.STABLE,
    # The official image has Python 3.13 too. Up to 3.11 it collects garbage in the middle of anything, and LiteLLM
    # dies of that under load: https://github.com/python/cpython/issues/148891.
    "litellm": mirror_base.STABLE,
    # The one before has 1.18, which knows no prepared statements in transaction mode.
    "pgbouncer": mirror_base.STABLE,
}
"""Debian's release that a component's packages come from, where it is not the one before the last."""


def provide(images: Mapping[str, str], *, folders: Folders, console: Console) -> None:
    """Build each image of `images` (component to image name) that the engine does not have from the same recipe."""
    present = image_labels.read(images.values())
    for component, image in images.items():
        with console.step(f"Image {image.rpartition('/')[2]}") as step:
            key = recipe(component)
            step.outcome = "cached"
            if present.get(image, {}).get(image_labels.RECIPE) == key:
                continue
            # One at a time on a host: the stages of a build are pruned by their label after it.
            with locked(folders.cache / "images.lock", step):
                if not _is_current(image, key):
                    _build(component, image, key, step)
                    step.outcome = "built"


def recipe(component: str) -> str:
    """Return the key of a component's recipe and of the base that it stands on."""
    folder = RECIPES / component
    if not (folder / "Dockerfile").is_file():
        raise SupplyError(
            f"config/images.json names an image for {component!r}, and the mirror line has no recipe for it",
            mend=f"Add supply/images/{component}/Dockerfile, or use SUPPLY=official.",
        )
    facts = [_release(component), mirror_base.REVISION, platform.machine()]
    return recipe_key(files_below(folder), root=folder, facts=facts)


def _release(component: str) -> str:
    return RELEASES.get(component, mirror_base.OLDSTABLE)


def _is_current(image: str, key: str) -> bool:
    return image_labels.read([image]).get(image, {}).get(image_labels.RECIPE) == key


def _build(component: str, image: str, key: str, step: Step) -> None:
    base = mirror_base.provide(_release(component), step)
    with tempfile.TemporaryDirectory(prefix="litellm-stack-image.") as folder:
        context = Path(folder) / "context"
        shutil.copytree(RECIPES / component, context, ignore=shutil.ignore_patterns("__pycache__"))
        host_registries.write(context / "host", os.environ)
        # An image has no capital letters in its name.
        unlabelled = f"litellm-stack/{component.lower()}:{key}"
        proxies = host_registries.proxy_arguments(os.environ)
        run(
            ["docker", "build", "--tag", unlabelled, "--build-arg", f"BASE={base}", *proxies, context],
            what=f"Building the image {image}",
            step=step,
            env=_builder_environment(),
        )
    _label(unlabelled, image, key)
    # Another user's build of the same recipe, which our lock does not know of, may have removed it.
    succeeds(["docker", "image", "rm", unlabelled])
    stage = f"label={image_labels.STAGE}=build"
    run(["docker", "image", "prune", "--force", "--filter", stage], what="Removing build stages")


def _label(source: str, image: str, key: str) -> None:
    """Give the image its name and labels; what its package manager installed is known only now."""
    command = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "cat", source, VERSION_FILE]
    labels = {
        image_labels.SUPPLY: image_labels.MIRROR,
        image_labels.RECIPE: key,
        image_labels.VERSION: capture(command, what=f"Reading the version in {image}"),
    }
    run(
        ["docker", "build", "--tag", image, *image_labels.arguments(labels), "-"],
        what=f"Naming the image {image}",
        stdin=f"FROM {source}\n",
        env=_builder_environment(),
    )


def _builder_environment() -> dict[str, str]:
    """Return the engine's own builder: the recipes need nothing of BuildKit, whose client may be missing."""
    return {**os.environ, "DOCKER_BUILDKIT": "0"}
