"""The roles of the store besides its owner, and the extensions that every migration may count on.

``minqing_app`` owns nothing and cannot set row-level security aside; its statements are cut off in time.
``minqing_audit`` reads the audit's tables (migration 0100), and nothing else, in transactions that cannot write.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from api.embedded.cluster import APP, AUDIT

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
# A dump does not carry these marks (decision 0012); where the store remembers that it had them, they are set again.
LOST_MARKS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.oid IN (to_regprocedure('geometry_overlaps(geometry, geometry)'),
                 to_regprocedure('pg_catalog.arraycontains(anyarray, anyarray)'), to_regprocedure('pairs(text)'))
   AND NOT p.proleakproof AND was_leakproof()
"""
APP_LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}


AUDIT_LIMITS = {"default_transaction_read_only": "on", "statement_timeout": "10min", "lock_timeout": "5s"}


def ensure_database(maintenance_url: str, database: str) -> bool:
    """Make ``database`` if it does not exist; tell whether it was made."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return found is None


def ensure_roles(owner_url: str, *, app_password: str | None = None, audit_password: str | None = None) -> None:
    """Make the roles and the extensions, where they do not exist, in the database of ``owner_url``.

    A password is given to a role that is made now; one that exists keeps its own.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _ensure_role(connection, APP, app_password, APP_LIMITS)
        _ensure_role(connection, AUDIT, audit_password, AUDIT_LIMITS)
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP)))


def _ensure_role(connection: psycopg.Connection, name: str, password: str | None, limits: dict[str, str]) -> None:
    role = sql.Identifier(name)
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    if found is None:
        powers = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
        connection.execute(sql.SQL(powers).format(role, sql.Literal(password)))
    for setting, value in limits.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), sql.Literal(value))
        )


def renew_marks(owner_url: str) -> None:
    """Mark the functions leakproof again that lost their mark in a restore; without the right to, leave it be."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        known = connection.execute("SELECT to_regprocedure('was_leakproof()') IS NOT NULL").fetchone()
        powerful = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if known != (True,) or powerful != (True,):
            return
        for (function,) in connection.execute(LOST_MARKS).fetchall():
            connection.execute(sql.SQL("ALTER FUNCTION {} LEAKPROOF").format(sql.SQL(function)))
