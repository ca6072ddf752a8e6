"""The configuration reference: current, whole, and with links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from config import reference
from config.settings import Settings

TEXT = reference.text()
ROWS = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]


def test_the_committed_reference_is_current() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == TEXT, "run `make schema`"


def test_every_setting_of_the_stack_is_there_with_its_meaning() -> None:
    section = TEXT.partition("## The settings")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert [row[0].strip("`") for row in rows] == [info.alias for info in Settings.model_fields.values()]
    assert [row[0] for row in rows if len(row) < 3] == [], "a setting without a meaning: give it a docstring"


def test_what_a_setting_takes_is_said_in_words() -> None:
    rows = {row[0].strip("| "): row[1:] for row in ROWS}
    assert rows["`replicas`"][:2] == ["whole number, 1 to 32", "`1`"]
    assert rows["`protect`"][:2] == ["true or false", "`true`"]
    assert rows["`backupPassphrase`"][0] == "secret"
    assert rows["`budget_duration`"][0] == "text such as `30d`"
    assert rows["`keptData`"][0] == "`advisory`, `mandatory`, `disabled`"
    assert rows["`tags`"][2].startswith("*Enterprise.*")
    assert "`budget_id`, `budget`" in rows
    assert "`soft_budget`" not in TEXT.partition("## `access.keys.<name>`")[2].partition("\n## ")[0], "it is refused"


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}
    linked = set(re.findall(r"\]\(#([^)]*)\)", TEXT))
    assert linked
    assert linked <= anchors
    for target in re.findall(r"\]\((?!#|https:)([^)]*)\)", TEXT):
        assert (Path(reference.FILE).parent / target).exists(), target
