"""Words for what the fixtures hand out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Props = dict[str, Any]
Login = dict[str, str]
MakeKey = Callable[..., Props]
