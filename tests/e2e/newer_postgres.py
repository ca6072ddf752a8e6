"""A newer major version of Postgres than that of the stack's own image, from the same supply line."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from config.settings import default_images
from supply import image_labels, mirror_base
from supply.console import Console
from supply.host_registries import proxy_arguments
from supply.mirror_images import RECIPES

OWN, NEWER = 15, 17
"""Those of Debian 12 and of Debian 13, which the mirror line builds from."""
OFFICIAL = "postgres:17.6-bookworm"
REFERENCE = f"litellm-stack-test/postgres:{NEWER}"


@contextmanager
def newer_postgres(engine: docker.DockerClient) -> Iterator[str]:
    """Give the engine an image of it."""
    own = default_images()["postgres"]
    if image_labels.is_mirror(image_labels.read([own]).get(own, {})):
        with tempfile.TemporaryDirectory() as folder:
            _build(Path(folder) / "context")
    else:
        engine.images.pull(OFFICIAL)
        engine.images.get(OFFICIAL).tag(REFERENCE)
    yield REFERENCE
    engine.images.remove(REFERENCE, force=True)


def _build(context: Path) -> None:
    """Build it from the recipe of the stack's own."""
    shutil.copytree(RECIPES / "postgres", context)
    recipe = context / "Dockerfile"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace(str(OWN), str(NEWER)), encoding="utf-8")
    with Console().step("Debian's base") as step:
        base = mirror_base.provide(mirror_base.STABLE, step)
    arguments = ["--tag", REFERENCE, "--build-arg", f"BASE={base}", *proxy_arguments(os.environ)]
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    subprocess.run(["docker", "build", "--quiet", *arguments, context], env=environment, check=True)
