"""The names that LiteLLM knows in its config.yaml, read from the source of the version that the stack runs."""
