#!/bin/sh
# In the place of Prisma's CLI, which would try to download engines: LiteLLM looks for schema differences with it at each
# start and carries on without an answer.
echo "this image has no Prisma schema engine; its entry point applies migrations (--skip_server_startup)" >&2
exit 1
