"""For each alert on certificates, metrics that fire it and metrics that do not."""

from __future__ import annotations

from tests.integration.alert_cases import Case, still

DAY = 86_400
OF = {"job": "certificate", "instance": "gateway.example.com:443"}


def ends(days: float) -> dict[str, str]:
    """Return what is shown of a certificate that ends so many days after the tests look, in twenty minutes."""
    return still("probe_ssl_earliest_cert_expiry", days * DAY + 1200, **OF)


CERTIFICATES = [
    Case(
        alert="CertificateExpires",
        fires=ends(13),
        quiet=ends(15),
        labels={"severity": "warning", **OF},
        summary="the certificate of gateway.example.com:443 ends in 13d 0h 0m 0s",
    ),
    Case(
        alert="CertificateUnseen",
        fires=still("probe_success", 0, **OF),
        quiet={**still("probe_success", 1, **OF), **still("up", 1, **OF)},
        labels={"severity": "warning", **OF},
        summary="gateway.example.com:443 shows no certificate: nobody would be told before it ends",
    ),
    Case(
        alert="CertificateUnseen",
        # The exporter itself is away.
        fires=still("up", 0, **OF),
        quiet=still("up", 0, job="litellm", instance="a"),
        labels={"severity": "warning", **OF},
        summary="gateway.example.com:443 shows no certificate: nobody would be told before it ends",
    ),
]
