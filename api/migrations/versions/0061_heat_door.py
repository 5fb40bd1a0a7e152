"""Who asks for a heat tile, what has changed since the last look, and what they may see: all in one statement.

Revision ID: 0061
Revises: 0071
"""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0071"
branch_labels = None
depends_on = None

# Not a definer's function: the place is looked up under the asker's own policies, after ``tile_enter`` has set them.
ENTER = """
CREATE FUNCTION heat_enter(way text, digest bytea, here boolean, since xid8, place uuid, OUT known boolean,
    OUT horizon text, OUT fresh boolean, OUT everywhere boolean, OUT places text[], OUT bodies text[], OUT what text,
    OUT keys text[]) LANGUAGE plpgsql STABLE AS $$
BEGIN
  known := tile_enter(way, digest, here) IS NOT NULL;
  IF NOT known THEN RETURN; END IF;
  SELECT l.horizon, l.fresh, l.everywhere, l.places, l.bodies INTO horizon, fresh, everywhere, places, bodies
    FROM heat_look(since) l;
  IF place IS NOT NULL THEN
    SELECT min(f.what), array_agg(f.key) INTO what, keys FROM (
      SELECT 'community' AS what, c.id::text AS key FROM community c WHERE c.id = place OR c.subdistrict_id = place
          OR c.subdistrict_id IN (SELECT s.id FROM subdistrict s WHERE s.district_id = place)
      UNION ALL SELECT 'compound', c.id::text FROM compound c WHERE c.id = place
      UNION ALL SELECT 'grid', g.id::text FROM micro_grid g WHERE g.id = place) AS f;
  END IF;
END $$;
"""
SIGNATURE = "heat_enter(text, bytea, boolean, xid8, uuid)"


def upgrade() -> None:
    op.execute(ENTER)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO minqing_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
