#!/bin/sh
# Master-worker mode in the foreground, whatever arguments are given: as the official image's entry point does.
set -e
case "${1:-}" in -*) set -- haproxy "$@" ;; esac
if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
