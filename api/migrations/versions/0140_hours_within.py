"""Hours of patrol by compound and micro-grid, from the tracks themselves; and rules of assessment that an office makes.

Revision ID: 0140
Revises: 0112

``patrol_dwell`` says how long each track was where: it is written as the track is, and outlives it, as what was passed
does. It is read through ``patrol_hours_within`` alone, which tells sums to those who lead there. Grids that stand one
above the other share the time at their foot, so that nothing is counted twice.

The points of a body (40, 20, 40) become numbers of the rule, and whoever governs every place may add a rule.
"""

from __future__ import annotations

from alembic import op

revision = "0140"
down_revision = "0112"
branch_labels = None
depends_on = None

FIXED = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
DWELL = f"""
CREATE TABLE patrol_dwell (
  patrol_id uuid NOT NULL REFERENCES patrol ON DELETE CASCADE,
  day date NOT NULL,
  compound_id uuid,
  micro_grid_id uuid,
  seconds real NOT NULL CHECK (seconds > 0)
);
COMMENT ON TABLE patrol_dwell IS 'How long each track was where, by day; it stays when the track is forgotten.';
CREATE INDEX patrol_dwell_day ON patrol_dwell (day);
CREATE INDEX patrol_dwell_patrol_id ON patrol_dwell (patrol_id);
CALL protect('patrol_dwell', 'false', 'false');
REVOKE ALL ON patrol_dwell FROM minqing_app;
CREATE FUNCTION dwell_of(track jsonb)
  RETURNS TABLE (day date, compound_id uuid, micro_grid_id uuid, seconds double precision)
LANGUAGE sql STABLE {FIXED} AS $$
  WITH fix AS MATERIALIZED (
    SELECT l.no AS line, f.no, (f.fix ->> 0)::timestamptz AS at,
           ST_SetSRID(ST_MakePoint((f.fix ->> 1)::float8, (f.fix ->> 2)::float8), 4326) AS spot
      FROM jsonb_array_elements(track -> 'lines') WITH ORDINALITY AS l(fixes, no),
           jsonb_array_elements(l.fixes) WITH ORDINALITY AS f(fix, no)
  ), spell AS (
    SELECT spot, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           extract(epoch FROM coalesce(lead(at) OVER w, at) - coalesce(lag(at) OVER w, at))::float8 / 2 AS seconds
      FROM fix WINDOW w AS (PARTITION BY line ORDER BY no)
  ), placed AS (
    SELECT s.day, s.seconds, home.id AS compound_id, grids.ids FROM spell s
      LEFT JOIN LATERAL (SELECT c.id FROM compound c WHERE c.geometry && s.spot AND ST_Covers(c.geometry, s.spot)
                          ORDER BY c.id LIMIT 1) AS home ON true
      LEFT JOIN LATERAL (SELECT array_agg(m.id) AS ids FROM micro_grid m
                           JOIN plan_reign r ON r.plan_id = m.plan_id AND r.community_id = m.community_id
                          WHERE m.geometry && s.spot AND ST_Covers(m.geometry, s.spot)
                            AND upper_inf(r.recorded) AND r.effective @> s.day) AS grids ON true
     WHERE s.seconds > 0
  )
  SELECT p.day, p.compound_id, g.id, sum(p.seconds / greatest(cardinality(p.ids), 1))
    FROM placed p LEFT JOIN LATERAL unnest(p.ids) AS g(id) ON true GROUP BY 1, 2, 3
$$;
CREATE FUNCTION patrol_track_dwells() RETURNS trigger LANGUAGE plpgsql {FIXED} AS $$
BEGIN
  INSERT INTO patrol_dwell SELECT NEW.patrol_id, * FROM dwell_of(NEW.track);
  RETURN NULL;
END $$;
INSERT INTO patrol_dwell SELECT t.patrol_id, d.* FROM patrol_track t, dwell_of(t.track) d;
CREATE TRIGGER patrol_track_dwells AFTER INSERT ON patrol_track
  FOR EACH ROW EXECUTE FUNCTION patrol_track_dwells();
CREATE FUNCTION patrol_hours_within(level text, first date, last date) RETURNS TABLE (id uuid, hours double precision)
LANGUAGE sql STABLE {FIXED} AS $$
  SELECT CASE level WHEN 'compound' THEN d.compound_id ELSE d.micro_grid_id END, sum(d.seconds)::float8 / 3600
    FROM patrol_dwell d JOIN patrol p ON p.id = d.patrol_id
   WHERE d.day BETWEEN first AND last
     AND (staff_everywhere() OR p.community_id IN (SELECT unnest(lead_places())))
   GROUP BY 1
$$;
"""
RULES = """
ALTER TABLE assessment_rule
  ADD COLUMN on_time_most real NOT NULL DEFAULT 40 CHECK (on_time_most BETWEEN 0 AND 100),
  ADD COLUMN back_most real NOT NULL DEFAULT 20 CHECK (back_most BETWEEN 0 AND 100),
  ADD COLUMN satisfied_most real NOT NULL DEFAULT 40 CHECK (satisfied_most BETWEEN 0 AND 100),
  ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  ADD CONSTRAINT points_of_a_body CHECK (on_time_most + back_most + satisfied_most = 100)
"""
OPEN = ("patrol_hours_within(text, date, date)",)
HIDDEN = ("dwell_of(jsonb)", "patrol_track_dwells()")


def upgrade() -> None:
    """Make the table and fill it from the tracks that are still there; let offices add rules."""
    op.execute(DWELL)
    for function in (*OPEN, *HIDDEN):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
    for function in OPEN:
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO minqing_app")
    op.execute(RULES)
    op.execute("ALTER POLICY app_adds ON assessment_rule WITH CHECK ((SELECT governs_all()))")


def downgrade() -> None:
    """Hours are known by community again, and a body's points are constants."""
    op.execute("ALTER POLICY app_adds ON assessment_rule WITH CHECK ((SELECT whole('editable')))")
    op.execute(
        "ALTER TABLE assessment_rule DROP COLUMN on_time_most, DROP COLUMN back_most, DROP COLUMN satisfied_most,"
        " DROP COLUMN note"
    )
    op.execute("DROP TRIGGER patrol_track_dwells ON patrol_track")
    for function in (*OPEN, *HIDDEN[::-1]):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE patrol_dwell")
