"""Tests of a stack on one host, run as they are against one on a Swarm: `conftest.py` gives them that one."""
