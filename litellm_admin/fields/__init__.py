"""What the objects of a LiteLLM proxy hold, in LiteLLM's own words, as far as a stack declares it.

The same models check the stack's settings and the inputs of the resources. Every field is optional. Limits, models,
owners and the like that are not declared are empty on the proxy, whatever its settings fill in (`EXACT_FIELDS`); any
other field that is not declared is not managed. LiteLLM 1.106.12's request models (litellm/proxy/_types.py) and the
effect of each field on an open-source proxy are where the fields come from.
"""
