"""Rendered files on the host, for the engine to mount: each content has a path of its own and is never edited."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from engine.folders import data_folder
from engine.identity import Identity

MODE = 0o444
"""Readable for the container's user, whoever that is; a rendered file holds no secret."""


class RenderedFileProvider(ResourceProvider):
    """Writes files whose path tells their content. Stateless, so that Pulumi stores it by reference."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another path or content is another file; the old one stays until nothing mounts it."""
        replaces = [name for name in ("path", "content") if _olds.get(name) != _news.get(name)]
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Write the file, whole or not at all."""
        path = Path(props["path"])
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(props["content"])
            os.fchmod(descriptor, MODE)
        Path(temporary).replace(path)
        return CreateResult(id_=str(path), outs={**props, "written": _written(path)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Report a file that is gone or was edited as gone, so that the next update writes it again."""
        try:
            intact = Path(props["path"]).read_text(encoding="utf-8") == props["content"]
        except OSError:
            intact = False
        return ReadResult(id_, props) if intact else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove the file, and its folder where that was the last one.

        A change that failed and is taken back writes the file of before anew, and only then the old record goes: the
        file is somebody else's by now, and stays.
        """
        path = Path(_props["path"])
        if path.exists() and _props.get("written", _written(path)) != _written(path):
            return
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _written(path: Path) -> str:
    """Return when the file was written, as text: the engine would round the nanoseconds."""
    return str(path.stat().st_mtime_ns)


class RenderedFile(Resource, module="engine", name="RenderedFile"):
    """A file with `content` at a path that carries the content's hash. The preview shows the content's diff."""

    path: pulumi.Output[str]
    content: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        identity: Identity,
        filename: str,
        content: str | pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        folder = data_folder() / "files" / identity.project / identity.stack

        def path(text: str) -> str:
            stem, _, suffix = filename.rpartition(".")
            return str(folder / f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.{suffix}")

        known = path(content) if isinstance(content, str) else content.apply(path)
        super().__init__(RenderedFileProvider(), name, {"path": known, "content": content}, opts)
