"""Proof after an update: replicas, edge and keys are asked whether the gateway does what was declared."""
