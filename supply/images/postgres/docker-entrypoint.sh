#!/bin/sh
# The official image's contract for POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB (or *_FILE) and PGDATA.
# A new cluster is made in $PGDATA/.new and moved into place when complete, so that an initialisation that was killed
# is either done again or carried on, and never started as it is.
set -eu
umask 077

from_file() { # from_file NAME: the variable NAME gets the content of the file that NAME_FILE names
  eval "value=\${$1:-} path=\${$1_FILE:-}"
  if [ -n "$path" ]; then
    [ -z "$value" ] || { echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2; exit 1; }
    value=$(cat "$path")
  fi
  eval "$1=\$value"
  unset "$1_FILE" path
}

initialise() {
  [ -n "$POSTGRES_PASSWORD" ] || { echo "error: POSTGRES_PASSWORD is empty; a new database needs a password" >&2; exit 1; }
  rm -rf "$new"
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" > "$password"
  initdb --pgdata "$new" --username "$POSTGRES_USER" --pwfile "$password" --encoding UTF8 --auth-local trust --auth-host scram-sha-256
  rm "$password"
  echo "host all all all scram-sha-256" >> "$new/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    name=$(printf %s "$POSTGRES_DB" | sed 's/"/""/g')
    echo "CREATE DATABASE \"$name\"" | postgres --single -j -D "$new" postgres > /dev/null
  fi
  : > "$new/.complete"
  sync
}

move_into_place() { # PG_VERSION goes last: it is what says that a cluster is there
  find "$new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION ! -name .complete -exec mv -t "$PGDATA" {} +
  mv "$new/PG_VERSION" "$PGDATA"
  rm -r "$new"
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres:postgres {} +
    exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
  fi
  new=$PGDATA/.new
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER
  : "${POSTGRES_USER:=postgres}"
  from_file POSTGRES_DB
  : "${POSTGRES_DB:=$POSTGRES_USER}"
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    [ -e "$new/.complete" ] || initialise
    move_into_place
  fi
  rm -rf "$new"
  # The server needs none of them, and what it does not hold it cannot show.
  unset POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB value
fi
exec "$@"
