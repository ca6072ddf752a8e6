"""Alerts on certificates that end, or cannot be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.alerts.rule import Rule, Severity
from config.certificates import JOB

EARLY, LATE = 14, 2
"""Days before the end at which somebody should look in working hours, and now. Let's Encrypt renews thirty before."""


def rules(addresses: Sequence[str]) -> Iterator[Rule]:
    """Return the rules, where there is a certificate to look at."""
    if not addresses:
        return
    left = f'probe_ssl_earliest_cert_expiry{{job="{JOB}"}} - time()'
    for days, severity in ((EARLY, Severity.WARNING), (LATE, Severity.CRITICAL)):
        yield Rule(
            alert="CertificateExpires",
            expression=f"{left} < {days * 86_400}",
            severity=severity,
            summary="the certificate of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}",
        )
    yield Rule(
        alert="CertificateUnseen",
        expression=f'probe_success{{job="{JOB}"}} == 0 or up{{job="{JOB}"}} == 0',
        severity=Severity.WARNING,
        summary="{{ $labels.instance }} shows no certificate: nobody would be told before it ends",
        lasting="10m",
    )
