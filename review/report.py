"""The report on a preview: one line that says it all, then what is dangerous, then what changes for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from review import (
    dangers,
    drift,
    findings,
    keys,
    limits,
    models,
    notices,
    proxy_config,
    resources,
    services,
    settings,
    stack_secrets,
)
from review.markdown import code, count
from review.objects import Object, objects
from review.plan import Change, changes
from review.preview import Preview

NOTHING_CHANGES = "**Nothing changes.**"


NO_DRIFT = "**No drift.** Everything is as the last update left it."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A preview, taken apart: each resource's change, the objects on the proxy among them, config.yaml's two texts."""

    preview: Preview
    changes: tuple[Change, ...]
    objects: tuple[Object, ...]
    config: tuple[str, str]

    @classmethod
    def of(cls, preview: Preview) -> Plan:
        """Take a preview apart."""
        found = changes(preview.steps)
        return cls(preview=preview, changes=found, objects=objects(found), config=proxy_config.contents(found))


def render(preview: Preview) -> str:
    """Return the report as Markdown. The same plan gives the same text, whatever the order of its steps."""
    plan = Plan.of(preview)
    sections = [
        dangers.report(plan.changes, plan.objects),
        findings.report(preview.policy_events),
        services.report(plan.changes),
        stack_secrets.report(plan.changes),
        keys.report(plan.objects),
        limits.report(plan.objects),
        models.report(plan.objects, *plan.config),
        settings.report(plan.objects),
        proxy_config.report(*plan.config),
        drift.report(plan.changes),
        notices.report(preview.diagnostics),
        resources.report(plan.changes),
    ]
    return _document("Preview", preview, headline(plan), *sections)


def render_drift(preview: Preview) -> str:
    """Return the report on drift alone."""
    found = changes(preview.steps)
    told = drift.summary(found)
    line = f"⚠️ **{told}**" if told else NO_DRIFT
    planned = resources.tally(found)
    next_up = f"The next `make up`, with what else changed in the stack config: {planned}." if planned else ""
    return _document("Drift", preview, line, drift.report(found), notices.report(preview.diagnostics), next_up)


def headline(plan: Plan) -> str:
    """Return what happens in one line, the worst first."""
    told = [*_warnings(plan), *_effects(plan)]
    if told:
        return " · ".join(told)
    others = resources.tally(plan.changes)
    return f"Nothing that anybody notices: {others}." if others else NOTHING_CHANGES


def _document(what: str, preview: Preview, *parts: str) -> str:
    stacks = sorted({step.urn.split(":")[2] for step in preview.steps})
    heading = f"## {what} of stack {code(stacks[0])}" if stacks else f"## {what}"
    return "\n\n".join([heading, *(part for part in parts if part)]) + "\n"


def _warnings(plan: Plan) -> Iterator[str]:
    if risks := len(dangers.severe(plan.changes)):
        yield f"⚠️ **Data at risk: {count(risks, 'thing')}**"
    if refusals := findings.refusals(plan.preview.policy_events):
        yield f"⛔ **{count(refusals, 'policy', 'policies')} refused**"
    if cut := services.interrupted(plan.changes):
        yield f"⚠️ **a restart that clients notice: {', '.join(cut)}**"
    if forgotten := len(dangers.forgotten(plan.objects)):
        yield f"⚠️ **{count(forgotten, 'object')} removed or made anew**"
    if told := drift.summary(plan.changes):
        yield f"⚠️ **{told}**"


def _effects(plan: Plan) -> Iterator[str]:
    if told := keys.summary(plan.objects):
        yield told
    if rotated := stack_secrets.rotated(plan.changes):
        yield f"rotated: {', '.join(name for name, _ in rotated)}"
    if changed := limits.changed(plan.objects):
        yield f"limits of {count(len(changed), 'object')} change"
    if moved := models.changed(plan.objects, *plan.config):
        yield f"{count(len(moved), 'holder gains', 'holders gain')} or lose models"
    if plan.config[0] != plan.config[1]:
        yield "config.yaml changes"
    if restarting := services.restarting(plan.changes):
        yield f"a restart that clients do not notice: {', '.join(restarting)}"
