"""Settings of Hypothesis for all unit tests."""

from __future__ import annotations

from hypothesis import settings

# A host that runs other tests at the same time is no reason for a failure.
settings.register_profile("busy host", deadline=None)
settings.load_profile("busy host")
