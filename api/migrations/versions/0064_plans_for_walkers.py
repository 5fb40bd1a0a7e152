"""Whoever walks a micro-grid sees the patrol plans of its community: the phone could not tell what was due.

Revision ID: 0064
Revises: 0063

A plan for another micro-grid stays unseen.
"""

from __future__ import annotations

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

FIXED = "STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
BEFORE = (
    "community_id IN (SELECT unnest(staff_places())) OR micro_grid_id IN (SELECT unnest(staff_places()))"
    " OR (SELECT staff_everywhere()) OR community_id IN (SELECT unnest(scope('editable')))"
    " OR (SELECT whole('editable'))"
)
WALKED = "(micro_grid_id IS NULL AND community_id IN (SELECT unnest(staff_communities())))"


def upgrade() -> None:
    op.execute(f"""
CREATE FUNCTION staff_communities() RETURNS uuid[] LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(DISTINCT x.community_id) FROM (
    SELECT c.community_id FROM compound c WHERE c.id = ANY(staff_places())
    UNION ALL SELECT b.community_id FROM building b WHERE b.id = ANY(staff_places())
    UNION ALL SELECT m.community_id FROM micro_grid m WHERE m.id = ANY(staff_places())) AS x), '{{}}');
END $$""")
    op.execute("REVOKE EXECUTE ON FUNCTION staff_communities() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION staff_communities() TO minqing_app")
    op.execute(f"ALTER POLICY app_sees ON patrol_plan USING ({BEFORE} OR {WALKED})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY app_sees ON patrol_plan USING ({BEFORE})")
    op.execute("DROP FUNCTION staff_communities()")
