"""What the engine keeps when containers go."""

from __future__ import annotations

from docker.errors import NotFound

from engine.api import connect


def volume_exists(name: str) -> bool:
    """Tell whether the engine has a volume called `name`."""
    client = connect()
    try:
        client.volumes.get(name)
    except NotFound:
        return False
    finally:
        client.close()
    return True
