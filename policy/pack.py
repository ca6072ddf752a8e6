"""The rules as Pulumi policies, at the levels of one environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from config.policy import Level, PolicySettings
from policy.engine_values import plain
from policy.resources import UNKNOWN, Resource, Violation, spread
from policy.rules import (
    budget_raise,
    database_port,
    kept_data,
    limited_keys,
    pinned_images,
    public_address,
    wildcard_models,
)

LABELS = "LABELS"
"""Labels that whoever runs the update gives it, with commas between: those of the pull request."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the rules are told beside the resources; `recorded` reads the state when it is first asked."""

    settings: PolicySettings
    protect: bool
    labels: frozenset[str]
    recorded: Callable[[], Sequence[Resource]]


def labels(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the labels of this run."""
    return frozenset(label.strip() for label in environment.get(LABELS, "").split(",") if label.strip())


def policies(environment: Environment) -> list[Policy]:
    """Return every rule at its level in an environment; the SDK passes over those that are disabled."""
    levels = environment.settings.levels(protect=environment.protect)
    return [*_resource_policies(levels), *_stack_policies(environment, levels)]


def _resource_policies(levels: Mapping[str, Level]) -> Iterator[Policy]:
    for name, rule in (
        ("databasePort", database_port),
        ("pinnedImages", pinned_images),
        ("wildcardModels", wildcard_models),
        ("publicAddress", public_address),
    ):
        yield ResourceValidationPolicy(
            name, rule.DESCRIPTION, _of_each(rule.violations), EnforcementLevel(levels[name])
        )


def _stack_policies(environment: Environment, levels: Mapping[str, Level]) -> Iterator[Policy]:
    settings = environment.settings

    def raised(registered: Sequence[Resource]) -> Iterator[Violation]:
        if settings.raise_label not in environment.labels:
            yield from budget_raise.violations(
                environment.recorded(), registered, factor=settings.raise_factor, label=settings.raise_label
            )

    def lost(registered: Sequence[Resource]) -> Iterator[Violation]:
        return kept_data.violations(environment.recorded(), registered)

    for name, description, violations in (
        ("limitedKeys", limited_keys.DESCRIPTION, limited_keys.violations),
        ("budgetRaise", budget_raise.DESCRIPTION, raised),
        ("keptData", kept_data.DESCRIPTION, lost),
    ):
        yield StackValidationPolicy(name, description, _of_all(violations), EnforcementLevel(levels[name]))


def _of_each(
    violations: Callable[[Resource], Iterator[str]],
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        given = Resource(urn=args.urn, type=args.resource_type, values=plain(args.props))
        for message in (message for one in spread([given]) for message in violations(one)):
            report(message, None)

    return validate


def _of_all(
    violations: Callable[[Sequence[Resource]], Iterator[Violation]],
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for violation in violations(spread(_registered(resource) for resource in args.resources)):
            report(violation.message, violation.urn)

    return validate


def _registered(resource: PolicyResource) -> Resource:
    values = plain(resource.props)
    for name, sources in resource.property_dependencies.items():
        if values.get(name) is UNKNOWN:
            # The id of an object that this update makes is known all the same: the object declares it.
            told = [plain(source.props).get(name, UNKNOWN) for source in sources]
            values[name] = next((value for value in told if value is not UNKNOWN), UNKNOWN)
    return Resource(
        urn=resource.urn,
        type=resource.resource_type,
        values=values,
        protect=bool(resource.opts.protect),
    )
