"""The Python that LiteLLM runs on outlives what garbage collection does in the middle of its context variables."""

from __future__ import annotations

import docker

from config.settings import default_images

# Garbage whose end changes the context variables, collected while one of them is being changed: LiteLLM has such ends
# (`service_target` in litellm/_internal_context.py), and https://github.com/python/cpython/issues/148891 is what then
# happens to an interpreter that collects wherever memory is asked for. Up to 3.11 this ends with a segmentation fault.
COLLECT = """
import contextvars, gc

variables = [contextvars.ContextVar(str(number)) for number in range(200)]

def change(value):
    for variable in variables:
        variable.set(value)

class Garbage:
    def __init__(self):
        self.itself = self

    def __del__(self):
        change(object())

change(None)
for turn in range(20_000):
    gc.disable()
    Garbage()
    gc.set_threshold(gc.get_count()[0] + turn % 12)
    gc.enable()
    variables[turn % 200].set([])
print("alive")
"""


def test_the_interpreter_outlives_garbage_that_changes_context_variables() -> None:
    client = docker.from_env()
    try:
        said = client.containers.run(
            default_images()["litellm"], ["-c", COLLECT], entrypoint="python3", network_mode="none", remove=True
        )
    finally:
        client.close()
    assert said == b"alive\n"
