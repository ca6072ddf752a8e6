"""The admin API of the LiteLLM proxy, and the Pulumi resources over it.

`models` and `client` know no Pulumi; `resources` is what a Pulumi program imports.
"""
