"""What the pooler's container runs: PgBouncer, once it knows whom to log in as and where Postgres is."""

from components.postgres import DATABASE, HOST, PORT
from config import pooler

CONFIG = "/etc/pgbouncer/pgbouncer.ini"
ASKING = "health"
"""Whom the health check names. It has no password, so nobody logs in as it. An unknown one would be logged."""

# c-ares, by which PgBouncer finds hosts, remembers an address for as long as the name server says (since 1.31, and no
# setting of PgBouncer's ends that): ten minutes, of Docker's. The stack's own Postgres may start again at another one.
# So the container looks for it itself, when it starts and with each check of its health. While Postgres is away, Docker
# asks the host's name servers for it, which may take longer than anybody waits.
_LOOK = f"found=$(timeout 2 getent hosts {HOST})"
_WRITE = (
    rf"printf '[databases]\n{pooler.DATABASE} = host=%s port={PORT} dbname={DATABASE}\n'"
    f' "${{found%% *}}" > {pooler.DATABASES_FILE}'
)
_FOLLOW = (
    f"{_LOOK} && {_WRITE}.new && ! cmp -s {pooler.DATABASES_FILE}.new {pooler.DATABASES_FILE}"
    f" && mv {pooler.DATABASES_FILE}.new {pooler.DATABASES_FILE} && kill -HUP 1; "
)

# A password in a file of the host or on a command line would be seen there, so PgBouncer reads it from a file in the
# container's own memory. In it a quotation mark is written twice (pgbouncer.org/config.html, authentication file).
_USERS = (
    """quoted() { printf '"%s"' "$(printf %s "$1" | sed 's/"/""/g')"; };"""
    r""" printf '%s %s\n' "$(quoted "$DATABASE_USER")" "$(quoted "$DATABASE_PASSWORD")" """
    f"""'"{ASKING}"' '""' > {pooler.USERS_FILE}; unset DATABASE_USER DATABASE_PASSWORD"""
)
# A connection is a file, and an engine may let a process open 1,024 unless it asks for more.
_OPEN = 'ulimit -n "$(ulimit -H -n)"'


def start(*, own: bool) -> str:
    """Return what the container starts with; `own` is whether the database is the stack's."""
    found = f"{_LOOK} || found={HOST}; {_WRITE}; " if own else ""
    return f"{_OPEN}; umask 077; {found}{_USERS}; exec pgbouncer {CONFIG}"


def health(*, own: bool) -> str:
    """Return what tells its health; it answers without Postgres. Whether that is reached, replicas and edge tell."""
    follow = _FOLLOW if own else ""
    return f"{follow}exec pg_isready -q -h 127.0.0.1 -p {pooler.PORT} -U {ASKING} -d {pooler.DATABASE}"
