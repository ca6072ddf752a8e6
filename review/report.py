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
from review.key_groups import changed
from review.markdown import code, count
from review.objects import Object, objects
from review.plan import Action, Change
from review.preview import Preview

LONGEST = 60_000
"""Characters of a report: a comment on GitHub holds 65,536."""
NOTHING_CHANGES = "**Nothing changes.**"
NO_DRIFT = "**No drift.** Everything is as the last update left it."
UNTOLD = "⚠️ **It cannot be told whether there is drift**: the gateway did not answer, and nothing else has changed."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A preview, taken apart. config: config.yaml before and after; moved: who may use other models."""

    preview: Preview
    changes: tuple[Change, ...]
    objects: tuple[Object, ...]
    config: tuple[str, str]
    moved: tuple[models.Moved, ...]

    @classmethod
    def of(cls, preview: Preview) -> Plan:
        """Take a preview apart."""
        found = changed(preview)
        on_proxy, config = objects(found), proxy_config.contents(found)
        moved = models.moved(on_proxy, *config)
        return cls(preview=preview, changes=found, objects=on_proxy, config=config, moved=moved)


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
        models.report(plan.moved),
        settings.report(plan.objects, {each.holder.change.urn for each in plan.moved}),
        proxy_config.report(*plan.config),
        drift.report(plan.changes),
        notices.report(preview.diagnostics),
        resources.report(plan.changes),
    ]
    return _document("Preview", preview, headline(plan), *sections)


def render_drift(preview: Preview) -> str:
    """Return the report on drift alone."""
    found = changed(preview)
    told = drift.summary(found)
    line = f"⚠️ **{told}**" if told else UNTOLD if drift.status(preview) else NO_DRIFT
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
    kept, left_out = [heading, *(part for part in parts if part)], 0
    # What matters most comes first.
    while len(kept) > 2 and sum(map(len, kept)) > LONGEST:
        kept.pop()
        left_out += 1
    note = f"{count(left_out, 'section')} left out, because a comment holds no more: `make preview` shows all of it."
    return "\n\n".join([*kept, *([note] if left_out else [])]) + "\n"


def _warnings(plan: Plan) -> Iterator[str]:
    if risks := len(dangers.severe(plan.changes)):
        yield f"⚠️ **Data at risk: {count(risks, 'thing')}**"
    if refusals := findings.refusals(plan.preview.policy_events):
        yield f"⛔ **refused by policy: {count(refusals, 'finding')}**"
    if cut := services.interrupted(plan.changes):
        yield f"⚠️ **a restart that clients notice: {', '.join(cut)}**"
    if forgotten := len(dangers.forgotten(plan.objects)):
        yield f"⚠️ **{count(forgotten, 'object')} removed or made anew**"
    if told := drift.summary(plan.changes):
        yield f"⚠️ **{told}**"


def _effects(plan: Plan) -> Iterator[str]:
    if {change.action for change in plan.changes if change.is_real} == {Action.CREATE}:
        yield "a new stack"
    if told := keys.summary(plan.objects):
        yield told
    if rotated := stack_secrets.rotated(plan.changes):
        yield f"rotated: {', '.join(name for name, _ in rotated)}"
    if changed := limits.changed(plan.objects):
        yield f"limits of {count(len(changed), 'object')} change"
    if plan.moved:
        yield f"{count(len(plan.moved), 'holder gains', 'holders gain')} or lose models"
    if proxy_config.is_changed(*plan.config):
        yield "config.yaml changes"
    if restarting := services.restarting(plan.changes):
        yield f"a restart that clients do not notice: {', '.join(restarting)}"
