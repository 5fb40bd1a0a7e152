"""Who asks for a heat tile, what has changed since the last look, and what they may see: all in one statement.

Whether anything has changed is read off the end of the index: asked with EXISTS, the planner read the whole table each
time that nothing had (12 ms over 100,000 issues). ``heat_changes`` is planned for its own value for the same reason,
where ``heat_facts`` reads everything.

Revision ID: 0061
Revises: 0103
"""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0103"
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
FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
LOOK = """
CREATE OR REPLACE FUNCTION heat_look(since xid8, OUT horizon text, OUT fresh boolean, OUT everywhere boolean,
    OUT places text[], OUT bodies text[]) LANGUAGE plpgsql STABLE {fixed} AS $$
BEGIN
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text;
  fresh := {fresh};
  everywhere := staff_everywhere();
  places := staff_places()::text[];
  bodies := my_bodies()::text[];
END $$;
"""
LAST = "coalesce((SELECT f.tx FROM heat_fact f ORDER BY f.tx DESC LIMIT 1) >= since, false)"
ANY = "EXISTS (SELECT FROM heat_fact WHERE tx >= since)"
COLUMNS = "no, cell, at, category, top, kind, severity, status, source, body, community, compound, grid, reporter, gone"
SIGNATURE = "heat_enter(text, bytea, boolean, xid8, uuid)"


CHANGES = f"""
CREATE FUNCTION heat_changes(since xid8) RETURNS TABLE (no bigint, cell bigint, at bigint, category integer,
    top integer, kind smallint, severity smallint, status smallint, source smallint, body integer, community integer,
    compound integer, grid integer, reporter integer, gone smallint) LANGUAGE plpgsql STABLE {FIXED} AS $$
BEGIN
  RETURN QUERY EXECUTE 'SELECT {COLUMNS} FROM heat_fact WHERE tx >= $1' USING since;
END $$;
"""


def upgrade() -> None:
    op.execute(ENTER)
    op.execute(LOOK.format(fixed=FIXED, fresh=LAST))
    op.execute(CHANGES)
    for function in (SIGNATURE, "heat_changes(xid8)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("DROP FUNCTION heat_changes(xid8)")
    op.execute(LOOK.format(fixed=FIXED, fresh=ANY))
