"""Limits are set by whoever governs every place of the store: an administrator, or the office of its only subdistrict.

Revision ID: 0063
Revises: 0059

The table of limits holds for all of them. In a store of one subdistrict its street office had to ask an administrator.
"""

from __future__ import annotations

from alembic import op

revision = "0063"
down_revision = "0059"
branch_labels = None
depends_on = None

TABLES = ("issue_limit", "issue_limit_version")
POLICIES = {"app_adds": ("WITH CHECK",), "app_changes": ("USING", "WITH CHECK"), "app_removes": ("USING",)}


def _write(condition: str) -> None:
    for table in TABLES:
        for policy, ways in POLICIES.items():
            op.execute(f"ALTER POLICY {policy} ON {table} " + " ".join(f"{way} ({condition})" for way in ways))


def upgrade() -> None:
    op.execute("""
CREATE FUNCTION governs_all() RETURNS boolean LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT whole('editable') OR (EXISTS (SELECT FROM community) AND NOT EXISTS (
    SELECT FROM community c WHERE c.id NOT IN (SELECT unnest(scope('editable')))))
$$""")
    op.execute("REVOKE EXECUTE ON FUNCTION governs_all() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION governs_all() TO minqing_app")
    _write("(SELECT governs_all())")


def downgrade() -> None:
    _write("(SELECT whole('editable'))")
    op.execute("DROP FUNCTION governs_all()")
