"""rules.yml: all the rules of an environment."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from config import litellm
from config.alerts import budgets, certificates, gateway, stores
from config.monitoring import seconds
from config.settings import Settings


def render(settings: Settings, *, expiries: Mapping[str, str] | None = None) -> str:
    """Return the content of rules.yml; `expiries` tells when keys expire (ISO 8601), by alias."""
    declared = {alias: key.duration for alias, key, _ in settings.access.all_keys()}
    moments = {alias: (duration, moment) for alias, moment in (expiries or {}).items() if (duration := declared[alias])}
    groups = {
        "gateway": gateway.rules(
            settings.monitoring,
            replicas=settings.replicas,
            cache=settings.names_cache,
            pooler=settings.database.pooler is not None,
        ),
        "budgets": budgets.rules(
            settings.access,
            litellm.proxy_budget(settings),
            customers=litellm.shows_customers(settings),
            scrape_interval=seconds(settings.monitoring.scrape_interval),
        ),
        "stores": stores.rules(exporters=settings.monitoring.exporters, cache=settings.runs_cache),
        "certificates": certificates.rules(settings.monitoring.certificates),
        "keys": gateway.expiry_rules(moments),
    }
    content = [{"name": name, "rules": [rule.rendered() for rule in rules]} for name, rules in groups.items()]
    return yaml.safe_dump({"groups": [group for group in content if group["rules"]]}, sort_keys=False, width=1000)
