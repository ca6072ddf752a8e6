"""Runs in a replica before LiteLLM: Python imports a module of this name by itself (its `site` documents that).

It puts off what a start need not wait for (`make bench ARGS=start` tells where the time of one goes), and lets a start
be broken off.
"""

import litellm_stack_garbage
import litellm_stack_stop
import litellm_stack_types

litellm_stack_stop.at_once()
litellm_stack_garbage.put_off()
litellm_stack_types.put_off()
