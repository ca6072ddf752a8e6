"""The findings of the policy pack, mandatory ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from review.markdown import NOTHING, code, plain, section, table
from review.preview import Finding
from review.secrecy import scrubbed

REFUSES: Final = "mandatory"


def report(findings: Sequence[Finding] | None) -> str:
    """Return the section; nothing where no policy pack was run."""
    if findings is None:
        return ""
    if not findings:
        return section("Policies", "The policy pack finds nothing.")
    told = {(finding.enforcement_level != REFUSES, *_row(finding)) for finding in findings}
    return section("Policies", table(("level", "policy", "resource", "finding"), [row[1:] for row in sorted(told)]))


def refusals(findings: Sequence[Finding] | None) -> int:
    """Count the findings that an update is refused for."""
    return len({_row(finding) for finding in findings or () if finding.enforcement_level == REFUSES})


def _row(finding: Finding) -> tuple[str, str, str, str]:
    level = f"**{plain(finding.enforcement_level)}**" if finding.enforcement_level == REFUSES else "advisory"
    resource = finding.resource_urn.split("::", 3)[-1]
    # Pulumi puts the policy's description on a line before what the policy says.
    said = plain(scrubbed(finding.message.strip().replace("\n", " - ", 1)))
    return level, code(finding.policy_name), code(resource) if resource else NOTHING, said
