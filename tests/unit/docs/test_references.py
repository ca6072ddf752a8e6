"""h18: what the documentation names exists: files, links and their headings, and the messages that it explains."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG")),
    *sorted((ROOT / "docs").glob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"^[\w./-]*(?:\w/|\.(?:py|md|json|ya?ml|toml|sh|txt))$")
ELSEWHERE = re.compile(r"^(/|~|\.pulumi/|config\.yaml$|docker-compose|Pulumi\.\w+\.yaml$|plan\.json$)")
"""Files that are not the checkout's: of a container, of a home, of LiteLLM, of a user's own stack."""

VARIABLE = re.compile(r"\.\.\.(?:-\w+)?|'\w+'|\b[\d.]+\b|N mistakes|HTTP \d+|\b[a-z]\b|\bdev\b|\bexited\b")
NOT_OURS = (
    "violates plan",
    "incorrect passphrase",
    "the stack is currently locked",
    "failed to load checkpoint: EOF",
    "Fatal Python error: Segmentation fault",
    "budget_exceeded",
    "Error creating deployment",
)
"""Messages of Pulumi, Python and LiteLLM that the documentation explains."""


@functools.cache
def tracked() -> frozenset[str]:
    """Return the files of the checkout, and their folders with a slash at the end."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    skipped = {".git", ".venv", ".venv-dev", "__pycache__"}
    found = listed.stdout.splitlines() or [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)
    ]
    folders = {f"{parent}/" for file in found for parent in Path(file).parents if str(parent) != "."}
    return frozenset(found) | folders


def named_files(document: Path) -> Iterator[tuple[str, str]]:
    """Go through the files that a document names in code: the name, and the folder that the line is about."""
    for line in document.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| `([\w./]+/)` \|", line)
        for span in SPAN.findall(line):
            if FILE.match(span) and not ELSEWHERE.match(span):
                yield span, row[1] if row else ""


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@functools.cache
def source_texts() -> tuple[str, ...]:
    """Return the texts of the program, with a NUL where a value is filled in."""
    texts = []
    for name in sorted(tracked()):
        if name.endswith(".py") and not name.startswith("tests/"):
            tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
            texts += [text for node in ast.walk(tree) if (text := _text(node))]
    return tuple(texts)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "\0" for part in node.values)
    return ""


def said(message: str) -> bool:
    """Tell whether the program has the words of a message between what varies: `...`, numbers, names, a letter."""
    fragments = [part.strip(" :,") for part in VARIABLE.split(message)]
    return all(any(fragment in text for text in source_texts()) for fragment in fragments)


def messages(document: Path) -> Iterator[str]:
    """Go through the messages that a document explains: what the first column of its tables quotes."""
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield from (span for span in SPAN.findall(line.split(" | ")[0]) if " " in span)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_h18_every_file_that_is_named_exists(document: Path) -> None:
    missing = [
        f"{folder}{name}"
        for name, folder in named_files(document)
        if not {name, f"{folder}{name}", *([f"tests/{name}"] if folder == "tests/" else [])} & tracked()
        and not (not folder and "/" not in name and any(known.endswith(f"/{name}") for known in tracked()))
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_h18_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (document.parent / target).resolve() if target else document
        headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE) if file.is_file() else []
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in map(slug, headings)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("name", ["troubleshooting.md", "operations.md"])
def test_h18_every_message_that_is_explained_is_one_that_the_program_prints(name: str) -> None:
    quoted = [message for message in messages(ROOT / "docs" / name) if not any(words in message for words in NOT_OURS)]
    assert quoted
    assert [message for message in quoted if not said(message)] == []
