"""The alert rules of an environment, generated from what it declares and rendered to Prometheus's rules.yml."""
