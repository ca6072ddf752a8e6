"""Everything that is rendered or derived from accepted settings before a resource is declared."""

from __future__ import annotations

from config import alertmanager, certificates, database, expectations, grafana, haproxy, litellm, pooler, prometheus
from config.alerts import file
from config.settings import Settings


def rendered(settings: Settings) -> list[object]:
    """Render it all. Raises for settings that should have been refused."""
    own, cached = settings.database.server, settings.cache.server
    needed = settings.model_dump(include={"replicas", "engine", "environment", "proxy"})
    return [
        litellm.render(settings),
        litellm.end_user_budget(settings),
        litellm.proxy_budget(settings),
        litellm.request_timeout(settings),
        litellm.reads_database(settings),
        haproxy.render(
            upstream="litellm:4000",
            database=haproxy.external_database(own.host, own.port) if own else haproxy.own_database("database", 5432),
            request_timeout=litellm.request_timeout(settings),
            keep_connections=True,
            pooler="pooler:6432" if settings.database.pooler else None,
        ),
        prometheus.render(settings.monitoring, stack="s", upstream="litellm", upstream_port=4000, cache=True),
        alertmanager.render(settings.monitoring),
        file.render(settings),
        certificates.scraped(settings.monitoring.certificates),
        grafana.datasource(prometheus_url="http://p:9090", scrape_interval=settings.monitoring.scrape_interval),
        expectations.served_models(settings),
        expectations.key_expectations(settings),
        database.demand(needed).connections,
        settings.addresses,
        settings.effective_admin_url,
        settings.runs_cache,
        settings.ports.published(grafana=settings.grafana.enabled),
        settings.policy.levels(protect=settings.protect),
        [settings.key_rotation(key) for _, key, _ in settings.access.all_keys()],
        [model.fields() for model in settings.access.models.values()],
        (own.url, own.place, pooler.named(host=own.host, port=own.port, name=own.name)) if own else None,
        (cached.variables, cached.place) if cached else None,
    ]
