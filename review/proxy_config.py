"""config.yaml, as the proxy gets it: its diff, and what stands behind the names of models."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

import yaml

from review.markdown import FOLD_AFTER, code, count, fenced, folded, section, table
from review.plan import Change

CONTENT: Final = {"RenderedFile": "content", "ServiceConfig": "dataRaw"}
"""What holds a file, on one host and on a Swarm, and the input that has its content."""
CONFIG: Final = "proxy-config"
"""The resource that holds config.yaml (components/proxy.py)."""
LONGEST_DIFF: Final = 300
"""Lines of a diff that a report shows."""


def contents(changes: Iterable[Change]) -> tuple[str, str]:
    """Return config.yaml before and after the update; empty where it is not there, or not known."""
    for change in changes:
        if change.kind in CONTENT and change.name == CONFIG:
            content = CONTENT[change.kind]
            # One that was edited by hand counts as gone, and what the proxy runs with is what it was given.
            before = change.recorded if change.is_gone and change.recorded else change.old
            return str(before.inputs.get(content) or ""), str(change.new.inputs.get(content) or "")
    return "", ""


def deployments(config: str) -> dict[str, list[str]]:
    """Return the providers' models behind each name; nothing for a text that is not config.yaml."""
    try:
        content = yaml.safe_load(config)
    except yaml.YAMLError:
        return {}
    models: dict[str, list[str]] = {}
    for entry in (content.get("model_list") or ()) if isinstance(content, Mapping) else ():
        if isinstance(entry, Mapping):
            params = entry.get("litellm_params")
            model = params.get("model") if isinstance(params, Mapping) else None
            models.setdefault(str(entry.get("model_name")), []).append(str(model))
    return models


def is_changed(before: str, after: str) -> bool:
    """Whether there is a difference to show."""
    return bool(before) and before != after


def report(before: str, after: str) -> str:
    """Return the section on config.yaml; nothing where it stays as it is, or is the stack's first."""
    if not is_changed(before, after):
        return ""
    diff = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=3))
    shown = fenced("\n".join(diff[2:][:LONGEST_DIFF]), "diff")
    if len(diff) > LONGEST_DIFF:
        shown += f"\n\n… and {len(diff) - LONGEST_DIFF:,} more lines: `make preview` shows all of them."
    changed = sum(line[:1] in ("+", "-") for line in diff[2:])
    long = len(diff) > 2 * FOLD_AFTER
    return section(
        "config.yaml", _models(before, after), folded(f"{count(changed, 'line')} changed", shown) if long else shown
    )


def _models(before: str, after: str) -> str:
    old, new = deployments(before), deployments(after)
    found = [
        (code(name), _behind(old.get(name)), _behind(new.get(name)))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    return table(("model", "old", "new"), found) if found else ""


def _behind(models: list[str] | None) -> str:
    return ", ".join(code(model) for model in models) if models else "*not there*"
