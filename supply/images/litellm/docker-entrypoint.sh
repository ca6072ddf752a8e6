#!/bin/sh
# LiteLLM with the arguments given, as in the official image. With --skip_server_startup LiteLLM would only migrate the
# database; that needs Prisma's schema engine, which this image does not have, so the migrations are applied without it.
set -e
for argument in "$@"; do
  if [ "$argument" = --skip_server_startup ]; then exec python3 /opt/migrate/migrate.py; fi
done
exec litellm "$@"
