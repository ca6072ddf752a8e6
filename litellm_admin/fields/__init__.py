"""What the objects of a LiteLLM proxy hold, in LiteLLM's own words, as far as a stack declares it.

The same models check the stack's settings and the inputs of the resources. Every field is optional: a field that is
not named is not managed, and the proxy's own default holds. LiteLLM 1.106.2's request models (litellm/proxy/_types.py)
and the effect of each field on an open-source proxy are where the fields come from.
"""
