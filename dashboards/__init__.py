"""Grafana dashboards over what the stack's Prometheus scrapes: spend, models, and the stack itself."""
