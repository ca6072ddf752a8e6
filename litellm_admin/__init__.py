"""The admin API of the LiteLLM proxy, and the Pulumi resources over it.

`fields` says what the objects hold and `api` calls the proxy; neither knows Pulumi. `resources` is what a Pulumi
program imports.
"""
