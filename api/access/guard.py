"""Before the service serves: is every table still closed, and does it still count as nobody's owner?

A restore may lose a policy, a table may be added without one, an address may name the wrong role. Each of these would
show everybody everything without any error, so the service asks the catalogue first and refuses to start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.trouble import Trouble

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

PUBLIC = {"alembic_version": "one word: the step the store's shape is at"}
"""Tables without a policy, each with its reason."""

OURS = """
  c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
"""

# Each question answers with the faults it finds; a sound store answers nothing.
OPEN_TABLES = f"""
SELECT c.relname FROM pg_class c
 WHERE {OURS} AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'minqing_app'::regrole = ANY(p.polroles)))
 ORDER BY 1
"""  # noqa: S608  # our own words
WIDE_POLICIES = """
SELECT c.relname || '.' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE 0 = ANY(p.polroles) OR NOT p.polpermissive
    OR (NOT 'minqing_app'::regrole = ANY(p.polroles) AND pg_has_role(current_user, p.polroles[1], 'USAGE'))
 ORDER BY 1
"""
TRUNCATABLE = f"""
SELECT c.relname FROM pg_class c WHERE {OURS} AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'TRUNCATE')
"""  # noqa: S608  # our own words
SEEING_VIEWS = f"""
SELECT c.relname FROM pg_class c
 WHERE {OURS} AND has_table_privilege(c.oid, 'SELECT')
   AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{{security_invoker=true}}', false)))
"""  # noqa: S608  # our own words
LOOSE_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS s WHERE s LIKE 'search_path=%')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
POWERS = """
SELECT rolname FROM pg_roles
 WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole
    OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = pg_roles.oid AND c.relnamespace = 'public'::regnamespace))
"""
LEAKS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.oid IN (to_regprocedure('geometry_overlaps(geometry, geometry)'),
                 to_regprocedure('pg_catalog.arraycontains(anyarray, anyarray)'), to_regprocedure('pairs(text)'))
   AND NOT p.proleakproof AND was_leakproof()
"""

FAULTS = {
    OPEN_TABLES: ("这些表没有行级安全策略", "these tables have no row-level security"),
    WIDE_POLICIES: ("这些策略对所有人开放", "these policies are open to more than one role"),
    TRUNCATABLE: ("服务可以清空这些表", "the service may truncate these tables"),
    SEEING_VIEWS: ("这些视图绕过了行级安全", "these views look past row-level security"),
    LOOSE_FUNCTIONS: ("这些函数没有固定的 search_path", "these functions have no fixed search_path"),
    POWERS: ("服务使用的数据库角色权限过大", "the service's role is too powerful"),
    LEAKS: ("这些函数丢失了 LEAKPROOF 标记", "these functions lost their LEAKPROOF mark"),
}


async def faults(engine: AsyncEngine) -> list[tuple[str, str]]:
    """What is open that should be closed, in both languages; an empty list is a sound store."""
    found = []
    async with engine.connect() as connection:
        for question, (zh, en) in FAULTS.items():
            names = [name for name in (await connection.execute(text(question))).scalars() if name not in PUBLIC]
            if names:
                found.append((f"{zh}:{'、'.join(names)}", f"{en}: {', '.join(names)}"))
    return found


async def refuse_unguarded(engine: AsyncEngine) -> None:
    """Pass if every row is guarded.

    Raises:
        Trouble: something is open; the sentence names it and says what closes it.
    """
    if found := await faults(engine):
        zh, en = ("；".join(words) for words in zip(*found, strict=True))
        raise Trouble(
            f"数据库的访问保护不完整,拒绝启动:{zh}。请以数据库所有者运行 ./minqing up,或从完整备份恢复。",
            f"The store is not fully guarded, so the service does not start: {en}. "
            "Run the migrations as the store's owner, or restore from a complete backup.",
        )
