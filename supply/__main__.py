"""Entry point of `python3 -m supply`. Its syntax stays old, so that an old Python gets to the message below."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # the only file that an old Python reads
    sys.stderr.write(
        "error: litellm-stack needs Python 3.11 or newer, and python3 is %s (%s).\n"  # noqa: UP031
        "  Install a newer one, or name it: make PYTHON=/path/to/python3.12 ...\n"
        % (sys.version.split()[0], sys.executable)
    )
    sys.exit(1)

from supply.cli import main

sys.exit(main(sys.argv[1:]))
