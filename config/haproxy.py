"""haproxy.cfg: one port for clients, replicas found by DNS, and no request that is ever sent twice."""

from __future__ import annotations

from functools import partial

PORT = 4000
STATUS_PORT = 8404
ALIAS = "gateway"
"""The edge's name in the stack's network."""
FRONTEND = "gateway"
BACKEND, LATE_BACKEND, DATABASE_BACKEND, POOLER_BACKEND = "litellm", "litellm-late", "database", "pooler"
"""What the edge calls, in its configuration and its metrics: the port of clients, the replicas that are ready in time,
those that are alive at least, Postgres, and the PgBouncer before it."""

STATUS_URL = f"http://{ALIAS}:{STATUS_PORT}/stats;csv"
METRICS_PATH = "/metrics"
"""Where HAProxy's own exporter answers, on STATUS_PORT."""

SLOTS = 96
"""How many replicas the edge can know at a time: three times the most that settings allow, because old and new ones
overlap, and those that stand in for them while the salt key rotates.

A constant, so that another number of replicas changes nothing at the edge.
"""

REPLICAS = """\
  balance leastconn
  option httpchk
  http-check send meth GET uri {check}
  http-check expect status 200
  # A replica that drains answers 503 and is out after a few checks; what is in flight on it goes on. One that refuses a
  # client's connection has failed a check: a new one is out with that.
  default-server check inter 1s fastinter 300ms downinter 500ms fall {fall} rise 1 resolvers docker init-addr none
  default-server observe layer4 error-limit 1 on-error fail-check
  # Without its database a replica refuses a key that it does not remember as if it were wrong (401), and no client
  # tries again then.
  http-response set-header Retry-After 5 if {cut_off}
  http-response set-status 503 reason "Service Unavailable" if {cut_off}
  server-template replica {slots} {upstream}
"""

# A replica keeps an idle connection for a day (`KEPT_SECONDS`), HAProxy for seconds: it is never the replica that
# closes one just as a request is written to it, which could not be sent again without the risk of running twice.
KEPT = """\
  # A new connection for each request costs a replica a third of what it can answer.
  option http-keep-alive
  http-reuse always"""
CLOSED = """\
  # Whoever writes to a kept connection of a host that is gone waits for an answer; a new one is tried elsewhere soon.
  option http-server-close"""
KEPT_SECONDS = 86_400

# The name server is Docker's own inside every container of a user-defined network.
TEMPLATE = """\
global
  log stdout format raw local0 notice
  maxconn 8192

resolvers docker
  nameserver dns 127.0.0.11:53
  resolve_retries 3
  timeout resolve 500ms
  timeout retry 500ms
  hold valid 1s
  # A name that is gone for a moment is no reason to leave those behind it: whether they answer, the checks tell.
  hold nx 30s
  hold obsolete 1s

defaults
  mode http
  log global
  option dontlognull
  # A connection without a request, such as that of the container's health check, is no client's mistake.
  option http-ignore-probes
{connections}
  # Only a connection that was never made is tried again, on another replica: on each of them if need be, because all
  # of a new config start at the same time, and HAProxy takes each for good until it has looked.
  option redispatch 1
  retries {slots}
  retry-on conn-failure
  timeout connect 2s
  timeout check 5s
  timeout queue 30s
  timeout http-request 30s
  timeout http-keep-alive 60s
  timeout client {timeout}s
  timeout server {timeout}s

frontend {frontend}
  bind :{port}
  option forwardfor
  use_backend {late_backend} if {{ nbsrv({backend}) eq 0 }} {{ nbsrv({late_backend}) gt 0 }}
  default_backend {backend}

backend {backend}
{prompt_replicas}
# The same replicas, asked whether they are alive, and with more time to say so. Where none is ready in time, the host
# is busy, or the database is away, as when it starts again: slow answers, and those that need no database (a replica
# remembers keys for a minute), are better than none. One that drains gets nothing here either.
backend {late_backend}
  timeout check 60s
{late_replicas}
# No request goes here: the edge asks whether Postgres takes connections, and Prometheus reads the answer, because a
# proxy without a database cannot check the key that Prometheus shows it. {database}

# Inside the stack's network only: the cutover reads here which replicas get requests, and Prometheus how many.
frontend status
  bind :{status_port}
  http-request use-service prometheus-exporter if {{ path {metrics_path} }}
  stats enable
  stats uri /stats
  stats show-legends
"""


OWN_DATABASE = """\
Nobody logs in:
# there is no user of this name.
backend {backend}
  mode tcp
  option pgsql-check user edge
  default-server check inter 2s fall 2 rise 1 resolvers docker init-addr none
  server postgres {address}"""
EXTERNAL_DATABASE = """\
It connects and
# says nothing: a server that wants TLS would refuse any other login, and write each refusal to its log.
backend {backend}
  mode tcp
  default-server check inter 2s fall 3 rise 1 resolvers docker init-addr none
  server postgres {address}"""


POOLER = """

# Nor here: replicas reach Postgres through PgBouncer, and a new one starts beside the old one.
backend {backend}
  mode tcp
  default-server check inter 1s fall 2 rise 1 resolvers docker init-addr none
  server-template pgbouncer 2 {address}"""


def own_database(host: str, port: int) -> str:
    """Return how the stack's own Postgres is asked."""
    return OWN_DATABASE.format(backend=DATABASE_BACKEND, address=f"{host}:{port}")


def external_database(host: str, port: int) -> str:
    """Return how somebody else's Postgres is asked, by a name of DNS or an address."""
    return EXTERNAL_DATABASE.format(backend=DATABASE_BACKEND, address=f"{host}:{port}")


def render(
    *, upstream: str, database: str, request_timeout: int, keep_connections: bool, pooler: str | None = None
) -> str:
    """Return the content of haproxy.cfg for replicas at `upstream` (DNS name:port).

    `database` is how Postgres is asked: `own_database` or `external_database`. `pooler` is where the PgBouncer is
    through which replicas reach it, if there is one (DNS name:port).

    `request_timeout` is in seconds. `keep_connections` to replicas where none can vanish without closing them: on the
    edge's own host.
    """
    needed = [DATABASE_BACKEND, *([POOLER_BACKEND] if pooler else [])]
    cut_off = " || ".join(f"{{ status 401 }} {{ nbsrv({backend}) eq 0 }}" for backend in needed)
    replicas = partial(REPLICAS.format, slots=SLOTS, upstream=upstream, cut_off=cut_off)
    asked = POOLER.format(backend=POOLER_BACKEND, address=pooler) if pooler else ""
    return TEMPLATE.format(
        prompt_replicas=replicas(check="/health/readiness", fall=2),
        # On a host that busy a connection may fail by itself, and there is no other replica to try.
        late_replicas=replicas(check="/health/liveness", fall=5),
        connections=KEPT if keep_connections else CLOSED,
        database=database + asked,
        frontend=FRONTEND,
        backend=BACKEND,
        late_backend=LATE_BACKEND,
        metrics_path=METRICS_PATH,
        slots=SLOTS,
        port=PORT,
        status_port=STATUS_PORT,
        # The proxy gives up first, so that clients get its answer and not the edge's.
        timeout=request_timeout + 20,
    )
