"""What the engine, the program and the providers say in a preview, as far as it is fit for a report.

Warnings and errors are. Of the rest only the product's own words are: a provider prints them, and Pulumi calls that
information, as it does with everything that a plugin writes; what else is there may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from review.markdown import FOLD_AFTER, count, folded, plain, section
from review.preview import Diagnostic
from review.secrecy import scrubbed

WARNING: Final = "warning: "
LOUD: Final = frozenset({"warning", "error"})
EMPTY: Final = frozenset({"error: preview failed", "preview failed"})
"""What Pulumi adds to every failure; a preview that a policy refuses is one."""
OWN_WORDS: Final = re.compile(
    r"^(warning: |a backup of the database is taken before anything changes|database password: a new login is made|"
    r"master key: replicas are replaced|Redis password: another Redis|secrets\.[A-Za-z0-9_]+[,:]|"
    r"provisioner key: a new one is registered)"
)
"""How the product's own announcements start: litellm_admin/, ciphertext/provider.py, backup/provider.py,
postgres_admin/login.py, engine/announcement.py. A rotated virtual key is announced too, and has a table of its own."""


def report(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the section; nothing where there is nothing to say."""
    found = messages(diagnostics)
    lines = "\n".join(f"- {plain(message)}" for message in found)
    if not found:
        return ""
    return section(
        "What Pulumi says", folded(count(len(found), "message"), lines) if len(found) > FOLD_AFTER else lines
    )


def messages(diagnostics: Iterable[Diagnostic]) -> Sequence[str]:
    """Return each message once, without secrets, in the order of the alphabet."""
    return sorted({scrubbed(message) for each in diagnostics for message in _fit(each)})


def _fit(diagnostic: Diagnostic) -> list[str]:
    if diagnostic.severity in LOUD:
        message = diagnostic.message.strip()
        return [message.removeprefix(WARNING)] if message and message not in EMPTY else []
    lines = [line.strip() for line in diagnostic.message.splitlines()]
    return [line.removeprefix(WARNING) for line in lines if OWN_WORDS.match(line)]
