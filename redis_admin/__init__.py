"""A Redis that somebody else runs, looked at before the stack relies on it."""
