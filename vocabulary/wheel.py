"""LiteLLM's source, from its package: the proxy's image holds the same."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vocabulary.source import Source

READ = (".py", ".json")


def version_of(image: str) -> str:
    """Return the version of LiteLLM in an image's tag; raises ValueError where the tag is no version."""
    match = re.search(r":v?(\d+\.\d+\.\d+)", image)
    if match is None:
        raise ValueError(f"no version of LiteLLM in the tag of {image!r}")
    return match[1]


@contextmanager
def downloaded(version: str) -> Iterator[Source]:
    """Give the source of a version, for as long as the context lasts. Nothing of it is installed or run."""
    with tempfile.TemporaryDirectory(prefix="litellm-stack-names.") as folder:
        download = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder, f"litellm=={version}"]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
        [wheel] = Path(folder).glob("litellm-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.endswith(READ)])
        yield Source(Path(folder) / "litellm")
