"""How a container gets its secrets as the variables that its program reads.

A secret of a Swarm comes as a file in memory, which a few lines of shell turn into a variable before the program takes
the process over.
"""

from __future__ import annotations

FOLDER = "/run/secrets"
# The x keeps line ends at the end of a value, which the shell would take away.
SCRIPT = (
    f'for file in {FOLDER}/*; do value=$(cat "$file"; printf x); export "${{file##*/}}=${{value%x}}"; done;'
    ' unset file value; exec "$@"'
)
HANDED_OVER = ("sh", "-c", SCRIPT, "sh")
"""What comes before a command that needs the variables."""
