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

from vocabulary.source import Source, UnexpectedSourceError

READ = (".py", ".json")


def version_of(image: str) -> str:
    """Return the version of LiteLLM in an image's tag; raises ValueError where the tag is no version."""
    match = re.search(r":v?(\d+\.\d+\.\d+)", image)
    if match is None:
        raise ValueError(f"no version of LiteLLM in the tag of {image!r}")
    return match[1]


@contextmanager
def downloaded(version: str) -> Iterator[tuple[Source, Source]]:
    """Give the source of a version, and of the package `litellm_enterprise` that its proxy requires.

    Both last as long as the context. Nothing of them is installed or run.
    """
    with tempfile.TemporaryDirectory(prefix="litellm-stack-names.") as folder:
        metadata = _unpacked(f"litellm=={version}", Path(folder))
        enterprise = re.search(r"^Requires-Dist: (litellm-enterprise==[\w.]+)", metadata, re.MULTILINE)
        if enterprise is None:
            raise UnexpectedSourceError("litellm requires no litellm-enterprise: fix vocabulary/wheel.py")
        _unpacked(enterprise[1], Path(folder))
        yield Source(Path(folder) / "litellm"), Source(Path(folder) / "litellm_enterprise")


def _unpacked(requirement: str, folder: Path) -> str:
    """Download a package and unpack its source into `folder`; return its metadata."""
    download = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder), requirement]
    subprocess.run([sys.executable, "-m", "pip", *download], check=True)
    [wheel] = folder.glob(f"{requirement.partition('==')[0].replace('-', '_')}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.endswith(READ)])
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return archive.read(metadata).decode()
