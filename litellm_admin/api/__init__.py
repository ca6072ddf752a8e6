"""The admin API of a LiteLLM proxy: typed calls, with the proxy's traps handled inside. Knows no Pulumi."""
