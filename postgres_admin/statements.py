"""The SQL that makes and removes logins. Names are the stack's own words, made of letters, digits and _."""

# ruff: noqa: S608  # for that reason, and because psql has no parameters inside DO

from __future__ import annotations

OWNER = "litellm_owner"
"""Owns everything in the database, and is no superuser. Nobody logs in as it: logins act as it, so that whatever one
of them makes does not belong to a role that goes with the next rotation."""

_OWNER = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') THEN CREATE ROLE {OWNER} NOLOGIN; END IF;
END $$;
ALTER DATABASE :"DBNAME" OWNER TO {OWNER};
ALTER SCHEMA public OWNER TO {OWNER};
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER %s public.%I OWNER TO {OWNER}',
      CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
      relname)
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v', 'm')
      AND relowner <> '{OWNER}'::regrole
      -- A column's own sequence follows its table.
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('a', 'i') AND relkind = 'S')
    UNION ALL
    SELECT format('ALTER TYPE public.%I OWNER TO {OWNER}', typname)
    FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND typowner <> '{OWNER}'::regrole
  LOOP EXECUTE statement; END LOOP;
END $$;
"""


def make_login(role: str, *, verifier: str, superuser: str) -> str:
    """Return the SQL for a login that acts as the owner of everything, whatever of it is there already.

    It also takes the superuser's password away, which every container of the network could use, as soon as nobody is
    logged in with it.
    """
    return f"""
{_OWNER}
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF;
END $$;
ALTER ROLE {role} LOGIN PASSWORD '{verifier}';
GRANT {OWNER} TO {role};
ALTER ROLE {role} SET role = '{OWNER}';
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '{superuser}' AND client_addr IS NOT NULL) THEN
    ALTER ROLE {superuser} PASSWORD NULL;
  END IF;
END $$;
"""


def make_monitor(role: str, *, verifier: str) -> str:
    """Return the SQL for a login that reads Postgres's statistics and settings, and no table (pg_monitor)."""
    return f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF;
END $$;
ALTER ROLE {role} LOGIN CONNECTION LIMIT 5 PASSWORD '{verifier}';
ALTER ROLE {role} SET default_transaction_read_only = on;
GRANT pg_monitor TO {role};
"""


def remove_login(role: str) -> str:
    """Return the SQL that removes a login, if it is there, and ends its connections."""
    return f"""
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    ALTER ROLE {role} NOLOGIN;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}';
    REASSIGN OWNED BY {role} TO {OWNER};
    DROP OWNED BY {role};
    DROP ROLE {role};
  END IF;
END $$;
"""


def stored_password(role: str) -> str:
    """Return the query for what the database checks a login's password by; a dash if there is no such login."""
    return f"SELECT coalesce((SELECT rolpassword FROM pg_authid WHERE rolname = '{role}' AND rolcanlogin), '-')"
