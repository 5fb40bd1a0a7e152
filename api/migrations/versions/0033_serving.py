"""Who serves a place on a day: the micro-grid, compound, community and staff in force, asked by anybody's report.

Revision ID: 0033
Revises: 0032

A resident sees only their own stairwell, yet their report has to find its grid. ``grid_at`` therefore looks with the
owner's eyes and tells keys, codes and names of places, never of people; ``staff_at`` tells who serves by key.
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
DAY = "(moment AT TIME ZONE 'Asia/Shanghai')::date"

# Nearby: a report from the lane in front of the house belongs to the house. 0.0005 degrees are about 50 m.
FUNCTIONS = f"""
CREATE FUNCTION grid_at(lon double precision, lat double precision, moment timestamptz, storey integer DEFAULT NULL,
    OUT micro_grid_id uuid, OUT micro_grid_code text, OUT micro_grid text, OUT stacked boolean, OUT covered boolean,
    OUT compound_id uuid, OUT compound text, OUT community_id uuid, OUT community text, OUT subdistrict_id uuid,
    OUT plan_id uuid)
  LANGUAGE plpgsql STABLE {DEFINER} AS $$
#variable_conflict use_column
DECLARE here geometry := ST_SetSRID(ST_MakePoint(lon, lat), 4326);
DECLARE hit record;
BEGIN
  SELECT c.id, c.name, c.subdistrict_id AS above INTO hit FROM community c
   WHERE c.geometry && here AND ST_Covers(c.geometry, here) ORDER BY c.id LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  community_id := hit.id; community := hit.name; subdistrict_id := hit.above;
  SELECT r.plan_id INTO plan_id FROM plan_reign r
   WHERE r.community_id = hit.id AND upper_inf(r.recorded) AND r.effective @> {DAY};
  IF plan_id IS NOT NULL THEN
    SELECT m.id, m.code, m.name, m.compound_id AS home, ST_Covers(m.geometry, here) AS inside, m.floor_lo,
           count(*) OVER () AS standing
      INTO hit FROM micro_grid m
     WHERE m.plan_id = grid_at.plan_id AND m.community_id = grid_at.community_id
       AND m.geometry && ST_Expand(here, 0.0005) AND ST_DWithin(m.geometry, here, 0.0005)
     ORDER BY ST_Distance(m.geometry, here),
              CASE WHEN storey BETWEEN m.floor_lo AND m.floor_hi THEN 0 ELSE 1 END, m.floor_lo NULLS FIRST, m.id
     LIMIT 1;
    IF FOUND THEN
      micro_grid_id := hit.id; micro_grid_code := hit.code; micro_grid := hit.name;
      covered := hit.inside; stacked := hit.floor_lo IS NOT NULL; compound_id := hit.home;
    END IF;
  END IF;
  IF compound_id IS NULL THEN
    SELECT o.id INTO compound_id FROM compound o
     WHERE o.geometry && here AND ST_Covers(o.geometry, here) ORDER BY o.id LIMIT 1;
  END IF;
  SELECT o.name INTO compound FROM compound o WHERE o.id = grid_at.compound_id;
END $$;

CREATE FUNCTION staff_at(grid uuid, home uuid, wide uuid, moment timestamptz)
  RETURNS TABLE (person_id uuid, role text, post text, level text, place_id uuid)
  LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT a.person_id, a.role, a.post, a.level, a.place_id FROM assignment a
   WHERE ((a.level = 'micro_grid' AND a.place_id = grid) OR (a.level = 'compound' AND a.place_id = home)
          OR (a.level = 'community' AND a.place_id = wide))
     AND a.since <= moment AND (a.until IS NULL OR a.until > moment)
     AND a.role IN ('grid_worker', 'grid_lead', 'community')
   ORDER BY CASE a.level WHEN 'micro_grid' THEN 0 WHEN 'compound' THEN 1 ELSE 2 END, a.since, a.id
$$;
"""
CALLED = (
    "grid_at(double precision, double precision, timestamptz, integer)",
    "staff_at(uuid, uuid, uuid, timestamptz)",
)


def upgrade() -> None:
    op.execute(FUNCTIONS)
    for name in CALLED:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO minqing_app")


def downgrade() -> None:
    for name in reversed(CALLED):
        op.execute(f"DROP FUNCTION {name}")
